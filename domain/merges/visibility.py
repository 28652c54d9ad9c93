"""Which merges a role sees: who keeps the register of the place, and who governs it."""

from sqlmodel import col

from domain.access import Role
from domain.merges.models import ElderMerge
from domain.row_access import EVERY_ROW, RowAccess, in_region

_HERE = in_region(col(ElderMerge.region_code))

elder_merge_visible = RowAccess({Role.STATION: _HERE, Role.OFFICIAL: _HERE, Role.ADMIN: EVERY_ROW})

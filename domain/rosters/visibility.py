"""Which shifts a role sees."""

from sqlmodel import col

from domain.access import Role
from domain.rosters.models import OnCallShift
from domain.row_access import EVERY_ROW, RowAccess, in_region, region_staff

on_call_shift_visible = RowAccess(
    {**region_staff(in_region(col(OnCallShift.region_code))), Role.ADMIN: EVERY_ROW}
)

"""Which times of passing on a role sees: its region's, and those above it, as these count there."""

from sqlmodel import col

from domain.access import Role
from domain.escalation.models import EscalationPolicy
from domain.row_access import EVERY_ROW, RowAccess, counting_in_region, region_staff

escalation_policy_visible = RowAccess(
    {
        **region_staff(counting_in_region(col(EscalationPolicy.region_code))),
        Role.ADMIN: EVERY_ROW,
    }
)

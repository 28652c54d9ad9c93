"""Which visits that are due a role sees: who needs one is for those who see to it."""

from sqlmodel import col

from domain.access import Role
from domain.row_access import EVERY_ROW, RowAccess, in_region, region_staff
from domain.visits.obligation_models import VisitObligation

visit_obligation_visible = RowAccess(
    {
        **region_staff(in_region(col(VisitObligation.region_code))),
        Role.ADMIN: EVERY_ROW,
    }
)

"""Which windows and applications a role sees: volunteers never see who else has applied."""

from sqlmodel import col

from domain.access import Role
from domain.allotment.models import VisitApplication, VisitWindow
from domain.row_access import (
    EVERY_ROW,
    RowAccess,
    RowRule,
    counting_in_region,
    in_region,
    region_staff,
)

visit_window_visible = RowAccess(
    {
        **region_staff(in_region(col(VisitWindow.region_code))),
        Role.VOLUNTEER: counting_in_region(col(VisitWindow.region_code)),
        Role.ADMIN: EVERY_ROW,
    }
)

visit_application_visible = RowAccess(
    {
        **region_staff(in_region(col(VisitApplication.region_code))),
        Role.VOLUNTEER: RowRule(
            "one's own", lambda actor: col(VisitApplication.volunteer_id) == actor.id
        ),
        Role.ADMIN: EVERY_ROW,
    }
)

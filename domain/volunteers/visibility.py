"""Who reads what was done about a volunteer: they themselves, and who works where they visit."""

from sqlmodel import col

from domain.access import REGION_ROLES, Role
from domain.visits.models import Volunteer
from domain.visits.visibility import volunteer_visible
from domain.volunteers.models import VolunteerLog

volunteer_log_visible = volunteer_visible.of_roles(
    {*REGION_ROLES, Role.VOLUNTEER, Role.ADMIN}
).through(col(VolunteerLog.volunteer_id), col(Volunteer.id))

"""Which volunteers and visits a role sees."""

from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import col

from domain.access import Actor, Role
from domain.elders.visibility import family
from domain.row_access import EVERY_ROW, RowAccess, RowRule, in_region, region_staff
from domain.visits.lifecycle import VisitState
from domain.visits.models import VisitTask, Volunteer

_in_region = in_region(col(VisitTask.region_code))


def _open_or_own(actor: Actor) -> Any:
    still_open = and_(col(VisitTask.state) == VisitState.OPEN, _in_region.predicate(actor))
    return or_(still_open, col(VisitTask.claimed_by) == actor.id)


visit_task_visible = RowAccess(
    {
        **family(col(VisitTask.elder_id)),
        **region_staff(_in_region),
        Role.VOLUNTEER: RowRule("open ones of the region, and one's own", _open_or_own),
        Role.ADMIN: EVERY_ROW,
    }
)


def _who_come(role: Role) -> RowRule:
    """Those who have claimed a visit that the role sees: who comes, or came."""
    rule = family(col(VisitTask.elder_id))[role]

    def predicate(actor: Actor) -> Any:
        return col(Volunteer.id).in_(select(col(VisitTask.claimed_by)).where(rule.predicate(actor)))

    return RowRule(f"who visit, {rule.words}", predicate)


volunteer_visible = RowAccess(
    {
        **{role: _who_come(role) for role in (Role.ELDER, Role.GUARDIAN, Role.FAMILY)},
        **region_staff(in_region(col(Volunteer.region_code))),
        Role.VOLUNTEER: RowRule("oneself", lambda actor: col(Volunteer.id) == actor.id),
        Role.ADMIN: EVERY_ROW,
    }
)

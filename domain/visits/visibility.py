"""Which volunteers and visits a role sees."""

from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlmodel import col

from domain.access import Actor, Role
from domain.elders.visibility import family
from domain.row_access import EVERY_ROW, RowAccess, RowRule, in_region, region_staff
from domain.visits.lifecycle import VisitState
from domain.visits.models import VisitTask, VisitTaskLog, Volunteer

_in_region = in_region(col(VisitTask.region_code))

_WHOLE_STORY = {
    **family(col(VisitTask.elder_id)),
    **region_staff(_in_region),
    Role.ADMIN: EVERY_ROW,
}
"""Who sees a visit from its beginning to its end: all but the volunteers."""


def _claimed_by(actor: Actor) -> Any:
    return col(VisitTask.claimed_by) == actor.id


def _open_or_own(actor: Actor) -> Any:
    still_open = and_(
        col(VisitTask.state) == VisitState.OPEN,
        # One whose time is over can't be claimed any more.
        col(VisitTask.scheduled_to) > func.now(),
        _in_region.predicate(actor),
    )
    return or_(still_open, _claimed_by(actor))


visit_task_visible = RowAccess(
    {
        **_WHOLE_STORY,
        Role.VOLUNTEER: RowRule("open ones of the region to come, and one's own", _open_or_own),
    }
)

visit_task_findable = RowAccess(
    {
        **_WHOLE_STORY,
        Role.VOLUNTEER: RowRule(
            "of the region, and one's own",
            lambda actor: or_(_in_region.predicate(actor), _claimed_by(actor)),
        ),
    }
)
"""Among which visits a claim looks for the one that it names: who was too slow no longer sees the
visit, and still is told why."""


def _of_visits(rule: RowRule) -> RowRule:
    """Log rows of the visits of a rule."""

    def predicate(actor: Actor) -> Any:
        visits = select(col(VisitTask.id)).where(rule.predicate(actor))
        return col(VisitTaskLog.task_id).in_(visits)

    return RowRule(rule.words, predicate, col(VisitTaskLog.task_id))


_of_own_visits = _of_visits(RowRule("of one's own visits", _claimed_by))


def _own_entries(actor: Actor) -> Any:
    """Not what others did before: why somebody gave a visit back is not for who takes it next."""
    return and_(col(VisitTaskLog.account_id) == actor.id, _of_own_visits.predicate(actor))


visit_task_log_visible = RowAccess(
    {
        **{role: _of_visits(rule) for role, rule in _WHOLE_STORY.items()},
        Role.VOLUNTEER: RowRule("what one did oneself, of one's own visits", _own_entries),
        Role.ADMIN: EVERY_ROW,
    }
)


def _who_come(role: Role) -> RowRule:
    """Those who have claimed a visit that the role sees: who comes, or came."""
    rule = family(col(VisitTask.elder_id))[role]

    def predicate(actor: Actor) -> Any:
        return col(Volunteer.id).in_(select(col(VisitTask.claimed_by)).where(rule.predicate(actor)))

    return RowRule(f"who visit, {rule.words}", predicate)


def _live_or_come_here(actor: Actor) -> Any:
    """A volunteer may live in one street and visit in another, whose staff verify the visit."""
    live_here = in_region(col(Volunteer.region_code)).predicate(actor)
    # Asked for each volunteer by index: a set of all who come would mean reading all visits.
    come_here = exists().where(
        col(VisitTask.claimed_by) == col(Volunteer.id), _in_region.predicate(actor)
    )
    return or_(live_here, come_here.correlate(Volunteer))


volunteer_visible = RowAccess(
    {
        **{role: _who_come(role) for role in (Role.ELDER, Role.GUARDIAN, Role.FAMILY)},
        **region_staff(RowRule("of the region, and who visit there", _live_or_come_here)),
        Role.VOLUNTEER: RowRule("oneself", lambda actor: col(Volunteer.id) == actor.id),
        Role.ADMIN: EVERY_ROW,
    }
)

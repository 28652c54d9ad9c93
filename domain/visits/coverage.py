"""How many key elders have been visited in a month, and who has not: as known at a day's end.

What was learned later does not count: neither a visit that was entered late, nor a key elder who
became one afterwards, nor a visit that was not accepted since. So what is said of a day stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlmodel import col

from domain.access import Actor
from domain.calendar import DISTRICT_ZONE, today
from domain.errors import InvalidInput
from domain.reasons import Reason
from domain.tables import within
from domain.visits.lifecycle import MADE_STATES, VisitState
from domain.visits.models import VisitTask
from domain.visits.obligation_models import VisitObligation
from domain.visits.obligation_visibility import visit_obligation_visible

_FIRST, _LAST = date(1900, 1, 1), date(9998, 12, 31)
"""Days whose month begins and ends at moments that there are in UTC."""


@dataclass(frozen=True, slots=True)
class Covered:
    """Which month, as known when.

    Parameters:
        month: its first day; SQL of values to come will do as well, so below.
        since, until: when the month begins, and before when it ends.
        known_before: what was recorded then or later does not count.
    """

    month: Any
    since: Any
    until: Any
    known_before: Any

    @classmethod
    def of(cls, day: date, as_of: date | None = None) -> Self:
        """The month of a day by the district's clock.

        Parameters:
            as_of: a day, at whose end it was known; today if None.
        Raises: InvalidInput(as_of) for a day to come, and of either for one at an end of the
            calendar.
        """
        if as_of is not None and as_of > today():
            raise InvalidInput("as_of", reason=Reason.NOT_TO_COME)
        for field, one in (("as_of", as_of), ("month", day)):
            if one is not None and not _FIRST <= one <= _LAST:
                raise InvalidInput(field, reason=Reason.RANGE, least=str(_FIRST), most=str(_LAST))
        first = day.replace(day=1)
        known = (as_of or today()) + timedelta(days=1)
        return cls(first, _midnight(first), _midnight(following(first)), _midnight(known))

    def bounds(self) -> tuple[Any, ...]:
        """In the order of the parameters."""
        return self.month, self.since, self.until, self.known_before


def following(month: date) -> date:
    """The first day of the month after the one with this first day."""
    return (month + timedelta(days=31)).replace(day=1)


def due(covered: Covered) -> ColumnElement[bool]:
    """Visits that were due in the month, as known then."""
    waived_at = col(VisitObligation.waived_at)
    return and_(
        col(VisitObligation.month) == covered.month,
        col(VisitObligation.recorded_at) < covered.known_before,
        or_(waived_at.is_(None), waived_at >= covered.known_before),
    )


def visited(covered: Covered) -> ColumnElement[bool]:
    """Those of them whose elder was visited in the month, wherever and by whomever, as known
    then."""
    of_elder = col(VisitTask.elder_id) == col(VisitObligation.elder_id)
    return exists().where(of_elder, *made(covered)).correlate(VisitObligation)


def figures(actor: Actor, covered: Covered, region: str | None) -> Select[*tuple[Any, ...]]:
    """How many visits were due that the actor sees, and to how many of their elders somebody came.

    Parameters:
        region: only those of the subtree of this division; all if None.
    Raises: InvalidInput for a text that is no code.
    """
    seen = select(col(VisitTask.elder_id)).distinct().where(*made(covered)).cte("made")
    there = [within(col(VisitObligation.region_code), region)] if region is not None else []
    return (
        select(func.count().label("due"), func.count(seen.c.elder_id).label("visited"))
        .select_from(VisitObligation)
        .outerjoin(seen, seen.c.elder_id == col(VisitObligation.elder_id))
        .where(visit_obligation_visible(actor), due(covered), *there)
    )


def made(covered: Covered) -> Sequence[ColumnElement[bool]]:
    """Visits that count in the month, which is the one in which they began, as known then."""
    began = col(VisitTask.checked_in_at)
    undoubted = or_(
        col(VisitTask.state).in_(MADE_STATES),
        and_(
            col(VisitTask.state) == VisitState.REJECTED,
            col(VisitTask.verified_at) >= covered.known_before,
        ),
    )
    return (
        began >= covered.since,
        began < covered.until,
        col(VisitTask.check_out_recorded_at) < covered.known_before,
        undoubted,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, DISTRICT_ZONE).astimezone(UTC)

"""When a volunteer was with an elder: now, or as their phone wrote it down without a network."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.accounts.persons import one_person
from domain.errors import InvalidInput, TimesOverlap
from domain.ids import public_id
from domain.reasons import Reason
from domain.visits.lifecycle import MADE_STATES, VisitState
from domain.visits.models import VisitTask
from domain.visits.moving import TOPIC

LATE_DAYS: Final = 7
"""How late a check-in or a check-out may be entered."""

LATE_AFTER: Final = timedelta(minutes=5)
"""What is entered no later than this was entered at once: a phone may need a while to be heard."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A moment of a visit, and when it was told here.

    Parameters:
        at: when it was.
        recorded_at: when we learned of it.
    """

    at: datetime
    recorded_at: datetime

    @classmethod
    def of(cls, at: datetime | None, recorded_at: datetime) -> "Entry":
        """What a phone says; this moment if it says nothing.

        Raises: InvalidInput(at) for what is still to come, or more than seven days ago.
        """
        if at is None:
            return cls(recorded_at, recorded_at)
        if at > recorded_at:
            raise InvalidInput("at", reason=Reason.AFTER_NOW)
        if at < recorded_at - timedelta(days=LATE_DAYS):
            raise InvalidInput("at", reason=Reason.DAYS_LATE, most=LATE_DAYS)
        return cls(at, recorded_at)

    @property
    def is_late(self) -> bool:
        """Whether it was told later than a phone with a network would have."""
        return self.recorded_at - self.at > LATE_AFTER

    def refuse_before(self, earlier: datetime | None) -> None:
        """Raises: InvalidInput(at) unless it lies after what must have been before."""
        if earlier is not None and self.at <= earlier:
            raise InvalidInput("at", reason=Reason.NOT_BEFORE, earliest=earlier.isoformat())


async def refuse_elsewhere(
    session: AsyncSession, actor: Actor, visit: VisitTask, since: datetime, until: datetime
) -> None:
    """Nobody is with two elders at once, in whatever role.

    Parameters:
        visit: made, or being made; it is left out itself.
        since: when the volunteer was there; until: before when.
    Raises: TimesOverlap(blockers: all of the volunteer's own visits at that time, those under way
        included).
    """
    statement = (
        select(col(VisitTask.id), col(VisitTask.claimed_by))
        .where(
            col(VisitTask.claimed_by).in_(one_person(actor.id)),
            col(VisitTask.id) != visit.id,
            col(VisitTask.state).in_((VisitState.CHECKED_IN, *MADE_STATES)),
            col(VisitTask.checked_in_at) < until,
            or_(col(VisitTask.checked_out_at).is_(None), col(VisitTask.checked_out_at) > since),
        )
        .order_by(col(VisitTask.checked_in_at), col(VisitTask.id))
    )
    # The visit's own changes are not asked about, and are to be one write.
    with session.no_autoflush:
        found = (await session.execute(statement)).all()
    refuse_overlaps(actor, found, "at")


def refuse_overlaps(actor: Actor, found: Sequence[Any], field: str) -> None:
    """Refuse what is at the time of other visits of the same person's.

    Parameters:
        found: their keys, and the accounts that have claimed them.
    Raises: TimesOverlap(field), which names those of this account: it sees no others.
    """
    if found:
        seen = [public_id(TOPIC, key) for key, claimed_by in found if claimed_by == actor.id]
        raise TimesOverlap(field, blockers=seen)

"""Which days a stay takes: derived from its dates and its state, never stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, true
from sqlmodel import col

from domain.beds.lifecycle import IN_BED, StayState
from domain.beds.models import Bed, BedStay

NOT_READY = (*IN_BED, StayState.CLEANING)
"""Until such a stay is closed, its bed is nobody else's, whatever day was planned."""


@dataclass(frozen=True, slots=True)
class Days:
    """Days in a row, half-open.

    Parameters:
        starts_on: the first day.
        ends_on: the first day no more; None if none is set.
    """

    starts_on: date
    ends_on: date | None = None

    def through(self, day: date) -> "Days":
        """The same days, and on until ``day`` at least."""
        if self.ends_on is None:
            return self
        return Days(self.starts_on, max(self.ends_on, _after(day)))

    def __str__(self) -> str:
        """``2026-11-01 – 2026-11-20``, or ``2026-11-01 –``."""
        return f"{self.starts_on} – {self.ends_on or ''}".rstrip()


def written(days: Days) -> ColumnElement[bool]:
    """Whether a stay's days, as they are written down, include one of these."""
    return _overlap(col(BedStay.ends_on), days)


def takes_bed(days: Days, today: date) -> ColumnElement[bool]:
    """Whether a stay takes its bed on one of these days: overstayed or not yet cleaned, it does so
    through today at least.

    Parameters:
        today: the district's day.
    """
    return _overlap(_until(NOT_READY, today), days)


def takes_elder(days: Days, today: date) -> ColumnElement[bool]:
    """Whether a stay has its elder in bed on one of these days: who has overstayed is there through
    today at least; who has left a bed that is still to be cleaned is not.

    Parameters:
        today: the district's day.
    """
    return _overlap(_until(IN_BED, today), days)


def bed_free(today: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether a bed is there today and no stay takes it, as a condition on ``Bed``.

    Parameters:
        today: the district's day, or SQL for it.
    """
    # ``takes_bed`` for a single day, in comparisons: a list asks it of every stay of a city.
    starts_on, ends_on = col(BedStay.starts_on), col(BedStay.ends_on)
    lasts = or_(ends_on.is_(None), ends_on > today, col(BedStay.state).in_(NOT_READY))
    taken = exists().where(col(BedStay.bed_id) == col(Bed.id), starts_on <= today, lasts)
    return and_(bed_open(today), ~taken)


def bed_open(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether a bed is there on a day, as a condition on ``Bed``."""
    opened_on, closed_on = col(Bed.opened_on), col(Bed.closed_on)
    return and_(
        # Coalesced, that its opposite holds as well where nothing is known.
        func.coalesce(opened_on <= day, true()),
        func.coalesce(closed_on > day, true()),
    )


def lain_in(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether somebody lay in a bed on a day, as a condition on ``Bed``.

    Parameters:
        day: as for ``lies_in``.
    """
    return exists().where(col(BedStay.bed_id) == col(Bed.id), lies_in(day))


def lies_in(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether somebody lay in their bed on a day, as a condition on ``BedStay``: leave counts, what
    was only held or reserved does not, and who has overstayed is there through today.

    Parameters:
        day: today or an earlier one.
    """
    starts_on, ends_on = col(BedStay.starts_on), col(BedStay.ends_on)
    return and_(
        col(BedStay.state).not_in((StayState.HELD, StayState.RESERVED)),
        starts_on <= day,
        or_(ends_on.is_(None), ends_on > day, col(BedStay.state).in_(IN_BED)),
    )


def _until(unfinished: Sequence[StayState], today: date) -> ColumnElement[Any]:
    """The first day that a stay takes no more; NULL if none is in sight."""
    planned = col(BedStay.ends_on)
    # PostgreSQL's greatest() passes over NULL, and would give an open stay an end.
    lasts = and_(col(BedStay.state).in_(unfinished), planned.is_not(None))
    return case((lasts, func.greatest(planned, _after(today))), else_=planned)


def _overlap(until: Any, days: Days) -> ColumnElement[bool]:
    """Ranges, as in the exclusion constraints: a stay of no days overlaps nothing."""
    taken = func.daterange(col(BedStay.starts_on), until)
    return taken.op("&&", is_comparison=True)(func.daterange(days.starts_on, days.ends_on))


def _after(day: date) -> date:
    return day + timedelta(days=1)

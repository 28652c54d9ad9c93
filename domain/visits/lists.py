"""Which visits a desk looks through: what makes one of them belong to a list."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, cast, false, func, literal
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlmodel import col

from domain.visits.lifecycle import UNENDED_STATES, VisitState
from domain.visits.models import VisitTask
from domain.visits.proof import VAGUE_M


def overdue() -> ColumnElement[bool]:
    """Visits whose time is over and that nobody has ended."""
    return and_(col(VisitTask.state).in_(UNENDED_STATES), col(VisitTask.scheduled_to) <= func.now())


def unverified_for(days: Any) -> ColumnElement[bool]:
    """Visits that were made, and have been waiting for so many days, or more, for somebody to say
    so.

    Parameters:
        days: SQL of a whole number.
    """
    waiting = cast(days, Integer) * literal(timedelta(days=1), INTERVAL())
    told = func.coalesce(col(VisitTask.check_out_recorded_at), col(VisitTask.checked_out_at))
    return and_(col(VisitTask.state) == VisitState.DONE, told <= func.now() - waiting)


def far() -> ColumnElement[bool]:
    """Visits that began far from their community."""
    return col(VisitTask.check_in_far).is_(True)


def vague() -> ColumnElement[bool]:
    """Visits that began where the volunteer's phone did not know."""
    return func.coalesce(col(VisitTask.check_in_accuracy_m) > VAGUE_M, false())

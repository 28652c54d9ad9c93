"""Criteria of a day: the one that the filter's ``as_of`` names, today where it names none."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, not_, true

from api.plan.criteria import Criterion, Planning
from domain.access import Actor
from domain.calendar import today
from domain.errors import InvalidInput
from domain.reasons import Reason


def on_day(criterion: Any, condition: Callable[[Actor, Any, Any], ColumnElement[bool]]) -> Any:
    """As ``through``, of a day: the one that the filter's ``as_of`` names, today if none.

    Parameters:
        condition: made of the actor, the criterion's SQL, and the day.
    """
    inner: Criterion = criterion
    return Criterion(
        (*inner.types, Date()),
        inner.read,
        {
            None: lambda actor, bounds: condition(
                actor, inner.condition(actor, *bounds[:-1]), bounds[-1]
            )
        },
        planning=inner.planning,
        dated=True,
    )


def holds_on_day(condition: Callable[[Actor, Any], ColumnElement[bool]]) -> Any:
    """As ``holds``, of a day."""
    return Criterion(
        (Date(),),
        lambda _: (),
        {
            True: lambda actor, bounds: condition(actor, bounds[0]),
            False: lambda actor, bounds: not_(condition(actor, bounds[0])),
        },
        dated=True,
    )


def on_known_day(field: str, condition: Callable[[Any], ColumnElement[bool]]) -> Any:
    """Rows of which something held on this day, today or earlier: of a day to come nobody knows.

    Parameters:
        field: the filter's, which is named where it is refused.
    """

    def read(day: date) -> tuple[Any, ...]:
        if day > today():
            raise InvalidInput(field, reason=Reason.AT_LATEST, most=str(today()))
        return (day,)

    return Criterion((Date(),), read, {None: lambda _, bounds: condition(bounds[0])})


def the_day() -> Any:
    """No condition: the day that the dated criteria beside it ask about."""
    return Criterion((), lambda _: (), {None: lambda _, __: true()}, planning=Planning.NOTHING)

"""Criteria of a day: the one that the filter's ``as_of`` names, today where it names none."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Date, not_, true

from api.plan.criteria import Criterion, Planning
from domain.access import Actor


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


def the_day() -> Any:
    """No condition: the day that the dated criteria beside it ask about."""
    return Criterion((), lambda _: (), {None: lambda _, __: true()}, planning=Planning.NOTHING)

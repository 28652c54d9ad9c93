"""A meal: placed against a quote, locked at the cut-off, cooked, served or delivered, settled."""

from enum import StrEnum

from domain.access import Permission
from domain.lifecycle import Lifecycle


class MealState(StrEnum):
    """Where a meal has got to."""

    PLACED = "PLACED"
    LOCKED = "LOCKED"
    COOKED = "COOKED"
    SERVED = "SERVED"
    OUT = "OUT"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"
    SETTLED = "SETTLED"
    CANCELLED = "CANCELLED"


class MealAction(StrEnum):
    """What may happen to a meal."""

    CANCEL = "CANCEL"
    LOCK = "LOCK"
    COOK = "COOK"
    SERVE = "SERVE"
    SEND = "SEND"
    DELIVER = "DELIVER"
    FAIL = "FAIL"
    SETTLE = "SETTLE"


MEAL_LIFECYCLE = Lifecycle(
    {
        (MealState.PLACED, MealAction.CANCEL): MealState.CANCELLED,
        (MealState.PLACED, MealAction.LOCK): MealState.LOCKED,
        (MealState.LOCKED, MealAction.COOK): MealState.COOKED,
        (MealState.COOKED, MealAction.SERVE): MealState.SERVED,
        (MealState.COOKED, MealAction.SEND): MealState.OUT,
        (MealState.OUT, MealAction.DELIVER): MealState.DELIVERED,
        (MealState.OUT, MealAction.FAIL): MealState.FAILED,
        **{
            (state, MealAction.SETTLE): MealState.SETTLED
            for state in (MealState.SERVED, MealState.DELIVERED, MealState.FAILED)
        },
    }
)

PERMISSION_FOR = {MealAction.CANCEL: Permission.MEAL_ORDER_CANCEL}
"""The actions that people may take, and what each asks for."""

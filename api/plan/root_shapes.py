"""The shapes of declarations of root fields."""

from dataclasses import dataclass
from typing import Any

from api.plan.shapes import Order, Visible, row_type_of_table


@dataclass(frozen=True, eq=False)
class ById:
    """A root field: the row of a global id."""

    model: Any


@dataclass(frozen=True, eq=False)
class Rows:
    """A root field: a connection over all rows of a table that the actor sees.

    Parameters:
        listed: the rows that a list holds, where those are fewer.
        spread: whether the filter's fields are arguments of the field's own.
    """

    model: Any
    order: Order
    filter: Any
    listed: Visible | None = None
    spread: bool = False

    @property
    def visible(self) -> Visible:
        """The rows of the list."""
        return self.listed or row_type_of_table(self.model.__table__).visible


@dataclass(frozen=True, eq=False)
class Oneself:
    """A root field: the actor's own account."""

    model: Any


@dataclass(frozen=True, eq=False)
class AnyById:
    """A root field: the row of a global id of any type, or the rows of several.

    Parameters:
        argument: the argument's name.
        several: whether it is a list of ids.
    """

    argument: str
    several: bool = False

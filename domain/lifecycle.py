"""State machines as tables: (state, action) -> next state, and nothing else is allowed."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from domain.errors import IllegalTransition

State = TypeVar("State", bound=StrEnum)
Action = TypeVar("Action", bound=StrEnum)


class Lifecycle(Generic[State, Action]):
    """One kind of object's lifecycle.

    Parameters:
        table: every legal move, (state, action) -> next state.
    """

    def __init__(self, table: Mapping[tuple[State, Action], State]) -> None:
        self._table = dict(table)

    def next(self, state: State, action: Action) -> State:
        """The state after an action.

        Raises: IllegalTransition(from, to, allowed: the legal actions, comma-separated).
        """
        following = self._table.get((state, action))
        if following is None:
            allowed = ", ".join(self.actions(state))
            refused = {"from": state.value, "to": action.value, "allowed": allowed}
            raise IllegalTransition(None, **refused)
        return following

    def actions(self, state: State) -> list[Action]:
        """The actions that are legal in a state, in the table's order."""
        return [action for (source, action) in self._table if source == state]

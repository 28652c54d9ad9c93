"""The decisions behind a document: bytes that Hypothesis chooses, and simplifies."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

_ASKING = 60
"""Bytes for one who asks."""

_ASKINGS = 1 + 4 * _ASKING

_LENGTH = _ASKINGS + 800
"""Bytes in all; few documents would take more."""


class Tape:
    """Read from its beginning, a few bytes a decision; zeros where it has come to its end.

    One draw for all decisions: a draw for each would cost more than the two answers.
    """

    def __init__(self, decisions: bytes) -> None:
        self._decisions = decisions
        self._place = 0

    def number(self, below: int) -> int:
        """Zero is the simplest."""
        size = 1 if below <= 32 else 2 if below <= 4096 else 3
        taken = self._decisions[self._place : self._place + size]
        self._place += size
        return int.from_bytes(taken, "little") % below

    def chance(self, percent: int) -> bool:
        """True so often; the simplest is the usual."""
        number = self.number(100)
        return number < percent if percent > 50 else number >= 100 - percent

    def pick(self, choices: Sequence[Any]) -> Any:
        """One of them; the simplest is the first."""
        return choices[self.number(len(choices))]


def decisions() -> st.SearchStrategy[tuple[Tape, list[Tape]]]:
    """For a document, and for each of those who ask it."""
    return st.binary(min_size=_LENGTH, max_size=_LENGTH).map(_cut)


def _cut(chosen: bytes) -> tuple[Tape, list[Tape]]:
    askings = [chosen[start : start + _ASKING] for start in range(1, _ASKINGS, _ASKING)]
    return Tape(chosen[_ASKINGS:]), [Tape(one) for one in askings[: 1 + chosen[0] % len(askings)]]

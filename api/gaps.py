"""Tells a subscriber that what it gets is not live.

Nothing is ever left out: a subscriber is a cursor, and whoever reads late reads the same changes,
in the same order. But a duty desk that gets what happened a minute ago ought to know it, and may
rather query anew than replay ten thousand changes.
"""

from datetime import datetime
from typing import Any

from domain.calendar import now

CODE = "GAP"

GAP_SECONDS = 10.0
"""How long after it was recorded a change may still pass for live."""


class Lag:
    """How far behind one subscription is: said once, until it has caught up.

    Parameters:
        cursor: where it begins.
    """

    def __init__(self, cursor: str) -> None:
        self._after = cursor
        self._told = False

    def before(self, at: datetime) -> dict[str, Any] | None:
        """What to tell along with the change that is delivered next; None for nothing.

        Parameters:
            at: when the change was recorded.
        """
        seconds = (now() - at).total_seconds()
        if self._told or seconds < GAP_SECONDS:
            return None
        return {"code": CODE, "after": self._after, "seconds": round(seconds)}

    def passed(self, cursor: str, told: dict[str, Any] | None) -> None:
        """A change has been delivered.

        Parameters:
            cursor: the change's.
            told: along with it.
        """
        self._after = cursor
        self._told = self._told or told is not None

    def has_caught_up(self) -> None:
        """It has read up to the outbox's head."""
        self._told = False

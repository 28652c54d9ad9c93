"""How long to wait: longer after each failure, and never all vendors at once."""

import random

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0


class Backoff:
    """Doubles from one failure to the next."""

    def __init__(self) -> None:
        self._full = FIRST_SECONDS

    def next(self, at_least: float = 0.0) -> float:
        """Seconds to wait after one more failure.

        Parameters:
            at_least: what the server asked for; the jitter comes on top.
        """
        wait = at_least + self._full * random.uniform(0.5, 1.0)
        self._full = min(LONGEST_SECONDS, self._full * 2)
        return wait

    def reset(self) -> None:
        """It works again."""
        self._full = FIRST_SECONDS


def about(seconds: float) -> float:
    """A fifth more or less."""
    return seconds * random.uniform(0.8, 1.2)

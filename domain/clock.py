"""Times of a day as people write them, such as ``08:30``."""

import re
from typing import Final

from domain.errors import InvalidInput
from domain.reasons import Reason

DAY_MINUTES: Final = 24 * 60

_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_DAYS_END = "24:00"


def is_clock(text: str) -> bool:
    """Whether a text is a time from 00:00 to 23:59."""
    return _CLOCK.fullmatch(text) is not None


def minute_of(text: str, field: str) -> int:
    """Minutes since midnight of a time; ``24:00`` is the day's end.

    Raises: InvalidInput(field).
    """
    if text != _DAYS_END and not is_clock(text):
        raise InvalidInput(field, reason=Reason.CLOCK_24)
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def clock_of(minute: int) -> str:
    """The same the other way round."""
    return f"{minute // 60:02d}:{minute % 60:02d}"

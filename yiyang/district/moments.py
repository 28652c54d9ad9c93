"""Times of day in the district, as UTC."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from domain.calendar import DISTRICT_ZONE


def at(day: date, minutes: float) -> datetime:
    """A moment of a day.

    Parameters:
        minutes: after the district's midnight; below 0 is the day before.
    """
    return _midnight(day) + timedelta(minutes=minutes)


# A fill asks for the same few days a million times.
@lru_cache(maxsize=4096)
def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), DISTRICT_ZONE).astimezone(UTC)

"""A month that is over, of which coverage is counted."""

from datetime import UTC, date, datetime, time, timedelta

from domain.calendar import DISTRICT_ZONE, today

MONTH = (today().replace(day=1) - timedelta(days=40)).replace(day=1)
"""One that is over."""

NEXT = (MONTH + timedelta(days=31)).replace(day=1)


def at(day: date, hour: float = 12) -> datetime:
    midnight = datetime.combine(day, time(), DISTRICT_ZONE).astimezone(UTC)
    return midnight + timedelta(hours=hour)


def last() -> date:
    """The last day of the month before this one."""
    return today().replace(day=1) - timedelta(days=1)

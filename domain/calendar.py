"""The district's own clock: it decides what a "day" is."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

DISTRICT_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This moment, UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The district's current day."""
    return datetime.now(DISTRICT_ZONE).date()


def whole_years(birth: date, day: date) -> int:
    """A person's age in completed years on a day; the birthday itself counts."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))

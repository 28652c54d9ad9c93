"""Which time of a message counts: the device's own, unless its clock cannot be right."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

MAX_AHEAD = timedelta(minutes=5)
LATE_AFTER = timedelta(minutes=10)

# A device that lost its battery counts from 1970 or 2000 until somebody sets its clock.
_NEVER_SET_BEFORE = datetime(2020, 1, 1, tzinfo=UTC)


class Moment(NamedTuple):
    """When something happened.

    Parameters:
        claimed: what the device says: it is stored, and tells redelivery from news.
        at: what counts: the device's time, or the receive time where that is not believed.
        offset_s: by how many seconds a clock that is not believed is off; None if it is.
    """

    claimed: datetime
    at: datetime
    offset_s: int | None


def judge(ts: int, received_at: datetime) -> Moment:
    """Judge a device's time.

    Parameters:
        ts: device time, ms since 1970-01-01 UTC.
        received_at: when the message came.
    """
    claimed = datetime.fromtimestamp(ts / 1000, UTC)
    if _NEVER_SET_BEFORE <= claimed <= received_at + MAX_AHEAD:
        return Moment(claimed, claimed, None)
    return Moment(claimed, received_at, round((claimed - received_at).total_seconds()))


def is_late(at: datetime, received_at: datetime) -> bool:
    """Whether something is so old that it is shown, but nobody is sent for it."""
    return received_at - at > LATE_AFTER

"""Whether a device can be counted on: by when it was last heard, and by what its broker said."""

from datetime import datetime
from enum import StrEnum

from domain.devices.heartbeat import online
from domain.devices.models import DeviceKind


class Availability(StrEnum):
    """Whether a device can be counted on."""

    ONLINE = "ONLINE"
    SUSPECT = "SUSPECT"
    OFFLINE = "OFFLINE"
    NEVER_HEARD = "NEVER_HEARD"


def availability(
    kind: DeviceKind,
    last_seen_at: datetime | None,
    suspected_at: datetime | None,
    now: datetime,
) -> Availability:
    """Any message makes a device online, and three missed heartbeats make it offline.

    Its last will in between makes it suspect and no more: a broker sends it for a connection that
    broke, which a device may have made anew since without a word of its own.

    Parameters:
        last_seen_at: when anything was last received from it; None if nothing ever was.
        suspected_at: when its last will came; None if none did.
        now: the moment to judge at.
    """
    if last_seen_at is None:
        return Availability.NEVER_HEARD
    if not online(kind, last_seen_at, now):
        return Availability.OFFLINE
    suspected = suspected_at is not None and suspected_at > last_seen_at
    return Availability.SUSPECT if suspected else Availability.ONLINE

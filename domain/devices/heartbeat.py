"""How often a device of each kind is heard from, and when it counts as offline."""

from datetime import datetime, timedelta

from domain.devices.models import DeviceKind

HEARTBEAT_SECONDS: dict[DeviceKind, int] = {
    DeviceKind.SOS_BUTTON: 600,
    DeviceKind.SLEEP_BAND: 60,
}
"""The longest silence of a working device. A button spares its battery; a band measures."""

_MISSED = 3


def offline_after(kind: DeviceKind) -> timedelta:
    """The silence that makes a device offline: three missed heartbeats."""
    return timedelta(seconds=_MISSED * HEARTBEAT_SECONDS[kind])


def online(kind: DeviceKind, last_seen_at: datetime | None, now: datetime) -> bool:
    """Whether a device is online.

    Parameters:
        last_seen_at: when anything was last received from it; None if nothing ever was.
        now: the moment to judge at.
    """
    return last_seen_at is not None and now - last_seen_at < offline_after(kind)

"""How often a device of each kind is heard from, and when it counts as offline."""

from datetime import datetime, timedelta

from sqlalchemy import Interval, case, literal
from sqlmodel import col

from domain.devices.models import Device, DeviceKind

HEARTBEAT_SECONDS: dict[DeviceKind, int] = {
    DeviceKind.SOS_BUTTON: 600,
    DeviceKind.SLEEP_BAND: 60,
    DeviceKind.FALL_RADAR: 60,
    DeviceKind.DOOR_CONTACT: 3600,
    DeviceKind.MOTION_SENSOR: 1800,
    DeviceKind.SMOKE_DETECTOR: 3600,
    DeviceKind.GAS_DETECTOR: 600,
    DeviceKind.WATER_LEAK_DETECTOR: 3600,
    DeviceKind.WATER_METER: 3600,
    DeviceKind.ELECTRICITY_METER: 300,
    DeviceKind.WATCH: 600,
    DeviceKind.BLOOD_PRESSURE_METER: 86_400,
    DeviceKind.HEALTH_STATION: 600,
}
"""The longest silence of a working device, in seconds.

What has a battery spares it; what hangs on the mains is heard often. A cuff that is used once a day
has nothing to say in between.
"""

_MISSED = 3


def offline_after(kind: DeviceKind) -> timedelta:
    """The silence that makes a device offline: three missed heartbeats."""
    return timedelta(seconds=_MISSED * HEARTBEAT_SECONDS[kind])


SILENCE = case(
    *(
        (col(Device.kind) == kind, literal(offline_after(kind), Interval()))
        for kind in HEARTBEAT_SECONDS
    )
)
"""The same in SQL, of a device's row."""


def online(kind: DeviceKind, last_seen_at: datetime | None, now: datetime) -> bool:
    """Whether a device is online.

    Parameters:
        last_seen_at: when anything was last received from it; None if nothing ever was.
        now: the moment to judge at.
    """
    return last_seen_at is not None and now - last_seen_at < offline_after(kind)

"""Messages as a device writes them; the other side of ``devices/payload.py``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from devices.payload import VERSION
from devices.sorting import TELEMETRY
from devices.topics import Up
from domain.devices.kinds import KINDS
from domain.devices.models import DeviceKind

_BOOT_EPOCH_S = 1_577_836_800  # 2020-01-01: seconds since then fit the column for 68 years


def boot_number(now_s: float) -> int:
    """A boot counter for a device without a memory of its own: grows with every start.

    Parameters:
        now_s: the time of the start, seconds since 1970-01-01 UTC.
    """
    return int(now_s) - _BOOT_EPOCH_S


@dataclass(slots=True)
class Voice:
    """One device since it started: numbers its messages, and with the numbers names them.

    Parameters:
        boot: its boot counter.
    """

    boot: int
    _said: int = 0

    def say(self, type: str, measures: Mapping[str, Any], ts: int) -> dict[str, Any]:
        """A new message.

        Parameters:
            ts: device time, ms since 1970-01-01 UTC.
        """
        seq = self._said
        self._said += 1
        return {
            "v": VERSION,
            "id": f"{self.boot}-{seq}",
            "boot": self.boot,
            "seq": seq,
            "ts": ts,
            "type": type,
            "m": dict(measures),
        }


def example(kind: DeviceKind, ts: int) -> tuple[Up, dict[str, Any]]:
    """A complete message of a kind, and where it belongs: its event where it has one.

    Parameters:
        ts: device time, ms since 1970-01-01 UTC.
    """
    voice = Voice(boot_number(ts / 1000))
    for type in KINDS[kind].events:
        return Up.EVENT, voice.say(type, EXAMPLES[kind], ts)
    return Up.TELEMETRY, voice.say(TELEMETRY, EXAMPLES[kind], ts)


EXAMPLES: dict[DeviceKind, dict[str, Any]] = {
    DeviceKind.SOS_BUTTON: {"battery": 87},
    DeviceKind.SLEEP_BAND: {
        "heart_rate": 62,
        "breathing_rate": 14,
        "in_bed": True,
        "blood_pressure_trend": -3,
    },
    DeviceKind.FALL_RADAR: {"present": True, "moving": True, "people": 1},
    DeviceKind.DOOR_CONTACT: {"open": False, "battery": 92},
    DeviceKind.MOTION_SENSOR: {"motion": True, "battery": 78},
    DeviceKind.SMOKE_DETECTOR: {"smoke_density": 0.01, "battery": 95},
    DeviceKind.GAS_DETECTOR: {"gas": 0},
    DeviceKind.WATER_LEAK_DETECTOR: {"wet": False, "battery": 88},
    DeviceKind.WATER_METER: {"drawn": 4.5, "counter": 318.204, "battery": 97},
    DeviceKind.ELECTRICITY_METER: {
        "power": 310,
        "current": 1.4,
        "voltage": 221,
        "counter": 5120.6,
    },
    DeviceKind.WATCH: {
        "heart_rate": 71,
        "oxygen_saturation": 97,
        "worn": True,
        "steps": 3120,
        "battery": 64,
    },
    DeviceKind.BLOOD_PRESSURE_METER: {
        "systolic": 128,
        "diastolic": 76,
        "heart_rate": 70,
        "battery": 81,
    },
    DeviceKind.HEALTH_STATION: {
        "systolic": 131,
        "diastolic": 79,
        "heart_rate": 68,
        "oxygen_saturation": 97,
        "temperature": 36.4,
        "glucose": 5.8,
    },
}
"""What a kind measures at an ordinary moment."""


def encode(message: Mapping[str, Any]) -> bytes:
    """A message's payload."""
    return orjson.dumps(message)

"""What the devices of an ordinary home report, beside button and sleep band. No I/O here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from devices.messages import EXAMPLES
from domain.devices.models import DeviceKind

_HOUR_S: Final = 3600.0


def _radar(chance: Random, window_s: float) -> Mapping[str, Any]:
    del window_s
    present = chance.random() < 0.8
    return {"present": present, "moving": present and chance.random() < 0.5, "people": int(present)}


def _motion(chance: Random, window_s: float) -> Mapping[str, Any]:
    del window_s
    return {"motion": chance.random() < 0.6}


def _smoke(chance: Random, window_s: float) -> Mapping[str, Any]:
    del window_s
    return {"smoke_density": round(chance.uniform(0, 0.02), 3)}


def _water(chance: Random, window_s: float) -> Mapping[str, Any]:
    litres = max(chance.gauss(5, 3), 0) * window_s / _HOUR_S
    return {"drawn": round(litres, 1)}


def _electricity(chance: Random, window_s: float) -> Mapping[str, Any]:
    del window_s
    kettle = 1800 if chance.random() < 0.1 else 0
    power = chance.uniform(80, 400) + kettle
    voltage = chance.uniform(215, 228)
    return {
        "power": round(power),
        "current": round(power / voltage, 1),
        "voltage": round(voltage),
    }


def _watch(chance: Random, window_s: float) -> Mapping[str, Any]:
    del window_s
    return {
        "heart_rate": round(min(max(chance.gauss(72, 6), 52), 105)),
        "oxygen_saturation": round(chance.uniform(95, 99)),
        "worn": chance.random() < 0.9,
    }


def _pressure(chance: Random, window_s: float) -> Mapping[str, Any]:
    del window_s
    return {
        "systolic": round(min(max(chance.gauss(134, 12), 102), 158)),
        "diastolic": round(chance.uniform(66, 92)),
        "heart_rate": round(chance.uniform(58, 88)),
    }


def _station(chance: Random, window_s: float) -> Mapping[str, Any]:
    return {
        **_pressure(chance, window_s),
        "oxygen_saturation": round(chance.uniform(95, 99)),
        "temperature": round(chance.uniform(36.1, 36.9), 1),
        "glucose": round(chance.uniform(4.8, 8.5), 1),
    }


_CHANGING: Mapping[DeviceKind, Callable[[Random, float], Mapping[str, Any]]] = {
    DeviceKind.FALL_RADAR: _radar,
    DeviceKind.MOTION_SENSOR: _motion,
    DeviceKind.SMOKE_DETECTOR: _smoke,
    DeviceKind.WATER_METER: _water,
    DeviceKind.ELECTRICITY_METER: _electricity,
    DeviceKind.WATCH: _watch,
    DeviceKind.BLOOD_PRESSURE_METER: _pressure,
    DeviceKind.HEALTH_STATION: _station,
}
"""What changes from one report to the next; the rest is as in ``EXAMPLES``."""


@dataclass(frozen=True, slots=True)
class HomeDevice:
    """Any device that reports an ordinary home, in which nothing is amiss.

    Parameters:
        kind: of the device.
        chance: what is random about the home.
    """

    kind: DeviceKind
    chance: Random

    def measure(self, now_s: float, window_s: float) -> Mapping[str, Any]:
        """What it reports; see ``Sleeper.measure``."""
        del now_s
        changing = _CHANGING.get(self.kind)
        ordinary = EXAMPLES[self.kind]
        return {**ordinary, **changing(self.chance, window_s)} if changing else ordinary

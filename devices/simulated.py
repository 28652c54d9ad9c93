"""Simulated devices: what each measures at a moment. No I/O here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from devices.recordings import Recording, recordings
from domain.devices.models import DeviceKind

_RESTLESS_SHARE: Final = 0.05  # one replay in twenty is of the active recording
_SLOW_SHARE: Final = 0.6  # of the resting rate: 34 to 44 beats a minute
_SLOWEST: Final = 33.0
_SLOW: Final = 44.0
_BEATS_PER_BREATH: Final = 4.5
_BATTERY_S: Final = 180 * 24 * 3600.0  # a full battery lasts half a year


@dataclass(frozen=True, slots=True)
class SimulatedDevice:
    """A device to simulate; ``id`` is ``device_<hex>``."""

    id: str
    kind: DeviceKind


@dataclass(slots=True)
class Sleeper:
    """Someone on a sleep band: real recordings one after the other, and rare bradycardia.

    Parameters:
        chance: what is random about the sleeper.
    """

    chance: Random
    _recording: Recording = field(init=False)
    _began_s: float = field(init=False, default=0.0)
    _slow_until_s: float = field(init=False, default=float("-inf"))

    def __post_init__(self) -> None:
        self._recording = recordings()["resting"]
        self._began_s = -self.chance.uniform(0, self._recording.length_s)

    def slow_down(self, until_s: float) -> None:
        """Have the heart beat too slowly until a moment."""
        self._slow_until_s = until_s

    def measure(self, now_s: float, window_s: float) -> Mapping[str, Any]:
        """What the band reports.

        Parameters:
            now_s: seconds on any clock that only goes forward.
            window_s: over how many seconds it takes the mean.
        """
        if now_s - self._began_s > self._recording.length_s:
            restless = self.chance.random() < _RESTLESS_SHARE
            self._recording = recordings()["active" if restless else "resting"]
            self._began_s = now_s
        rate = self._recording.rate(now_s - self._began_s, window_s)
        breathing = rate / _BEATS_PER_BREATH + self.chance.uniform(-0.5, 0.5)
        if now_s < self._slow_until_s:
            rate = min(max(rate * _SLOW_SHARE, _SLOWEST), _SLOW)
        return {"heart_rate": round(rate), "breathing_rate": round(breathing, 1), "in_bed": True}


@dataclass(slots=True)
class ButtonInADrawer:
    """An SOS button: its battery runs down.

    Parameters:
        chance: what is random about the button.
    """

    chance: Random
    _full_at_s: float = field(init=False)

    def __post_init__(self) -> None:
        self._full_at_s = -self.chance.uniform(0, 0.8 * _BATTERY_S)

    def measure(self, now_s: float, window_s: float) -> Mapping[str, Any]:
        """What the button reports; see ``Sleeper.measure``."""
        del window_s
        return {"battery": round(max(100 * (1 - (now_s - self._full_at_s) / _BATTERY_S), 0))}

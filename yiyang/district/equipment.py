"""Which devices stand in whose home: an SOS button for one elder in three, a sleep band for one
in twenty, both more often where nobody else would notice; and what a home has besides."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from random import Random

from domain.devices.models import DeviceKind
from domain.elders.models import Tag
from yiyang.district.population import Vitals

VENDORS = ("安颐科技", "康护物联")
"""The companies whose devices the district uses; neither exists."""

_FIRST_VENDOR_SHARE = {DeviceKind.SOS_BUTTON: 0.6, DeviceKind.SLEEP_BAND: 0.35}

MOST = 4
"""A home has no more devices than its keys have room for."""

_ALONE: Mapping[DeviceKind, float] = {
    DeviceKind.SMOKE_DETECTOR: 0.30,
    DeviceKind.WATER_METER: 0.20,
    DeviceKind.DOOR_CONTACT: 0.12,
    DeviceKind.GAS_DETECTOR: 0.12,
    DeviceKind.MOTION_SENSOR: 0.10,
    DeviceKind.ELECTRICITY_METER: 0.08,
    DeviceKind.WATCH: 0.06,
    DeviceKind.FALL_RADAR: 0.05,
    DeviceKind.WATER_LEAK_DETECTOR: 0.04,
    DeviceKind.BLOOD_PRESSURE_METER: 0.03,
    DeviceKind.HEALTH_STATION: 0.01,
}
_OTHERS = 0.1
"""How often others have what those have who live alone."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """A device, and the place of its vendor in ``VENDORS``."""

    kind: DeviceKind
    vendor: int


def draw_equipment(rng: Random, vitals: Vitals, tags: Set[Tag]) -> list[Equipment]:
    """The devices of an elder."""
    return [
        _from_vendor(rng, kind)
        for kind, chance in (
            (DeviceKind.SOS_BUTTON, _button_chance(tags)),
            (DeviceKind.SLEEP_BAND, _band_chance(vitals, tags)),
        )
        if rng.random() < chance
    ]


def draw_more(rng: Random, tags: Set[Tag], equipment: Sequence[Equipment]) -> list[Equipment]:
    """An elder's devices, with what the home has besides.

    Parameters:
        rng: a stream of its own, so that nothing else is drawn differently.
        equipment: what the elder has already.
    """
    often = 1 if Tag.LIVES_ALONE in tags else _OTHERS
    more = [
        Equipment(kind, rng.randrange(len(VENDORS)))
        for kind, share in _ALONE.items()
        if rng.random() < share * often
    ]
    return [*equipment, *more][:MOST]


def _from_vendor(rng: Random, kind: DeviceKind) -> Equipment:
    return Equipment(kind, 0 if rng.random() < _FIRST_VENDOR_SHARE[kind] else 1)


def _button_chance(tags: Set[Tag]) -> float:
    if Tag.LIVES_ALONE in tags:
        return 0.75
    return 0.45 if Tag.EMPTY_NEST in tags else 0.20


def _band_chance(vitals: Vitals, tags: Set[Tag]) -> float:
    if Tag.DISABLED in tags:
        return 0.30
    if Tag.LIVES_ALONE in tags:
        return 0.25 if vitals.age >= 80 else 0.10
    return 0.03

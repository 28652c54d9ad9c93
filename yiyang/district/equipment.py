"""Which devices stand in whose home: an SOS button for one elder in three, a sleep band for one
in twenty, both more often where nobody else would notice."""

from collections.abc import Set
from dataclasses import dataclass
from random import Random

from domain.devices.models import DeviceKind
from domain.elders.models import Tag
from yiyang.district.population import Vitals

VENDORS = ("安颐科技", "康护物联")
"""The companies whose devices the district uses; neither exists."""

_FIRST_VENDOR_SHARE = {DeviceKind.SOS_BUTTON: 0.6, DeviceKind.SLEEP_BAND: 0.35}


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

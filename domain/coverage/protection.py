"""Who is protected by devices now, and who is not: each figure is the rows behind it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, select
from sqlmodel import col

from domain.access import Actor
from domain.devices.heartbeat import SILENCE
from domain.devices.models import Device
from domain.devices.visibility import device_visible
from domain.elders.models import Elder
from domain.elders.visibility import elder_visible
from domain.tables import within


class Protection(StrEnum):
    """Whether an elder has a device that works now; each elder is exactly one of these."""

    PROTECTED = "PROTECTED"
    PARTLY = "PARTLY"
    UNCOVERED = "UNCOVERED"
    NEVER_HEARD = "NEVER_HEARD"
    WITHOUT_DEVICE = "WITHOUT_DEVICE"


_ONLINE: Final = col(Device.last_seen_at) > func.now() - SILENCE
_HEARD: Final = col(Device.last_seen_at).is_not(None)


def protected_as(protection: Protection, actor: Actor) -> ColumnElement[bool]:
    """Whether an elder is protected so, by the devices that the actor sees."""
    online, silent = _has(actor, _ONLINE), _has(actor, _HEARD, not_(_ONLINE))
    return {
        Protection.PROTECTED: and_(online, not_(silent)),
        Protection.PARTLY: and_(online, silent),
        Protection.UNCOVERED: and_(silent, not_(online)),
        Protection.NEVER_HEARD: and_(_has(actor), not_(_has(actor, _HEARD))),
        Protection.WITHOUT_DEVICE: not_(_has(actor)),
    }[protection]


def figures(actor: Actor, region: str | None) -> Select[*tuple[Any, ...]]:
    """How many elders the actor sees, and how many of them are protected in which way.

    Parameters:
        region: only those in the subtree of this division; all if None.
    Raises: InvalidInput for a text that is no code.
    """
    there = [within(col(Elder.region_code), region)] if region is not None else []
    # Elders and devices are joined as two sets: a look at each elder's devices takes five times as
    # long for a district.
    of = (
        select(
            func.count(col(Device.id)).label("present"),
            func.coalesce(func.bool_or(_HEARD), False).label("heard"),
            func.coalesce(func.bool_or(_ONLINE), False).label("online"),
            func.coalesce(func.bool_or(and_(_HEARD, not_(_ONLINE))), False).label("silent"),
        )
        .select_from(Elder)
        .outerjoin(Device, and_(*_of_elder(actor)))
        .where(elder_visible(actor), *there)
        .group_by(col(Elder.id))
        .subquery("of_elder")
    ).c
    ways = {
        Protection.PROTECTED: and_(of.online, not_(of.silent)),
        Protection.PARTLY: and_(of.online, of.silent),
        Protection.UNCOVERED: and_(of.silent, not_(of.online)),
        Protection.NEVER_HEARD: and_(of.present > 0, not_(of.heard)),
        Protection.WITHOUT_DEVICE: of.present == 0,
    }
    counts = [func.count().filter(way).label(name.value.lower()) for name, way in ways.items()]
    return select(func.count().label("elders"), *counts)


def _has(actor: Actor, *which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(*_of_elder(actor), *which).correlate(Elder)


def _of_elder(actor: Actor) -> Sequence[ColumnElement[bool]]:
    """The elder's devices in use, as far as the actor sees them."""
    seen = device_visible.beside(actor, col(Device.elder_id))
    return [col(Device.elder_id) == col(Elder.id), col(Device.revoked_at).is_(None), *seen]

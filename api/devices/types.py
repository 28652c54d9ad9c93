"""Devices as clients see them."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from api.context import Context
from api.describe import enumeration
from api.plan.declare import computed, node, one, record
from api.relay import Node
from domain.devices import models
from domain.devices.heartbeat import online
from domain.devices.visibility import device_visible, vital_sign_visible
from domain.devices.vital_signs import UNITS

if TYPE_CHECKING:
    from api.elders.types import Elder

enumeration(
    models.DeviceKind,
    "What a device is.",
    SOS_BUTTON="一键呼救 a button to call for help.",
    SLEEP_BAND="睡眠带 a band under the mattress: heart rate, breathing, in bed.",
)


enumeration(
    models.VitalSignKind,
    "A vital sign.",
    HEART_RATE="心率 beats of the heart.",
    RESPIRATORY_RATE="呼吸频率 breaths.",
)


def _online(device: models.Device, context: Context) -> bool:
    return online(device.kind, device.last_seen_at, context.now)


@node(models.Device, visible=device_visible)
class Device(Node):
    """A device in someone's home; its id is its MQTT user name."""

    kind: models.DeviceKind
    """What it is."""
    last_seen_at: datetime | None
    """When its last message came; null if none ever has."""
    online: bool = computed(_online, needs=[models.Device.kind, models.Device.last_seen_at])
    """Whether it has missed fewer than three heartbeats."""
    elder: Annotated["Elder", strawberry.lazy("api.elders.types")] | None = one(
        models.Device.elder_id
    )
    """Whose home it is in; null where you may not see the elder."""


def _vital(function: Callable[[models.VitalSign, Context], Any], needs: Any) -> Any:
    """A field of a vital sign: who is shown it is in the audit trail."""
    return computed(function, needs=[needs], discloses=models.VitalSign.elder_id)


@record(models.VitalSign, visible=vital_sign_visible)
class VitalSign:
    """The newest measurement of a vital sign. Who is shown it is in the audit trail."""

    kind: models.VitalSignKind = _vital(lambda sign, _: sign.kind, models.VitalSign.kind)
    """Which."""
    value: float = _vital(lambda sign, _: sign.value, models.VitalSign.value)
    """How much, in `unit`."""
    unit: str = _vital(lambda sign, _: UNITS[sign.kind], models.VitalSign.kind)
    """UCUM code of the unit: `/min` is once a minute."""
    measured_at: datetime = _vital(lambda sign, _: sign.measured_at, models.VitalSign.measured_at)
    """When, by the device's clock; by ours where that cannot be right."""
    device: Device | None = one(models.VitalSign.device_id)
    """By which device; null where you may not see it."""

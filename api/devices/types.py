"""Devices as clients see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.context import Context
from api.describe import enumeration
from api.plan.declare import computed, node, one
from api.relay import Node
from domain.devices import models
from domain.devices.heartbeat import online
from domain.devices.visibility import device_visible

if TYPE_CHECKING:
    from api.elders.types import Elder

enumeration(
    models.DeviceKind,
    "What a device is.",
    SOS_BUTTON="一键呼救 a button to call for help.",
    SLEEP_BAND="睡眠带 a band under the mattress: heart rate, breathing, in bed.",
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

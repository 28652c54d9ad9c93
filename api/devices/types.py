"""Devices as clients see them."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from api.context import Context
from api.describe import enumeration
from api.devices.titles import device_title
from api.plan.declare import computed, node, one, record
from api.relay import Node
from api.stations.types import Station
from domain.devices import models
from domain.devices.availability import Availability, availability
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
    FALL_RADAR="跌倒雷达 a radar on the wall that sees a fall, and no faces.",
    DOOR_CONTACT="门磁 a contact on the front door.",
    MOTION_SENSOR="人体感应器 a sensor that sees somebody move.",
    SMOKE_DETECTOR="烟雾报警器 a smoke detector.",
    GAS_DETECTOR="燃气报警器 a gas detector.",
    WATER_LEAK_DETECTOR="水浸报警器 contacts on the floor that feel water.",
    WATER_METER="智能水表 a water meter.",
    ELECTRICITY_METER="智能电表 an electricity meter.",
    WATCH="智能手表 a watch: a call for help, falls, heart rate, oxygen saturation.",
    BLOOD_PRESSURE_METER="血压计 a cuff for the upper arm.",
    HEALTH_STATION="健康一体机 blood pressure, oxygen saturation, temperature and glucose in one.",
)


enumeration(
    models.VitalSignKind,
    "A vital sign.",
    HEART_RATE="心率 beats of the heart.",
    RESPIRATORY_RATE="呼吸频率 breaths.",
    OXYGEN_SATURATION="血氧饱和度 how much of the blood's haemoglobin carries oxygen.",
    SYSTOLIC_BLOOD_PRESSURE="收缩压 blood pressure while the heart contracts.",
    DIASTOLIC_BLOOD_PRESSURE="舒张压 blood pressure while the heart rests.",
    BODY_TEMPERATURE="体温 of the body.",
    GLUCOSE="血糖 glucose in capillary blood.",
)


enumeration(
    Availability,
    "Whether a device can be counted on.",
    name="DeviceAvailability",
    ONLINE="在线 it was heard within three heartbeats.",
    SUSPECT="疑似离线 its connection broke, and nothing has been heard since: nothing is decided.",
    OFFLINE="离线 it has missed three heartbeats.",
    NEVER_HEARD="从未上线 it has never been heard.",
)


def _availability(device: models.Device, context: Context) -> Availability:
    return availability(device.kind, device.last_seen_at, device.suspected_at, context.now)


def _online(device: models.Device, context: Context) -> bool:
    return online(device.kind, device.last_seen_at, context.now)


@node(models.Device, visible=device_visible)
class Device(Node):
    """A device in someone's home or in a station; its id is its MQTT user name."""

    kind: models.DeviceKind
    """What it is."""
    title: str = computed(device_title, needs=[models.Device.kind])
    """What it is, in a few words to show, in the language of Accept-Language."""
    last_seen_at: datetime | None
    """When its last message came; null if none ever has."""
    revoked_at: datetime | None
    """When it was taken out of use, for good; null while it is in use."""
    online: bool = computed(_online, needs=[models.Device.kind, models.Device.last_seen_at])
    """Whether it has missed fewer than three heartbeats."""
    availability: Availability = computed(
        _availability,
        needs=[models.Device.kind, models.Device.last_seen_at, models.Device.suspected_at],
    )
    """Whether it can be counted on."""
    elder: Annotated["Elder", strawberry.lazy("api.elders.types")] | None = one(
        models.Device.elder_id
    )
    """Whose home it is in; null for a station's, and where you may not see the elder."""
    station: Station | None = one(models.Device.station_id)
    """The station that it stands in; null for one in somebody's home, and for one in stock."""


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

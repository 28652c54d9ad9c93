"""What each kind of device sends and when it raises an alarm: data, one file a kind."""

from domain.devices.kinds.blood_pressure_meter import BLOOD_PRESSURE_METER
from domain.devices.kinds.door_contact import DOOR_CONTACT
from domain.devices.kinds.electricity_meter import ELECTRICITY_METER
from domain.devices.kinds.fall_radar import FALL_RADAR
from domain.devices.kinds.gas_detector import GAS_DETECTOR
from domain.devices.kinds.health_station import HEALTH_STATION
from domain.devices.kinds.kind import EventType, Kind, Vital
from domain.devices.kinds.measures import Flag, Measure, Quantity
from domain.devices.kinds.motion_sensor import MOTION_SENSOR
from domain.devices.kinds.rule_words import (
    Absence,
    Beyond,
    Count,
    Happens,
    Hours,
    Is,
    Rule,
    Side,
    Sign,
    Spell,
    Threshold,
    spell_name,
)
from domain.devices.kinds.sleep_band import SLEEP_BAND
from domain.devices.kinds.smoke_detector import SMOKE_DETECTOR
from domain.devices.kinds.sos_button import SOS_BUTTON
from domain.devices.kinds.watch import WATCH
from domain.devices.kinds.water_leak_detector import WATER_LEAK_DETECTOR
from domain.devices.kinds.water_meter import WATER_METER
from domain.devices.models import DeviceKind

KINDS: dict[DeviceKind, Kind] = {
    kind.kind: kind
    for kind in (
        SOS_BUTTON,
        SLEEP_BAND,
        FALL_RADAR,
        DOOR_CONTACT,
        MOTION_SENSOR,
        SMOKE_DETECTOR,
        GAS_DETECTOR,
        WATER_LEAK_DETECTOR,
        WATER_METER,
        ELECTRICITY_METER,
        WATCH,
        BLOOD_PRESSURE_METER,
        HEALTH_STATION,
    )
}

__all__ = [
    "KINDS",
    "Absence",
    "Beyond",
    "Count",
    "EventType",
    "Flag",
    "Happens",
    "Hours",
    "Is",
    "Kind",
    "Measure",
    "Quantity",
    "Rule",
    "Side",
    "Sign",
    "Spell",
    "Threshold",
    "Vital",
    "spell_name",
]

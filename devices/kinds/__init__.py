"""What each kind of device sends and when it raises an alarm: data, one file a kind."""

from devices.kinds.kind import EventType, Flag, Kind, Measure, Quantity, Side, Threshold, Vital
from devices.kinds.sleep_band import SLEEP_BAND
from devices.kinds.sos_button import SOS_BUTTON
from domain.devices.models import DeviceKind

KINDS: dict[DeviceKind, Kind] = {kind.kind: kind for kind in (SOS_BUTTON, SLEEP_BAND)}

__all__ = [
    "KINDS",
    "EventType",
    "Flag",
    "Kind",
    "Measure",
    "Quantity",
    "Side",
    "Threshold",
    "Vital",
]

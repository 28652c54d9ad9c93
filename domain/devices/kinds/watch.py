"""智能手表: worn; calls for help, feels a fall, measures pulse and oxygen.

Where it is, it says only with a call for help and with a fall, as WGS 84 degrees: so that she is
found (`Alarm.whereabouts`). In ordinary measurements a place is not taken, whatever the watch says.
"""

from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.heartbeat import offline_after
from domain.devices.kinds.common import (
    BATTERY,
    HEART_RATE,
    LATITUDE,
    LONGITUDE,
    OXYGEN_SATURATION,
)
from domain.devices.kinds.kind import EventType, Kind, Vital
from domain.devices.kinds.measures import Flag, Quantity
from domain.devices.kinds.vitals import heart, oxygen
from domain.devices.models import DeviceKind, VitalSignKind

_OFFLINE = offline_after(DeviceKind.WATCH)
_OFF_THE_WRIST = {"worn": False}
_WITH_A_CALL = {"battery": BATTERY, "latitude": LATITUDE, "longitude": LONGITUDE}

WATCH = Kind(
    kind=DeviceKind.WATCH,
    telemetry={
        "heart_rate": HEART_RATE,
        "oxygen_saturation": OXYGEN_SATURATION,
        "worn": Flag(),
        "steps": Quantity("1", 0, 200_000),
        "battery": BATTERY,
    },
    events={
        "sos": EventType(AlarmType.SOS, AlarmSeverity.CRITICAL, measures=_WITH_A_CALL),
        "fall": EventType(AlarmType.FALL, AlarmSeverity.CRITICAL, measures=_WITH_A_CALL),
        "cancel": EventType(cancels=frozenset({AlarmType.FALL})),
    },
    rules=(*heart(_OFFLINE, _OFF_THE_WRIST), oxygen(_OFFLINE, _OFF_THE_WRIST)),
    vitals={
        "heart_rate": Vital(VitalSignKind.HEART_RATE, unless=_OFF_THE_WRIST),
        "oxygen_saturation": Vital(VitalSignKind.OXYGEN_SATURATION, unless=_OFF_THE_WRIST),
    },
)

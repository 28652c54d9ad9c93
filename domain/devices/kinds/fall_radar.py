"""跌倒监测雷达: a millimetre-wave radar on the wall, which sees bodies and no faces.

It decides by itself that somebody has fallen, and that she is on her feet again (``up``); there is
no threshold of ours. Many hear a word or have a button by which she says that nothing has happened
(``cancel``).
"""

from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.kinds.kind import EventType, Kind
from domain.devices.kinds.measures import Flag, Quantity
from domain.devices.models import DeviceKind

FALL_RADAR = Kind(
    kind=DeviceKind.FALL_RADAR,
    telemetry={
        "present": Flag(),
        "moving": Flag(),
        "people": Quantity("1", 0, 20),
    },
    events={
        "fall": EventType(AlarmType.FALL, AlarmSeverity.CRITICAL),
        "up": EventType(clears=frozenset({AlarmType.FALL})),
        "cancel": EventType(cancels=frozenset({AlarmType.FALL})),
    },
)

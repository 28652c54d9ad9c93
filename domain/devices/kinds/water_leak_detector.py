"""水浸探测器: two contacts on the floor of bathroom or kitchen."""

from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.kinds.common import BATTERY
from domain.devices.kinds.kind import EventType, Kind
from domain.devices.kinds.measures import Flag
from domain.devices.models import DeviceKind

WATER_LEAK_DETECTOR = Kind(
    kind=DeviceKind.WATER_LEAK_DETECTOR,
    telemetry={"wet": Flag(), "battery": BATTERY},
    events={
        "leak": EventType(AlarmType.WATER_LEAK, AlarmSeverity.MAJOR, measures={"battery": BATTERY}),
        "dry": EventType(clears=frozenset({AlarmType.WATER_LEAK})),
    },
)

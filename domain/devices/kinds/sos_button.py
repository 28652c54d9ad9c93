"""紧急呼叫按钮: worn or on the wall; pressed, it calls for help."""

from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.kinds.common import BATTERY
from domain.devices.kinds.kind import EventType, Kind
from domain.devices.models import DeviceKind

_BATTERY = {"battery": BATTERY}

SOS_BUTTON = Kind(
    kind=DeviceKind.SOS_BUTTON,
    telemetry=_BATTERY,
    events={"sos": EventType(AlarmType.SOS, AlarmSeverity.CRITICAL, measures=_BATTERY)},
)

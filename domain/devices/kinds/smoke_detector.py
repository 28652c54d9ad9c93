"""独立式感烟火灾探测报警器: on the ceiling, with a siren of its own.

The detector decides: GB 20517 (stand-alone smoke alarms) sets how dense the smoke may be before it
must sound, so no threshold of ours stands beside it. The density is kept where one is sent, in the
unit of that standard's response threshold. A detector repeats ``smoke`` while it sounds; five quiet
minutes (our choice), or its ``normal``, clear the alarm.
"""

from datetime import timedelta

from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.kinds.common import BATTERY
from domain.devices.kinds.kind import EventType, Kind
from domain.devices.kinds.measures import Quantity
from domain.devices.models import DeviceKind

_DENSITY = Quantity("dB/m", 0, 20)

SMOKE_DETECTOR = Kind(
    kind=DeviceKind.SMOKE_DETECTOR,
    telemetry={"smoke_density": _DENSITY, "battery": BATTERY},
    events={
        "smoke": EventType(
            AlarmType.SMOKE,
            AlarmSeverity.CRITICAL,
            measures={"smoke_density": _DENSITY, "battery": BATTERY},
            quiet=timedelta(minutes=5),
        ),
        "normal": EventType(clears=frozenset({AlarmType.SMOKE})),
    },
)

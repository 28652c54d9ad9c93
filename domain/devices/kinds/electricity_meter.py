"""智能电表 (or 用电安全探测器): one phase of 220 V for the whole home.

A meter that judges by itself says ``overload``. The threshold is for one that only measures: 40 A
is what the wires of a newer flat are fused at, 32 A what those of an older one are; both are our
choice, and a district with older wires sets its own. A refrigerator draws less than 200 W; what
draws more (a kettle, a rice cooker) was switched on by somebody. Our choice, too.
"""

from datetime import timedelta

from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.heartbeat import offline_after
from domain.devices.kinds.kind import EventType, Kind
from domain.devices.kinds.measures import Quantity
from domain.devices.kinds.rule_words import Absence, Beyond, Side, Threshold
from domain.devices.models import DeviceKind

_CURRENT = Quantity("A", 0, 200)
_POWER = Quantity("W", 0, 50_000)

ELECTRICITY_METER = Kind(
    kind=DeviceKind.ELECTRICITY_METER,
    telemetry={
        "power": _POWER,
        "current": _CURRENT,
        "voltage": Quantity("V", 0, 500),
        "counter": Quantity("kW.h", 0, 1_000_000),
    },
    events={
        "overload": EventType(
            AlarmType.ELECTRICAL_OVERLOAD,
            AlarmSeverity.MAJOR,
            measures={"current": _CURRENT, "power": _POWER},
        )
    },
    rules=(
        Threshold(
            name="overload",
            measure="current",
            side=Side.ABOVE,
            raise_at=40,
            clear_at=32,
            hold=timedelta(minutes=1),
            max_gap=offline_after(DeviceKind.ELECTRICITY_METER),
            alarm=AlarmType.ELECTRICAL_OVERLOAD,
            severity=AlarmSeverity.MAJOR,
        ),
    ),
    absences=(
        Absence(
            "no_appliance",
            Beyond("power", Side.ABOVE, 200),
            timedelta(hours=24),
            AlarmType.NO_CONSUMPTION,
            AlarmSeverity.MINOR,
        ),
    ),
)

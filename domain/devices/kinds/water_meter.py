"""智能水表: tells how much was drawn since it last spoke, and what its counter shows.

Shanghai's streets ask after an elder who lives alone when less than 0.01 m³ was drawn in 12 hours.
Here it is a day without a drop, which a long night and an outing do not make. Our choice.
"""

from datetime import timedelta

from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.kinds.common import BATTERY
from domain.devices.kinds.kind import Kind
from domain.devices.kinds.measures import Quantity
from domain.devices.kinds.rule_words import Absence, Beyond, Side
from domain.devices.models import DeviceKind

WATER_METER = Kind(
    kind=DeviceKind.WATER_METER,
    telemetry={
        "drawn": Quantity("L", 0, 100_000),
        "counter": Quantity("m3", 0, 1_000_000),
        "battery": BATTERY,
    },
    absences=(
        Absence(
            "no_water",
            Beyond("drawn", Side.ABOVE, 0),
            timedelta(hours=24),
            AlarmType.NO_CONSUMPTION,
            AlarmSeverity.MINOR,
        ),
    ),
)

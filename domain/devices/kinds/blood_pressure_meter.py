"""电子血压计: a cuff for the upper arm; the thresholds are those of ``vitals``."""

from domain.devices.kinds.common import BATTERY, BLOOD_PRESSURE, HEART_RATE
from domain.devices.kinds.kind import Kind
from domain.devices.kinds.vitals import BLOOD_PRESSURE_RULES, BLOOD_PRESSURE_VITALS
from domain.devices.models import DeviceKind

BLOOD_PRESSURE_METER = Kind(
    kind=DeviceKind.BLOOD_PRESSURE_METER,
    telemetry={
        "systolic": BLOOD_PRESSURE,
        "diastolic": BLOOD_PRESSURE,
        "heart_rate": HEART_RATE,
        "battery": BATTERY,
    },
    rules=BLOOD_PRESSURE_RULES,
    vitals=BLOOD_PRESSURE_VITALS,
)

"""健康一体机: cuff, oximeter, thermometer and glucose meter in one, in the home of one elder.

It measures when asked, so a single reading counts. Thresholds: ``vitals``.
"""

from datetime import timedelta

from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.kinds.common import BLOOD_PRESSURE, HEART_RATE, OXYGEN_SATURATION
from domain.devices.kinds.kind import Kind, Vital
from domain.devices.kinds.measures import Quantity
from domain.devices.kinds.rule_words import Side
from domain.devices.kinds.vitals import (
    BLOOD_PRESSURE_RULES,
    BLOOD_PRESSURE_VITALS,
    measured_when_asked,
    oxygen,
)
from domain.devices.models import DeviceKind, VitalSignKind

_AT_ONCE = timedelta(0)

HEALTH_STATION = Kind(
    kind=DeviceKind.HEALTH_STATION,
    telemetry={
        "systolic": BLOOD_PRESSURE,
        "diastolic": BLOOD_PRESSURE,
        "heart_rate": HEART_RATE,
        "oxygen_saturation": OXYGEN_SATURATION,
        "temperature": Quantity("Cel", 25, 45),
        "glucose": Quantity("mmol/L", 0.5, 50),
    },
    rules=(
        *BLOOD_PRESSURE_RULES,
        oxygen(_AT_ONCE, {}, hold=_AT_ONCE),
        measured_when_asked(
            "fever", "temperature", Side.ABOVE, 38.5, 37.5, AlarmType.FEVER, AlarmSeverity.MINOR
        ),
        measured_when_asked("glucose_low", "glucose", Side.BELOW, 3.9, 4.4, AlarmType.HYPOGLYCEMIA),
        measured_when_asked(
            "glucose_high", "glucose", Side.ABOVE, 16.7, 13.9, AlarmType.HYPERGLYCEMIA
        ),
    ),
    vitals={
        **BLOOD_PRESSURE_VITALS,
        "oxygen_saturation": Vital(VitalSignKind.OXYGEN_SATURATION),
        "temperature": Vital(VitalSignKind.BODY_TEMPERATURE),
        "glucose": Vital(VitalSignKind.GLUCOSE),
    },
)

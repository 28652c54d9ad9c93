"""睡眠监测带: lies under the sheet, feels heartbeat, breathing and whether someone is in bed.

Its blood pressure trend is a guess from the pulse wave against the sleeper's own usual value.
Nobody diagnoses by a pressure that was measured without a cuff, and so no rule stands on it and it
is no vital sign: it is kept for who looks at a night. Who leaves the bed between ten at night and
six in the morning and is not back after half an hour may lie in the bathroom. Both are our choice.
"""

from datetime import time, timedelta

from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.heartbeat import offline_after
from domain.devices.kinds.common import HEART_RATE
from domain.devices.kinds.kind import Kind, Vital
from domain.devices.kinds.measures import Flag, Quantity
from domain.devices.kinds.rule_words import Absence, Hours, Is
from domain.devices.kinds.vitals import breathing, heart
from domain.devices.models import DeviceKind, VitalSignKind

_OFFLINE = offline_after(DeviceKind.SLEEP_BAND)
# Without a body on it the band feels nothing, and says so as a rate of zero.
_OUT_OF_BED = {"in_bed": False}

SLEEP_BAND = Kind(
    kind=DeviceKind.SLEEP_BAND,
    telemetry={
        "heart_rate": HEART_RATE,
        "breathing_rate": Quantity("/min", 0, 80),
        "in_bed": Flag(),
        "blood_pressure_trend": Quantity("mm[Hg]", -100, 100),
    },
    rules=(*heart(_OFFLINE, _OUT_OF_BED), *breathing(_OFFLINE, _OUT_OF_BED)),
    absences=(
        Absence(
            "not_back_in_bed",
            Is("in_bed", True),
            timedelta(minutes=30),
            AlarmType.NOT_BACK_IN_BED,
            AlarmSeverity.MAJOR,
            after=Is("in_bed", False),
            hours=Hours(time(22), time(6)),
        ),
    ),
    vitals={
        "heart_rate": Vital(VitalSignKind.HEART_RATE, unless=_OUT_OF_BED),
        "breathing_rate": Vital(VitalSignKind.RESPIRATORY_RATE, unless=_OUT_OF_BED),
    },
)

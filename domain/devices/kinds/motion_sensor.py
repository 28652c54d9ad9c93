"""人体活动探测器: an infrared sensor in the room that is walked through most.

Four hours without motion, between seven in the morning and ten at night: who sleeps at night is not
missed, and who has not got up by eleven is. All of it is our choice.
"""

from datetime import time, timedelta

from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.kinds.common import BATTERY
from domain.devices.kinds.kind import Kind
from domain.devices.kinds.measures import Flag
from domain.devices.kinds.rule_words import Absence, Hours, Is
from domain.devices.models import DeviceKind

MOTION_SENSOR = Kind(
    kind=DeviceKind.MOTION_SENSOR,
    telemetry={"motion": Flag(), "battery": BATTERY},
    absences=(
        Absence(
            "no_motion",
            Is("motion", True),
            timedelta(hours=4),
            AlarmType.NO_MOTION,
            AlarmSeverity.MAJOR,
            hours=Hours(time(7), time(22)),
            from_opening=True,
        ),
    ),
)

"""门磁: a magnet and a contact on the front door.

Nobody leaves a front door open for a quarter of an hour, but who has forgotten it or
went out confused. Our choice.
"""

from datetime import timedelta

from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.kinds.common import BATTERY
from domain.devices.kinds.kind import Kind
from domain.devices.kinds.measures import Flag
from domain.devices.kinds.rule_words import Absence, Is
from domain.devices.models import DeviceKind

DOOR_CONTACT = Kind(
    kind=DeviceKind.DOOR_CONTACT,
    telemetry={"open": Flag(), "battery": BATTERY},
    absences=(
        Absence(
            "left_open",
            Is("open", False),
            timedelta(minutes=15),
            AlarmType.DOOR_LEFT_OPEN,
            AlarmSeverity.MINOR,
            after=Is("open", True),
        ),
    ),
)

"""家用可燃气体探测器: in the kitchen, on the mains.

GB 15322.2 (household combustible gas detectors) has such a detector sound between 5 % and 25 % of
the lower explosive limit. Its own word counts at once. The threshold here is for a detector that
measures and does not judge: 10 %, and 5 % to clear, are our choice from the lower part of that.
"""

from datetime import timedelta

from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.heartbeat import offline_after
from domain.devices.kinds.kind import EventType, Kind
from domain.devices.kinds.measures import Quantity
from domain.devices.kinds.rule_words import Side, Threshold
from domain.devices.models import DeviceKind

_GAS = {"gas": Quantity("%", 0, 100)}  # of the lower explosive limit

GAS_DETECTOR = Kind(
    kind=DeviceKind.GAS_DETECTOR,
    telemetry=_GAS,
    events={
        "gas": EventType(
            AlarmType.GAS, AlarmSeverity.CRITICAL, measures=_GAS, quiet=timedelta(minutes=5)
        ),
        "normal": EventType(measures=_GAS, clears=frozenset({AlarmType.GAS})),
    },
    rules=(
        Threshold(
            name="gas",
            measure="gas",
            side=Side.ABOVE,
            raise_at=10,
            clear_at=5,
            hold=timedelta(0),
            max_gap=offline_after(DeviceKind.GAS_DETECTOR),
            alarm=AlarmType.GAS,
            severity=AlarmSeverity.CRITICAL,
        ),
    ),
)

"""睡眠监测带: lies under the sheet, feels heartbeat, breathing and whether someone is in bed."""

from datetime import timedelta

from devices.kinds.kind import Flag, Kind, Quantity, Side, Threshold, Vital
from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.heartbeat import offline_after
from domain.devices.models import DeviceKind, VitalSignKind

_MINUTE = timedelta(minutes=1)
_OFFLINE = offline_after(DeviceKind.SLEEP_BAND)
# Without a body on it the band feels nothing, and says so as a rate of zero.
_OUT_OF_BED = {"in_bed": False}

SLEEP_BAND = Kind(
    kind=DeviceKind.SLEEP_BAND,
    telemetry={
        "heart_rate": Quantity("/min", 0, 250),
        "breathing_rate": Quantity("/min", 0, 80),
        "in_bed": Flag(),
    },
    rules=(
        Threshold(
            name="bradycardia",
            measure="heart_rate",
            side=Side.BELOW,
            raise_at=45,
            clear_at=50,
            hold=_MINUTE,
            max_gap=_OFFLINE,
            alarm=AlarmType.BRADYCARDIA,
            severity=AlarmSeverity.MAJOR,
            unless=_OUT_OF_BED,
        ),
        Threshold(
            name="tachycardia",
            measure="heart_rate",
            side=Side.ABOVE,
            raise_at=120,
            clear_at=110,
            hold=_MINUTE,
            max_gap=_OFFLINE,
            alarm=AlarmType.TACHYCARDIA,
            severity=AlarmSeverity.MAJOR,
            unless=_OUT_OF_BED,
        ),
    ),
    vitals={
        "heart_rate": Vital(VitalSignKind.HEART_RATE, unless=_OUT_OF_BED),
        "breathing_rate": Vital(VitalSignKind.RESPIRATORY_RATE, unless=_OUT_OF_BED),
    },
)

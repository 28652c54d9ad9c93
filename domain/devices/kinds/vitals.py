"""Rules and signs that several kinds share: a heart is a heart, on the wrist as in bed.

Sources, and what is our own choice:

- Heart rate: NEWS2 (Royal College of Physicians, 2017) gives its highest score to 40 and less and
  to 131 and more; 45 and 120 warn earlier, for people whose pulse nobody counts. Our choice.
- Breathing: NEWS2's highest score, 8 and less and 25 and more breaths a minute.
- Oxygen saturation: below 90 % is respiratory failure by the usual definition (PaO2 under 60 mmHg);
  NEWS2's highest score begins at 91 %. An optical sensor on a wrist errs by some per cent, so two
  minutes.
- Blood pressure: 中国高血压防治指南 (2024) calls more than 180 or 120 mmHg, suddenly, an emergency.
  Below 90 systolic is hypotension by the usual definition. A cuff measures when asked, so one
  reading counts; the desk asks for a second one.
- Glucose: 中国糖尿病防治指南 (2024): under 3.9 mmol/L is hypoglycaemia in somebody treated for
  diabetes, over 16.7 mmol/L asks for ketones to be looked at.
- Temperature: 38.5 °C is the usual bound to act on; old people run fevers low. Our choice.

What clears is a little beyond what raises, by our choice: a value on the edge does not flap.
"""

from collections.abc import Mapping
from datetime import timedelta

from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.kinds.kind import Vital
from domain.devices.kinds.rule_words import Side, Threshold
from domain.devices.models import VitalSignKind

_MINUTE = timedelta(minutes=1)
_AT_ONCE = timedelta(0)


def heart(max_gap: timedelta, unless: Mapping[str, bool]) -> tuple[Threshold, ...]:
    """A heart that beats too slowly or too fast for a minute.

    Parameters:
        max_gap: a longer silence begins the minute anew.
        unless: flags and the value at which the rate says nothing.
    """
    return (
        Threshold(
            "bradycardia",
            "heart_rate",
            Side.BELOW,
            raise_at=45,
            clear_at=50,
            hold=_MINUTE,
            max_gap=max_gap,
            alarm=AlarmType.BRADYCARDIA,
            severity=AlarmSeverity.MAJOR,
            unless=unless,
        ),
        Threshold(
            "tachycardia",
            "heart_rate",
            Side.ABOVE,
            raise_at=120,
            clear_at=110,
            hold=_MINUTE,
            max_gap=max_gap,
            alarm=AlarmType.TACHYCARDIA,
            severity=AlarmSeverity.MAJOR,
            unless=unless,
        ),
    )


def breathing(max_gap: timedelta, unless: Mapping[str, bool]) -> tuple[Threshold, ...]:
    """A breath that is too slow for two minutes, or too fast for five; see ``heart``."""
    return (
        Threshold(
            "bradypnea",
            "breathing_rate",
            Side.BELOW,
            raise_at=9,
            clear_at=10,
            hold=2 * _MINUTE,
            max_gap=max_gap,
            alarm=AlarmType.BRADYPNEA,
            severity=AlarmSeverity.MAJOR,
            unless=unless,
        ),
        Threshold(
            "tachypnea",
            "breathing_rate",
            Side.ABOVE,
            raise_at=24,
            clear_at=22,
            hold=5 * _MINUTE,
            max_gap=max_gap,
            alarm=AlarmType.TACHYPNEA,
            severity=AlarmSeverity.MAJOR,
            unless=unless,
        ),
    )


def oxygen(
    max_gap: timedelta, unless: Mapping[str, bool], hold: timedelta = 2 * _MINUTE
) -> Threshold:
    """Too little oxygen in the blood; see ``heart``.

    Parameters:
        hold: for how long; none for a device that measures only when asked.
    """
    return Threshold(
        "hypoxemia",
        "oxygen_saturation",
        Side.BELOW,
        raise_at=90,
        clear_at=92,
        hold=hold,
        max_gap=max_gap,
        alarm=AlarmType.HYPOXEMIA,
        severity=AlarmSeverity.MAJOR,
        unless=unless,
    )


def measured_when_asked(
    name: str,
    measure: str,
    side: Side,
    raise_at: float,
    clear_at: float,
    alarm: AlarmType,
    severity: AlarmSeverity = AlarmSeverity.MAJOR,
) -> Threshold:
    """A rule in which a single reading counts."""
    return Threshold(name, measure, side, raise_at, clear_at, _AT_ONCE, _AT_ONCE, alarm, severity)


BLOOD_PRESSURE_RULES = (
    measured_when_asked("systolic_high", "systolic", Side.ABOVE, 180, 160, AlarmType.HYPERTENSION),
    measured_when_asked(
        "diastolic_high", "diastolic", Side.ABOVE, 120, 100, AlarmType.HYPERTENSION
    ),
    measured_when_asked("systolic_low", "systolic", Side.BELOW, 90, 100, AlarmType.HYPOTENSION),
)

BLOOD_PRESSURE_VITALS = {
    "systolic": Vital(VitalSignKind.SYSTOLIC_BLOOD_PRESSURE),
    "diastolic": Vital(VitalSignKind.DIASTOLIC_BLOOD_PRESSURE),
    "heart_rate": Vital(VitalSignKind.HEART_RATE),
}

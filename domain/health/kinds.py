"""What is measured: each kind is a line of data, its unit and what a person can have.

Bounds are wide: they catch a slip of the hand, a missing point, pounds for kilograms. What is
alarming is the rules' to say (``domain/devices/kinds``). Our own choice, around what meters show.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class MeasurementKind(StrEnum):
    """What is measured. Glucose before and after a meal are kinds of their own: nobody compares
    them in one curve."""

    BLOOD_PRESSURE = "BLOOD_PRESSURE"
    HEART_RATE = "HEART_RATE"
    OXYGEN_SATURATION = "OXYGEN_SATURATION"
    RESPIRATORY_RATE = "RESPIRATORY_RATE"
    BODY_TEMPERATURE = "BODY_TEMPERATURE"
    GLUCOSE_FASTING = "GLUCOSE_FASTING"
    GLUCOSE_AFTER_MEAL = "GLUCOSE_AFTER_MEAL"
    WEIGHT = "WEIGHT"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a value can be, both ends included."""

    least: float
    most: float

    def admit(self, value: float) -> bool:
        """Whether a value can be; NaN cannot."""
        return self.least <= value <= self.most


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind.

    Parameters:
        unit: code of UCUM.
        bounds: of a value, in that unit; of a blood pressure the systolic one.
        places: behind the point; a value with more is rounded.
        diastolic: bounds of the second value, which only a blood pressure has.
    """

    unit: str
    bounds: Bounds
    places: int = 0
    diastolic: Bounds | None = None


KINDS: Mapping[MeasurementKind, Kind] = {
    MeasurementKind.BLOOD_PRESSURE: Kind("mm[Hg]", Bounds(50, 300), diastolic=Bounds(20, 200)),
    MeasurementKind.HEART_RATE: Kind("/min", Bounds(20, 250)),
    MeasurementKind.OXYGEN_SATURATION: Kind("%", Bounds(50, 100)),
    MeasurementKind.RESPIRATORY_RATE: Kind("/min", Bounds(3, 80)),
    MeasurementKind.BODY_TEMPERATURE: Kind("Cel", Bounds(28, 43), places=1),
    MeasurementKind.GLUCOSE_FASTING: Kind("mmol/L", Bounds(0.5, 50), places=1),
    MeasurementKind.GLUCOSE_AFTER_MEAL: Kind("mmol/L", Bounds(0.5, 50), places=1),
    MeasurementKind.WEIGHT: Kind("kg", Bounds(20, 250), places=1),
}

"""What a device's measurements may be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a unit.

    Parameters:
        unit: its UCUM code.
        low, high: the plausible range, both ends included; a value outside is a fault of the
            device, not a finding about the elder.
    """

    unit: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


Measure = Quantity | Flag

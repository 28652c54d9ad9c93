"""What vendors call the measures and events of our kinds.

A product's thing model is the vendor's own: no platform fixes its identifiers. So a name is taken
without its case and underscores, and each of ours is known in that form already (``HeartRate`` is
``heart_rate``); the tables hold the others that are in use. A measure is called the same on each
of our kinds, so one table serves them all. What is in no table is passed over, as whatever newer
firmware says is.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from devices.payload import Refused
from domain.devices.kinds import KINDS, Flag, Measure

_OTHER_MEASURES = {
    "batterypercentage": "battery",
    "batterylevel": "battery",
    "bpm": "heart_rate",
    "pulse": "heart_rate",
    "breathrate": "breathing_rate",
    "respiratoryrate": "breathing_rate",
    "bedstatus": "in_bed",
    "spo2": "oxygen_saturation",
    "bloodoxygen": "oxygen_saturation",
    "sbp": "systolic",
    "systolicpressure": "systolic",
    "dbp": "diastolic",
    "diastolicpressure": "diastolic",
    "bodytemperature": "temperature",
    "bloodglucose": "glucose",
    "bloodsugar": "glucose",
    "stepcount": "steps",
    "wearstatus": "worn",
    "doorstatus": "open",
    "contactstate": "open",
    "motionstate": "motion",
    "presence": "present",
    "watersensorstate": "wet",
    "gasconcentration": "gas",
    "smokeconcentration": "smoke_density",
    "activepower": "power",
    "currentrms": "current",
    "rmscurrent": "current",
    "rmsvoltage": "voltage",
    "powerconsumption": "counter",
    "waterconsumption": "counter",
}

_OTHER_EVENTS = {
    "sosalarm": "sos",
    "emergency": "sos",
    "emergencycall": "sos",
    "fallalarm": "fall",
    "falldetected": "fall",
    "smokealarm": "smoke",
    "gasalarm": "gas",
    "gasleak": "gas",
    "leakalarm": "leak",
    "waterleak": "leak",
    "overloadalarm": "overload",
    "alarmcleared": "normal",
}


def _every_measure() -> Iterator[tuple[str, Measure]]:
    for kind in KINDS.values():
        yield from kind.telemetry.items()
        for event in kind.events.values():
            yield from event.measures.items()


def _plain(identifier: str) -> str:
    return identifier.replace("_", "").lower()


MEASURES: Mapping[str, str] = {_plain(name): name for name, _ in _every_measure()} | _OTHER_MEASURES
EVENTS: Mapping[str, str] = {
    _plain(name): name for kind in KINDS.values() for name in kind.events
} | _OTHER_EVENTS
_FLAGS = frozenset(name for name, measure in _every_measure() if isinstance(measure, Flag))


def measures(sent: Mapping[str, Any]) -> dict[str, Any]:
    """A vendor's values under our names. Vendors send 0 and 1 for false and true."""
    known: dict[str, Any] = {}
    for identifier, value in sent.items():
        name = MEASURES.get(_plain(identifier))
        if name is None:
            continue
        is_bit = name in _FLAGS and type(value) is int and value in (0, 1)
        known[name] = bool(value) if is_bit else value
    return known


def event_type(identifier: Any) -> str:
    """Our type for a vendor's event. Raises: Refused."""
    known = EVENTS.get(_plain(identifier)) if isinstance(identifier, str) else None
    if known is None:
        raise Refused("UNKNOWN_TYPE")
    return known

"""A kind's data as people read it: fields, events and rules, a line each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from domain.devices.kinds import (
    Absence,
    Beyond,
    Count,
    EventType,
    Flag,
    Happens,
    Hours,
    Is,
    Kind,
    Measure,
    Sign,
    Threshold,
)

Rule = Threshold | Count | Absence


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What raises an alarm, and what clears it.

    Parameters:
        raised, cleared: in words; ``cleared`` is empty where only a person ends it.
    """

    name: str
    alarm: str
    severity: str
    raised: str
    cleared: str


def measure_line(name: str, measure: Measure) -> str:
    """``heart_rate 0–250 /min``."""
    if isinstance(measure, Flag):
        return f"{name} true or false"
    return f"{name} {measure.low:.10g}–{measure.high:.10g} {measure.unit}"


def measure_lines(measures: Mapping[str, Measure]) -> list[str]:
    """A line each."""
    return [measure_line(name, measure) for name, measure in measures.items()]


def rule_lines(kind: Kind) -> Iterator[RuleLine]:
    """The alarms of a kind: those of its events first, then those of its rules."""
    for name, event in kind.events.items():
        if event.alarm is not None and event.severity is not None:
            cleared = _event_clears(kind, event)
            yield RuleLine(name, event.alarm.value, event.severity.value, "at once", cleared)
    rules: tuple[Rule, ...] = (*kind.rules, *kind.counts, *kind.absences)
    for rule in rules:
        raised, cleared = _rule(rule)
        yield RuleLine(rule.name, rule.alarm.value, rule.severity.value, raised, cleared)


def span(length: timedelta) -> str:
    """``4 h``, ``15 min``, ``90 s``."""
    seconds = round(length.total_seconds())
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds and seconds % unit == 0:
            return f"{seconds // unit} {name}"
    return f"{seconds} s"


def _event_clears(kind: Kind, event: EventType) -> str:
    said = [name for name, other in kind.events.items() if event.alarm in other.clears]
    ways = [f"by {name}" for name in said]
    if event.quiet is not None:
        ways.append(f"after {span(event.quiet)} without it")
    return ", or ".join(ways)


def _rule(rule: Rule) -> tuple[str, str]:
    if isinstance(rule, Threshold):
        return _threshold(rule)
    if isinstance(rule, Count):
        often = f"{_sign(rule.sign)} {rule.times} times within {span(rule.window)}"
        return often + _between(rule.hours), f"after {span(rule.quiet)} without it"
    return _absence(rule)


def _threshold(rule: Threshold) -> tuple[str, str]:
    side, other = ("above", "below") if rule.side.beyond(1, 0) else ("below", "above")
    lasting = f", every reading for {span(rule.hold)}" if rule.hold else ""
    silent = [f"while {flag} is {str(value).lower()}" for flag, value in rule.unless.items()]
    unless = f"; not {' or '.join(silent)}" if silent else ""
    raised = f"{rule.measure} {side} {rule.raise_at:g}{lasting}{unless}"
    return raised, f"{rule.measure} {other} {rule.clear_at:g}"


def _absence(rule: Absence) -> tuple[str, str]:
    since = f" after {_sign(rule.after)}" if rule.after else ""
    raised = f"no {_sign(rule.sign)} for {span(rule.hold)}{since}{_between(rule.hours)}"
    return raised, _sign(rule.sign)


def _sign(sign: Sign) -> str:
    match sign:
        case Happens():
            return sign.event
        case Is():
            return f"{sign.flag} {str(sign.value).lower()}"
        case Beyond():
            return f"{sign.measure} {sign.side.value} {sign.limit:g}"


def _between(hours: Hours | None) -> str:
    return f", between {hours.opens:%H:%M} and {hours.closes:%H:%M}" if hours else ""

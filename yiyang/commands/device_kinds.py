"""``yiyang devices kinds``: the kinds' data, as a table, as JSON lines or as Markdown."""

from typing import Any

from rich.console import Console
from rich.table import Table

from devices.kind_words import RuleLine, measure_lines, rule_lines
from domain.devices.heartbeat import HEARTBEAT_SECONDS
from domain.devices.kinds import KINDS, Kind, Quantity
from domain.devices.kinds.measures import Measure


def show() -> None:
    """Print a table, as wide as it needs to be where nobody looks at it on a terminal."""
    table = Table(show_lines=True)
    for heading in ("Kind", "Measures", "Events", "Alarms"):
        table.add_column(heading)
    for kind in KINDS.values():
        table.add_row(
            f"{kind.kind.value}\nevery {HEARTBEAT_SECONDS[kind.kind]} s",
            "\n".join(measure_lines(kind.telemetry)),
            "\n".join(kind.events),
            "\n".join(_alarm(line) for line in rule_lines(kind)),
        )
    console = Console()
    console.print(table) if console.is_terminal else Console(width=200).print(table)


def lines() -> list[dict[str, Any]]:
    """A dict for JSON each."""
    return [_line(kind) for kind in KINDS.values()]


def _alarm(line: RuleLine) -> str:
    cleared = f"; clears: {line.cleared}" if line.cleared else ""
    return f"{line.severity} {line.alarm} ({line.name}): {line.raised}{cleared}"


def _line(kind: Kind) -> dict[str, Any]:
    return {
        "kind": kind.kind.value,
        "heartbeat_s": HEARTBEAT_SECONDS[kind.kind],
        "measures": {name: _measure(measure) for name, measure in kind.telemetry.items()},
        "events": {
            type_: {name: _measure(measure) for name, measure in event.measures.items()}
            for type_, event in kind.events.items()
        },
        "alarms": [
            {
                "rule": line.name,
                "alarm": line.alarm,
                "severity": line.severity,
                "raised": line.raised,
                "cleared": line.cleared,
            }
            for line in rule_lines(kind)
        ],
        "vital_signs": {name: vital.sign.value for name, vital in kind.vitals.items()},
    }


def _measure(measure: Measure) -> Any:
    if isinstance(measure, Quantity):
        return {"unit": measure.unit, "low": measure.low, "high": measure.high}
    return "flag"

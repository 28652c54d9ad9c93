"""The tally of `make bench-alarms` sees what is missing, and what is too much."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from benchmarks.alarms.desk import Told
from benchmarks.alarms.messages import Scattered
from benchmarks.alarms.outcome import Outcome, table, write
from benchmarks.alarms.stand import Button
from benchmarks.alarms.tally import Books, tally

BUTTON = Button("device_1", UUID(int=1), UUID(int=2))
ALARM = UUID(int=3)
SAID: Mapping[Button, Sequence[str]] = {BUTTON: ["a", "b"]}
PRESSED: Mapping[Button, Sequence[float]] = {BUTTON: [1.0, 2.0]}
KEPT = Books({BUTTON: ["a", "b"]}, {ALARM: BUTTON}, {BUTTON: 2}, {BUTTON: 2}, {BUTTON: [7, 9]})
TOLD = [
    Told(7, "RAISED", ALARM, 1.01),
    Told(8, "ESCALATED", ALARM, 1.5),
    Told(9, "REPEATED", ALARM, 2.03),
]


def test_all_is_well() -> None:
    outcome = tally("x", SAID, PRESSED, KEPT, TOLD)
    assert outcome == Outcome("x", 2, 2, 2, 2, 0, 0, 10.0, 30.0)
    assert outcome.is_good


@pytest.mark.parametrize(
    ("changed", "told", "lost", "doubled"),
    [
        ({"events": {BUTTON: ["a"]}}, TOLD, 1, 0),
        ({"events": {BUTTON: ["a", "c"]}}, TOLD, 1, 1),
        ({"counted": {BUTTON: 1}}, TOLD, 1, 0),
        ({"counted": {BUTTON: 3}}, TOLD, 0, 1),
        ({"logged": {BUTTON: 1}}, TOLD, 1, 0),
        ({"logged": {BUTTON: 4}}, TOLD, 0, 2),
        ({"positions": {BUTTON: [7]}}, TOLD[:1], 1, 0),
        ({"alarms": {}, "counted": {}, "logged": {}, "positions": {}}, [], 2, 0),
        ({}, TOLD[1:], 1, 0),
        ({}, [], 2, 0),
        ({}, [*TOLD, TOLD[2]], 0, 1),
        ({}, [TOLD[0], TOLD[0], TOLD[1]], 1, 1),
        ({}, [TOLD[2], TOLD[0]], 0, 1),
    ],
    ids=[
        "event lost",
        "another's event",
        "count too low",
        "count too high",
        "log lacks one",
        "log has two too many",
        "outbox lacks one",
        "no alarm",
        "frame lost",
        "desk deaf",
        "frame twice",
        "one twice, one lost",
        "out of order",
    ],
)
def test_each_stage_is_looked_at(
    changed: dict[str, Any], told: list[Told], lost: int, doubled: int
) -> None:
    outcome = tally("x", SAID, PRESSED, replace(KEPT, **changed), told)
    assert (outcome.lost, outcome.doubled) == (lost, doubled)
    assert not outcome.is_good


def test_results_replace_those_of_the_same_scenario(tmp_path: Path) -> None:
    file = tmp_path / "alarms.json"
    first = tally("x", SAID, PRESSED, KEPT, TOLD)
    write(file, [first, replace(first, scenario="y")])
    write(file, [replace(first, p50_ms=11.0)])
    rows = json.loads(file.read_text())
    assert [(row["scenario"], row["p50_ms"]) for row in rows] == [("x", 11.0), ("y", 10.0)]
    assert [*rows[0]] == [field.name for field in fields(Outcome)]
    assert len(table([first]).splitlines()) == 2


def test_scattered_messages_go_out_twice() -> None:
    messages = [("topic", bytes([n])) for n in range(50)]
    scattered = Scattered(longest_s=0)
    assert sorted(scattered(messages)) == sorted(messages * 2)
    assert scattered([]) == []

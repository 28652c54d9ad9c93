"""The kinds' data: complete, and consistent in itself."""

import json
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from devices.kind_words import rule_lines
from devices.kinds_page import kinds_page
from devices.messages import EXAMPLES
from devices.sorting import checked
from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.heartbeat import HEARTBEAT_SECONDS
from domain.devices.kinds import KINDS, Count, Flag, Hours, Is, Kind, Quantity
from domain.devices.models import DeviceKind, VitalSignKind
from domain.devices.vital_signs import UNITS
from yiyang.commands import device_kinds

EACH = pytest.mark.parametrize("kind", list(KINDS.values()), ids=lambda kind: kind.kind.value)

OF_THE_SYSTEM = {AlarmType.DEVICE_OFFLINE, AlarmType.UNCOVERED, AlarmType.CHAIN_BROKEN}
"""Raised where nothing comes from a device."""


def test_every_kind_has_its_data_its_example_and_its_heartbeat() -> None:
    assert list(KINDS) == list(DeviceKind)
    assert list(EXAMPLES) == list(DeviceKind)
    assert list(HEARTBEAT_SECONDS) == list(DeviceKind)
    assert list(UNITS) == list(VitalSignKind)


def test_what_may_befall_an_elder_is_raised_by_some_kind() -> None:
    raised = {rule.alarm for kind in KINDS.values() for rule in (*kind.rules, *kind.absences)}
    raised |= {event.alarm for kind in KINDS.values() for event in kind.events.values()}
    assert raised - {None} == set(AlarmType) - OF_THE_SYSTEM


@EACH
def test_an_ordinary_moment_is_taken_whole_and_raises_nothing(kind: Kind) -> None:
    example = EXAMPLES[kind.kind]
    assert checked(kind.telemetry, example) == (example, [])
    assert list(example) == list(kind.telemetry)
    for rule in kind.rules:
        assert not rule.side.beyond(example[rule.measure], rule.clear_at)


@EACH
def test_a_value_on_the_edge_does_not_flap(kind: Kind) -> None:
    for rule in kind.rules:
        assert rule.side.beyond(rule.raise_at, rule.clear_at)


@EACH
def test_vital_signs_come_in_their_own_unit(kind: Kind) -> None:
    for name, vital in kind.vitals.items():
        measure = kind.telemetry[name]
        assert isinstance(measure, Quantity)
        assert measure.unit == UNITS[vital.sign]
        assert all(isinstance(kind.telemetry[flag], Flag) for flag in vital.unless)


def test_the_page_is_made_from_the_kinds() -> None:
    page = Path("docs/devices.md").read_text(encoding="utf-8")
    assert page == kinds_page(), "run `make devices` and look at what changed"


def test_the_command_prints_a_table_and_lines_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    device_kinds.show()
    table = capsys.readouterr().out
    assert "heart_rate 0–250 /min" in table
    assert all(kind.value in table for kind in DeviceKind)
    lines = [json.loads(json.dumps(line)) for line in device_kinds.lines()]
    smoke = next(line for line in lines if line["kind"] == "SMOKE_DETECTOR")
    assert smoke["alarms"] == [
        {
            "rule": "smoke",
            "alarm": "SMOKE",
            "severity": "CRITICAL",
            "raised": "at once",
            "cleared": "by normal, or after 5 min without it",
        }
    ]


def test_a_rule_of_each_sort_has_its_sentence() -> None:
    hours = Hours(time(22), time(6))
    often = Count(
        "often",
        Is("in_bed", False),
        3,
        timedelta(hours=2),
        timedelta(hours=2),
        AlarmType.NOT_BACK_IN_BED,
        AlarmSeverity.MINOR,
        hours=hours,
    )
    kind = replace(KINDS[DeviceKind.SLEEP_BAND], counts=(often,))
    said = {line.name: (line.raised, line.cleared) for line in rule_lines(kind)}
    assert said["often"] == (
        "in_bed false 3 times within 2 h, between 22:00 and 06:00",
        "after 2 h without it",
    )
    assert said["not_back_in_bed"] == (
        "no in_bed true for 30 min after in_bed false, between 22:00 and 06:00",
        "in_bed true",
    )
    assert said["bradycardia"] == (
        "heart_rate below 45, every reading for 1 min; not while in_bed is false",
        "heart_rate above 50",
    )

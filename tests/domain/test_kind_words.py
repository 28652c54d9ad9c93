"""The words for kinds of devices: what contradicts itself is refused, and hours are local."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.kinds import (
    KINDS,
    Absence,
    Count,
    EventType,
    Happens,
    Hours,
    Is,
    Sign,
)
from domain.devices.models import DeviceKind

BAND = KINDS[DeviceKind.SLEEP_BAND]
RULE = BAND.rules[0]
HOUR = timedelta(hours=1)


def count(sign: Sign, times: int = 3, quiet: timedelta = HOUR) -> Count:
    alarm, severity = AlarmType.NOT_BACK_IN_BED, AlarmSeverity.MINOR
    return Count("often", sign, times, HOUR, quiet, alarm, severity)


ABSENCE = Absence("gone", Is("in_bed", True), HOUR, AlarmType.NO_MOTION, AlarmSeverity.MINOR)


def test_rules_of_each_sort_fit_a_kind() -> None:
    fit = replace(BAND, counts=(count(Is("in_bed", False)),), absences=(ABSENCE,))
    assert fit.counts[0].signs == (Is("in_bed", False),)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rules": (RULE, RULE)},
        {"rules": (replace(RULE, measure="in_bed"),)},
        {"rules": (replace(RULE, raise_at=-1),)},
        {"rules": (replace(RULE, clear_at=RULE.raise_at - 1),)},
        {"rules": (replace(RULE, unless={"heart_rate": False}),)},
        {"counts": (count(Happens("exit")),)},
        {"counts": (count(Is("in_bed", False), times=1),)},
        {"counts": (count(Is("in_bed", False), quiet=HOUR / 2),)},
        {"absences": (replace(ABSENCE, after=Is("heart_rate", True)),)},
        {"events": {"sos": EventType(AlarmType.SOS)}},
        {"events": {"normal": EventType(quiet=HOUR)}},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_kind_that_contradicts_itself_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="SLEEP_BAND: "):
        replace(BAND, **wrong)  # pyright: ignore[reportArgumentType] # each case is one field


def test_hours_go_over_midnight_by_the_districts_clock() -> None:
    night = Hours(time(22), time(6))
    evening = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)  # 22:00 in Shanghai
    assert night.contain(evening)
    assert not night.contain(evening - timedelta(seconds=1))
    assert night.contain(evening + 8 * HOUR - timedelta(seconds=1))
    assert not night.contain(evening + 8 * HOUR)
    assert night.next_closing(evening) == evening + 8 * HOUR
    assert night.next_opening(evening) == evening + 24 * HOUR
    assert night.next_opening(evening - HOUR) == evening

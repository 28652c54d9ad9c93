"""A replay raises where a live bridge and its workers would have."""

from datetime import UTC, datetime, timedelta

from domain.devices.heartbeat import offline_after
from domain.devices.kinds import KINDS
from domain.devices.models import DeviceKind
from domain.devices.rule_steps import Reading
from domain.thresholds.replay import Replay

NINE = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)  # in the morning, in the district


def raised(kind: DeviceKind, flag: str, *said: tuple[float, bool]) -> list[str]:
    replay = Replay(KINDS[kind].watched, offline_after(kind))
    readings = [
        Reading(NINE + timedelta(minutes=minute), seq, {flag: value})
        for seq, (minute, value) in enumerate(said)
    ]
    return [
        *(rule.name for rule in replay.raises(readings)),
        *(rule.name for rule in replay.wait_until(NINE + timedelta(days=1))),
    ]


def test_an_absence_raises_once_while_the_device_is_heard() -> None:
    still = [(60 * hour, hour == 0) for hour in range(7)]
    assert raised(DeviceKind.MOTION_SENSOR, "motion", *still) == ["no_motion"]
    moving = [(60 * hour, hour % 3 == 0) for hour in range(7)]
    assert raised(DeviceKind.MOTION_SENSOR, "motion", *moving[:4]) == []


def test_a_device_that_is_silent_says_nothing() -> None:
    # Its silence is longer than three heartbeats: the wait begins anew.
    assert raised(DeviceKind.MOTION_SENSOR, "motion", (0, True), (200, False), (290, False)) == []


def test_a_door_that_is_closed_too_late_was_left_open() -> None:
    assert raised(DeviceKind.DOOR_CONTACT, "open", (0, True), (14, False), (60, True)) == [
        "left_open"
    ]
    assert raised(DeviceKind.DOOR_CONTACT, "open", (0, True), (16, False)) == ["left_open"]

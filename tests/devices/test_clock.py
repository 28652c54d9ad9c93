"""Which time counts."""

from datetime import UTC, datetime, timedelta

import pytest

from devices.clock import is_late, judge
from domain.devices.heartbeat import HEARTBEAT_SECONDS, online
from domain.devices.models import DeviceKind

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


@pytest.mark.parametrize("off", [timedelta(0), timedelta(minutes=5), timedelta(hours=-30)])
def test_a_plausible_time_is_the_devices_own(off: timedelta) -> None:
    moment = judge(ms(NOW + off), NOW)
    assert moment == (NOW + off, NOW + off, None)


@pytest.mark.parametrize(
    "claimed",
    [
        NOW + timedelta(minutes=5, milliseconds=1),
        datetime(2099, 1, 1, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2000, 1, 1, tzinfo=UTC),
    ],
)
def test_a_clock_ahead_or_never_set_is_not_believed_but_kept(claimed: datetime) -> None:
    moment = judge(ms(claimed), NOW)
    assert (moment.claimed, moment.at) == (claimed, NOW)
    assert moment.offset_s == round((claimed - NOW).total_seconds())


def test_ten_minutes_are_not_late_and_more_are() -> None:
    assert not is_late(NOW - timedelta(minutes=10), NOW)
    assert is_late(NOW - timedelta(minutes=10, milliseconds=1), NOW)


@pytest.mark.parametrize("kind", list(DeviceKind))
def test_three_missed_heartbeats_make_a_device_offline(kind: DeviceKind) -> None:
    silence = timedelta(seconds=3 * HEARTBEAT_SECONDS[kind])
    assert not online(kind, None, NOW)
    assert not online(kind, NOW - silence, NOW)
    assert online(kind, NOW - silence + timedelta(milliseconds=1), NOW)

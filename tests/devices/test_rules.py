"""Thresholds over time: what they say, and that the order of delivery does not matter."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.devices.kinds import KINDS, Threshold
from domain.devices.models import DeviceKind
from domain.devices.rule_state import RuleMemory
from domain.devices.rules import Change, Place, Reading, follow, refollow, settled

SLOW, FAST, *_ = KINDS[DeviceKind.SLEEP_BAND].rules
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def rates(*values: tuple[float, float], **others: Any) -> list[Reading]:
    """(seconds, heart rate) as readings."""
    return [
        Reading(at(seconds), seq, {"heart_rate": rate, **others})
        for seq, (seconds, rate) in enumerate(values)
    ]


def said(rule: Threshold, readings: Sequence[Reading]) -> list[tuple[datetime, bool]]:
    """What a rule says over readings, all in order."""
    return [(change.reading.at, change.raised) for change in follow(rule, None, readings)[1]]


def test_a_minute_of_breach_raises_and_not_a_second_less() -> None:
    assert said(SLOW, rates((0, 44), (30, 40), (59.9, 44))) == []
    assert said(SLOW, rates((0, 44), (30, 40), (60, 44))) == [(at(60), True)]


def test_the_threshold_itself_is_no_breach() -> None:
    assert said(SLOW, rates((0, 45), (60, 45), (120, 45))) == []
    assert said(FAST, rates((0, 120), (60, 120), (120, 120))) == []


def test_one_reading_between_begins_the_minute_anew() -> None:
    assert said(SLOW, rates((0, 40), (30, 47), (60, 40), (119, 40))) == []
    assert said(SLOW, rates((0, 40), (30, 47), (60, 40), (120, 40))) == [(at(120), True)]


def test_it_clears_beyond_the_other_threshold_only() -> None:
    raised = [(0, 40), (60, 40)]
    assert said(SLOW, rates(*raised, (70, 46), (80, 50))) == [(at(60), True)]
    assert said(SLOW, rates(*raised, (70, 46), (80, 50.1))) == [(at(60), True), (at(80), False)]


def test_it_raises_once_until_it_has_cleared() -> None:
    twice = rates((0, 40), (60, 40), (120, 40), (180, 60), (190, 40), (250, 40))
    assert said(SLOW, twice) == [(at(60), True), (at(180), False), (at(250), True)]


def test_fast_is_the_mirror_of_slow() -> None:
    run = rates((0, 130), (60, 121), (70, 115), (80, 109))
    assert said(FAST, run) == [(at(60), True), (at(80), False)]
    assert said(SLOW, run) == []


@pytest.mark.parametrize("rule", [SLOW, FAST])
def test_out_of_bed_nothing_is_raised(rule: Threshold) -> None:
    rate = 0 if rule is SLOW else 180
    assert said(rule, rates((0, rate), (60, rate), (120, rate), in_bed=False)) == []
    assert said(rule, rates((0, rate), (60, rate), in_bed=True)) == [(at(60), True)]


def test_a_reading_without_the_measure_changes_nothing() -> None:
    breath = Reading(at(30), 9, {"breathing_rate": 14})
    first, last = rates((0, 40), (60, 40))
    assert said(SLOW, [first, breath, last]) == [(at(60), True)]


def test_a_long_silence_is_no_breach() -> None:
    assert said(SLOW, rates((0, 40), (180, 40))) == [(at(180), True)]
    assert said(SLOW, rates((0, 40), (181, 40), (240, 40))) == []


def test_what_proves_premature_is_cleared() -> None:
    first, between, last = rates((0, 40), (30, 60), (60, 40))
    memory, changes = follow(SLOW, None, [first, last])
    assert [change.raised for change in changes] == [True]
    memory, changes = refollow(SLOW, None, [first, between, last], frozenset([between.place]))
    assert [change.raised for change in changes] == [False]
    assert memory == RuleMemory(at(60), at(60), raised=False)


def test_a_late_reading_completes_a_minute() -> None:
    ends, middle = rates((0, 40), (200, 40)), Reading(at(100), 7, {"heart_rate": 40})
    assert said(SLOW, ends) == []
    _, changes = refollow(SLOW, None, [ends[0], middle, ends[1]], frozenset([middle.place]))
    assert changes == [Change(middle, raised=True)]


def test_an_old_bradycardia_is_said_once_and_as_ended() -> None:
    live = rates((1000, 60), (1010, 61))
    old = rates((0, 60), (10, 40), (70, 40), (80, 40))
    _, changes = refollow(SLOW, None, [*old, *live], frozenset(r.place for r in old))
    assert [(change.reading.at, change.raised) for change in changes] == [
        (at(70), True),
        (at(1000), False),
    ]


READINGS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 5, 30, 60, 100, 181]),
        st.sampled_from([None, 0, 40, 44.9, 45, 47, 50, 51, 60, 111, 121, 160]),
        st.sampled_from([None, True, True, True, False]),
    ),
    max_size=25,
)


def stream(steps: Iterable[tuple[int, float | None, bool | None]]) -> list[Reading]:
    """Readings in order, some of one moment, some silent."""
    readings: list[Reading] = []
    seconds = 0
    for seq, (step, rate, in_bed) in enumerate(steps):
        seconds += step
        given = {"heart_rate": rate, "in_bed": in_bed}
        measures = {name: value for name, value in given.items() if value is not None}
        readings.append(Reading(at(seconds), seq, measures))
    return readings


def deliver(
    rule: Threshold, batches: Iterable[Sequence[Reading]]
) -> tuple[RuleMemory | None, list[Change]]:
    """Batches as the bridge takes them: only what is new counts, in its own order."""
    stored: dict[Place, Reading] = {}
    memory: RuleMemory | None = None
    words: list[Change] = []
    for batch in batches:
        fresh = {r.place: r for r in batch if r.place not in stored}
        new = [fresh[place] for place in sorted(fresh)]
        stored |= fresh
        if memory and new and new[0].at <= memory.latest:
            history = [stored[place] for place in sorted(stored)]
            start = settled(rule, history, new[0].at) or 0
            memory, more = refollow(rule, memory, history[start:], frozenset(r.place for r in new))
        else:
            memory, more = follow(rule, memory, new)
        words += more
    return memory, words


@st.composite
def redelivered(draw: st.DrawFn) -> tuple[list[Reading], list[list[Reading]]]:
    """A stream, and batches of it in order, with older readings delivered again in between."""
    whole = stream(draw(READINGS))
    batches: list[list[Reading]] = []
    done = 0
    while done < len(whole):
        size = draw(st.integers(1, 6))
        again = draw(st.lists(st.sampled_from(whole[: done + size]), max_size=4))
        mixed = draw(st.permutations(whole[done : done + size] + again))
        batches.append(mixed)
        done += size
    return whole, batches


@pytest.mark.parametrize("rule", [SLOW, FAST], ids=lambda rule: rule.name)
@given(case=redelivered())
def test_batches_and_redelivery_change_nothing(
    rule: Threshold, case: tuple[list[Reading], list[list[Reading]]]
) -> None:
    whole, batches = case
    assert deliver(rule, batches) == follow(rule, None, whole)


@st.composite
def shuffled(draw: st.DrawFn) -> tuple[list[Reading], list[list[Reading]]]:
    """A stream, and batches of it in any order, some readings twice."""
    whole = stream(draw(READINGS))
    again = draw(st.lists(st.sampled_from(whole), max_size=10)) if whole else []
    mixed = draw(st.permutations(whole + again))
    batches: list[list[Reading]] = []
    while mixed:
        size = draw(st.integers(1, 8))
        batches.append(mixed[:size])
        mixed = mixed[size:]
    return whole, batches


@pytest.mark.parametrize("rule", [SLOW, FAST], ids=lambda rule: rule.name)
@given(case=shuffled())
def test_in_any_order_the_memory_ends_the_same_and_no_alarm_is_missed(
    rule: Threshold, case: tuple[list[Reading], list[list[Reading]]]
) -> None:
    whole, batches = case
    memory, words = deliver(rule, batches)
    expected, in_order = follow(rule, None, whole)
    assert memory == expected
    # Some may be said too early and once more, none too few; and the last word is what is so.
    assert sum(word.raised for word in words) >= sum(change.raised for change in in_order)
    if words:
        assert expected is not None
        assert words[-1].raised is expected.raised

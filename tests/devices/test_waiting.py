"""Counts, absences and events' alarms: what they say, and that the order of delivery does not
matter."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.deadlines import GRACE, due, judge
from domain.devices.kinds import Absence, Count, Happens, Hours, Is, Rule, Spell
from domain.devices.rule_memory import RuleMemory, packed, unpacked
from domain.devices.rule_steps import Place, Reading, needs_order
from domain.devices.rules import Change, follow, refollow, settled

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)  # 20:00 in the district
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

EXITS = Count(
    name="exits",
    sign=Is("in_bed", False),
    times=3,
    window=2 * HOUR,
    quiet=3 * HOUR,
    alarm=AlarmType.NOT_BACK_IN_BED,
    severity=AlarmSeverity.MINOR,
)
CALLS = replace(EXITS, name="calls", sign=Happens("call"))
STILL = Absence("still", Is("motion", True), 4 * HOUR, AlarmType.NO_MOTION, AlarmSeverity.MAJOR)
BACK = Absence(
    "back",
    Is("in_bed", True),
    30 * MINUTE,
    AlarmType.NOT_BACK_IN_BED,
    AlarmSeverity.MAJOR,
    after=Is("in_bed", False),
)
SMOKE = Spell(
    "smoke",
    frozenset({"smoke"}),
    frozenset({"normal"}),
    5 * MINUTE,
    AlarmType.SMOKE,
    AlarmSeverity.CRITICAL,
)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def flags(flag: str, *values: tuple[float, bool]) -> list[Reading]:
    return [Reading(at(minutes), seq, {flag: value}) for seq, (minutes, value) in enumerate(values)]


def events(*types: tuple[float, str]) -> list[Reading]:
    return [Reading(at(m), seq, {}, type_, f"e{seq}") for seq, (m, type_) in enumerate(types)]


def said(rule: Rule, readings: Sequence[Reading]) -> list[tuple[datetime, bool]]:
    return [(change.reading.at, change.raised) for change in follow(rule, None, readings)[1]]


def remembered(rule: Rule, readings: Sequence[Reading]) -> RuleMemory:
    memory, _ = follow(rule, None, readings)
    assert memory is not None
    return memory


def test_the_third_exit_within_two_hours_raises_and_three_quiet_hours_clear() -> None:
    night = [(0, True), (10, False), (20, False), (30, True), (40, False), (50, True)]
    assert said(EXITS, flags("in_bed", *night)) == []
    assert said(EXITS, flags("in_bed", *night, (130, False))) == [(at(130), True)]
    assert said(EXITS, flags("in_bed", *night, (131, False))) == []
    over = [*night, (130, False), (140, True), (310, True)]
    assert said(EXITS, flags("in_bed", *over)) == [(at(130), True)]
    assert said(EXITS, flags("in_bed", *over, (311, True)))[1:] == [(at(311), False)]


def test_a_count_is_cleared_by_time_alone_too() -> None:
    memory = remembered(CALLS, events((0, "call"), (1, "call"), (2, "call")))
    assert memory.raised
    assert due(CALLS, memory, None) == at(182)
    assert judge(CALLS, memory, None, at(182)) == (memory, None)
    cleared, verdict = judge(CALLS, memory, None, at(182) + GRACE)
    assert verdict == (at(182), False)
    assert not cleared.raised


def test_only_what_begins_within_the_hours_counts() -> None:
    night = replace(CALLS, hours=Hours(time(22), time(6)))  # from 120 on
    assert said(night, events((118, "call"), (119, "call"), (121, "call"))) == []
    assert said(night, events((119, "call"), (120, "call"), (121, "call"), (122, "call"))) == [
        (at(122), True)
    ]


def test_four_hours_without_motion_raise_and_motion_clears() -> None:
    readings = flags("motion", (0, True), (60, False), (120, False))
    memory = remembered(STILL, readings)
    assert due(STILL, memory, None) == at(240)
    raised, verdict = judge(STILL, memory, None, at(240) + GRACE)
    assert verdict == (at(240), True)
    assert due(STILL, raised, None) is None
    _, changes = follow(STILL, raised, [Reading(at(250), 9, {"motion": True})])
    assert [change.raised for change in changes] == [False]


def test_a_device_that_was_away_is_waited_for_anew() -> None:
    memory = remembered(STILL, flags("motion", (0, True)))
    assert due(STILL, memory, at(100)) == at(340)
    assert judge(STILL, memory, at(100), at(300)) == (memory, None)


def test_what_has_never_been_said_is_waited_for_since_the_first_reading() -> None:
    later, earlier = flags("motion", (5, False), (0, False))
    assert due(STILL, remembered(STILL, [later, earlier]), None) == at(240)


def test_the_wait_is_within_the_hours() -> None:
    night = replace(BACK, hours=Hours(time(22), time(6)))  # 120 to 600
    for out, expected in [(119, None), (120, 150), (570, 600), (571, None)]:
        memory = remembered(night, flags("in_bed", (0, True), (out, False)))
        assert due(night, memory, None) == (None if expected is None else at(expected))
    day = replace(STILL, hours=Hours(time(7), time(22)), from_opening=True)  # 660 to 1560
    for moved, expected in [(-241, -1), (-120, 120), (-119, 900), (300, 900), (661, 901)]:
        memory = remembered(day, flags("motion", (moved, True)))
        assert due(day, memory, None) == at(expected)


def test_who_comes_back_in_time_is_not_missed() -> None:
    out = flags("in_bed", (0, True), (1, False), (20, False))
    assert due(BACK, remembered(BACK, out), None) == at(31)
    assert due(BACK, remembered(BACK, [*out, *flags("in_bed", (30, True))]), None) is None


def test_smoke_is_over_when_it_is_said_or_after_five_quiet_minutes() -> None:
    memory = remembered(SMOKE, events((0, "smoke"), (2, "smoke")))
    assert due(SMOKE, memory, None) == at(7)
    assert judge(SMOKE, memory, None, at(7) + GRACE)[1] == (at(7), False)
    assert not remembered(SMOKE, events((0, "smoke"), (2, "normal"))).raised
    assert remembered(SMOKE, events((0, "smoke"), (2, "normal"), (3, "smoke"))).raised


STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 10, 29, 31, 60, 179, 181]),
        st.sampled_from([None, True, False, "call", "smoke", "normal"]),
    ),
    min_size=1,
    max_size=25,
)


def stream(steps: Iterable[tuple[int, bool | str | None]]) -> list[Reading]:
    readings: list[Reading] = []
    minutes = 0
    for seq, (step, what) in enumerate(steps):
        minutes += step
        if isinstance(what, str):
            readings.append(Reading(at(minutes), seq, {}, what, f"e{seq}"))
        else:
            measures = {} if what is None else {"in_bed": what, "motion": what}
            readings.append(Reading(at(minutes), seq, measures))
    return readings


def deliver(
    rule: Rule, batches: Iterable[Sequence[Reading]]
) -> tuple[RuleMemory | None, list[Change]]:
    """Batches as the bridge takes them: only what is new counts, in its own order."""
    stored: dict[Place, Reading] = {}
    memory: RuleMemory | None = None
    latest = NOON
    words: list[Change] = []
    for batch in batches:
        fresh = {r.place: r for r in batch if r.place not in stored}
        if not fresh:
            continue
        new = [fresh[place] for place in sorted(fresh)]
        stored |= fresh
        if memory and new[0].at <= latest and needs_order(rule):
            history = [stored[place] for place in sorted(stored)]
            start = settled(rule, history, new[0].at) or 0
            places = frozenset(r.place for r in new)
            memory, more = refollow(rule, memory, history[start:], places)
        else:
            memory, more = follow(rule, memory, new)
        latest = max(latest, new[-1].at)
        words += more
        assert memory is not None
        written = packed(memory)
        assert memory == (
            unpacked(memory.latest, written) if written else RuleMemory(memory.latest)
        )
    return memory, words


@st.composite
def shuffled(draw: st.DrawFn) -> tuple[list[Reading], list[list[Reading]]]:
    """A stream, and batches of it in any order, some readings twice."""
    whole = stream(draw(STEPS))
    mixed = draw(st.permutations(whole + draw(st.lists(st.sampled_from(whole), max_size=10))))
    cuts = [0, *sorted(draw(st.sets(st.integers(1, len(mixed)), max_size=8))), len(mixed)]
    return whole, [mixed[first:last] for first, last in pairwise(cuts)]


@pytest.mark.parametrize("rule", [EXITS, CALLS, STILL, BACK, SMOKE], ids=lambda rule: rule.name)
@given(case=shuffled())
def test_in_any_order_the_same_is_remembered_and_due(
    rule: Rule, case: tuple[list[Reading], list[list[Reading]]]
) -> None:
    whole, batches = case
    memory, words = deliver(rule, batches)
    expected, in_order = follow(rule, None, whole)
    assert memory is not None
    assert expected is not None
    assert memory._replace(latest=expected.latest) == expected
    assert due(rule, memory, None) == due(rule, expected, None)
    if needs_order(rule):
        assert memory.latest == expected.latest
        # Some may be said too early and once more, none too few; the last word is what is so.
        assert sum(w.raised for w in words) >= sum(change.raised for change in in_order)
        if words:
            assert words[-1].raised is expected.raised


@given(steps=STEPS)
def test_a_count_raises_where_its_window_is_full_and_nowhere_else(
    steps: list[tuple[int, bool | str | None]],
) -> None:
    whole = stream(steps)
    calls = [reading.at for reading in whole if reading.event == "call"]
    expected: list[datetime] = []
    raised_at: int | None = None
    for i, call in enumerate(calls):
        if i and call - calls[i - 1] > CALLS.quiet:
            raised_at = None
        if raised_at is None and i >= 2 and call - calls[i - 2] <= CALLS.window:
            raised_at = i
            expected.append(call)
    assert [moment for moment, raised in said(CALLS, whole) if raised] == expected

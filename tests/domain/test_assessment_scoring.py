"""Points become a level as GB/T 42195-2022 says, against a slow and plain telling of it."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.assessments.scale import NEWEST, SCALES, scale_of
from domain.assessments.scoring import (
    Answers,
    Ground,
    RiskEvent,
    RiskEventKind,
    checked,
    score,
)
from domain.elders.models import CareLevel
from domain.errors import InvalidInput
from domain.reasons import Reason

DAY = date(2026, 11, 23)
MOST = {
    **{f"B.1.{place}": 4 for place in range(1, 9)},
    **{"B.2.1": 4, "B.2.2": 4, "B.2.3": 4, "B.2.4": 3},
    **{f"B.3.{place}": 4 for place in range(1, 7)},
    **{"B.3.7": 1, "B.3.8": 1, "B.3.9": 2},
    **{"B.4.1": 2, "B.4.2": 2, "B.4.3": 4, "B.4.4": 3, "B.4.5": 4},
}
"""The rule book's items, told once more."""


def points_of(total: int) -> dict[str, int]:
    """Points that add up to a total; who has any is conscious."""
    left, points = total, dict.fromkeys(MOST, 0)
    for code in ("B.3.9", *MOST):
        points[code] = points[code] or min(left, MOST[code])
        left = total - sum(points.values())
    return points


def found(
    points: dict[str, int], diagnoses: Iterable[str] = (), events: Iterable[RiskEvent] = ()
) -> Answers:
    return checked(NEWEST, DAY, points.items(), diagnoses, events)


def falls(*days_ago: int) -> list[RiskEvent]:
    return [RiskEvent(RiskEventKind.FALL, DAY - timedelta(days)) for days in days_ago]


def test_the_scale_has_26_items_in_four_parts_and_90_points() -> None:
    assert {item.code: item.most for item in NEWEST.items()} == MOST
    assert [part.most for part in NEWEST.parts] == [32, 15, 28, 15]
    assert (len(MOST), NEWEST.most) == (26, 90)
    assert NEWEST.name == "GB/T 42195-2022"
    assert scale_of("2022") is scale_of(None) is SCALES["2022"]


def test_a_version_that_there_is_not() -> None:
    with pytest.raises(InvalidInput) as refusal:
        scale_of("2013")
    assert refusal.value.facts == {"reason": Reason.NO_SCALE, "versions": "2022"}


@pytest.mark.parametrize(
    ("total", "level"),
    [
        (90, CareLevel.INTACT),
        (89, CareLevel.MILD),
        (66, CareLevel.MILD),
        (65, CareLevel.MODERATE),
        (46, CareLevel.MODERATE),
        (45, CareLevel.SEVERE),
        (30, CareLevel.SEVERE),
        (29, CareLevel.COMPLETE),
        (2, CareLevel.COMPLETE),
    ],
)
def test_level_by_total(total: int, level: CareLevel) -> None:
    result = score(found(points_of(total)))
    assert (result.total, result.by_total, result.level) == (total, level, level)
    assert sum(result.parts.values()) == total
    assert result.grounds == ()


def test_coma_is_complete_whatever_the_total() -> None:
    result = score(found({**MOST, "B.3.9": 0}))
    assert (result.total, result.by_total) == (88, CareLevel.MILD)
    assert (result.level, result.grounds) == (CareLevel.COMPLETE, (Ground.COMA,))
    assert score(found({**MOST, "B.3.9": 1})).level is CareLevel.MILD


GROUNDS: dict[Ground, tuple[list[str], list[RiskEvent]]] = {
    Ground.DEMENTIA: (["F00.1"], []),
    Ground.MENTAL_DISORDER: (["F32.2"], []),
    Ground.RISK_EVENTS: ([], falls(0, 30)),
}
EACH_COMBINATION = [
    chosen for number in range(len(GROUNDS) + 1) for chosen in combinations(GROUNDS, number)
]


@pytest.mark.parametrize("total", [90, 66, 46, 30, 29])
def test_one_level_worse_once_and_complete_is_the_end(total: int) -> None:
    levels = list(CareLevel)
    for chosen in EACH_COMBINATION:
        diagnoses = [code for ground in chosen for code in GROUNDS[ground][0]]
        events = [event for ground in chosen for event in GROUNDS[ground][1]]
        result = score(found(points_of(total), diagnoses, events))
        assert result.grounds == chosen
        worse = levels.index(result.by_total) + (1 if chosen else 0)
        assert result.level is levels[min(worse, 4)]


@pytest.mark.parametrize(
    ("code", "grounds"),
    [
        ("E99.9", ()),
        ("F00", (Ground.DEMENTIA,)),
        ("F03.x00", (Ground.DEMENTIA,)),
        ("F04", (Ground.MENTAL_DISORDER,)),
        ("f99", (Ground.MENTAL_DISORDER,)),
        ("G00.0", ()),
        ("G30.9+", ()),
        ("X60", ()),
    ],
)
def test_diagnoses_that_count(code: str, grounds: tuple[Ground, ...]) -> None:
    assert score(found(MOST, [code])).grounds == grounds


@pytest.mark.parametrize(
    ("days_ago", "counts"),
    [((30, 30), True), ((0, 0), True), ((0, 31), False), ((1,), False), ((31, 31, 2, 3), True)],
)
def test_two_risk_events_in_30_days(days_ago: tuple[int, ...], counts: bool) -> None:
    result = score(found(MOST, events=falls(*days_ago)))
    assert result.level is (CareLevel.MILD if counts else CareLevel.INTACT)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"B.1.3": None, "B.4.5": None}, "B.1.3 (0–4), B.4.5 (0–4)"),
        ({"B.2.4": 4}, "B.2.4 (0–3)"),
        ({"B.3.7": -1, "B.3.9": 3}, "B.3.7 (0–1), B.3.9 (0–2)"),
        ({"B.1.1": None, "B.4.1": 3}, "B.1.1 (0–4), B.4.1 (0–2)"),
        (dict.fromkeys(MOST), ", ".join(f"{code} (0–{most})" for code, most in MOST.items())),
    ],
    ids=["missing", "above", "around", "both", "none"],
)
def test_items_missing_or_out_of_range_are_named(changes: dict[str, Any], named: str) -> None:
    points = [(code, some) for code, some in (MOST | changes).items() if some is not None]
    with pytest.raises(InvalidInput) as refusal:
        checked(NEWEST, DAY, points, [], [])
    assert refusal.value.field == "items"
    assert refusal.value.facts == {"reason": Reason.ITEMS, "items": named}


def test_an_item_given_twice_is_named() -> None:
    with pytest.raises(InvalidInput) as refusal:
        checked(NEWEST, DAY, [*MOST.items(), ("B.2.1", 4)], [], [])
    assert refusal.value.facts["items"] == "B.2.1 (0–4)"


@pytest.mark.parametrize(
    ("items", "diagnoses", "events", "field", "reason"),
    [
        ([("C.1", 1)], [], [], "items", Reason.NO_ITEM),
        ([], ["dementia"], [], "diagnoses", Reason.ICD_10),
        ([], ["F00", ""], [], "diagnoses", Reason.ICD_10),
        ([], [f"A{place:02}" for place in range(51)], [], "diagnoses", Reason.AT_MOST),
        ([], [], falls(-1), "risk_events", Reason.AFTER_ASSESSMENT),
        ([], [], falls(*[1] * 51), "risk_events", Reason.AT_MOST),
    ],
    ids=["no-item", "no-code", "empty-code", "many-codes", "to-come", "many-events"],
)
def test_what_cannot_be_is_refused_by_its_field(
    items: list[tuple[str, int]],
    diagnoses: list[str],
    events: list[RiskEvent],
    field: str,
    reason: Reason,
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        checked(NEWEST, DAY, [*MOST.items(), *items], diagnoses, events)
    assert (refusal.value.field, refusal.value.facts["reason"]) == (field, reason)


def plainly(points: dict[str, int], diagnoses: list[str], events: list[RiskEvent]) -> int:
    """The level as somebody would work it out on paper: 0 to 4."""
    total = 0
    for code in points:
        total += points[code]
    level = 4
    for reached, least in enumerate((90, 66, 46, 30)):
        if total >= least and reached < level:
            level = reached
    worse = False
    for letter, tens, ones in product("F", range(10), range(10)):
        for code in diagnoses:
            if code.startswith(f"{letter}{tens}{ones}"):
                worse = True
    lately = [event for event in events if event.on + timedelta(30) >= DAY]
    if len(lately) > 1:
        worse = True
    if worse and level < 4:
        level += 1
    return 4 if points["B.3.9"] == 0 else level


ALL_POINTS = st.fixed_dictionaries({code: st.integers(0, most) for code, most in MOST.items()})
# Drawn at random, most totals are near the middle.
NEAR_A_BOUNDARY = st.sampled_from([28, 29, 30, 31, 45, 46, 65, 66, 88, 89, 90]).map(points_of)
CODES = st.lists(st.sampled_from(["F00", "F03.9", "F04", "F99", "I10", "E11.9", "G30"]), max_size=3)
EVENTS = st.lists(
    st.builds(
        RiskEvent,
        st.sampled_from(RiskEventKind),
        st.integers(0, 60).map(lambda days: DAY - timedelta(days)),
    ),
    max_size=4,
)


@given(ALL_POINTS | NEAR_A_BOUNDARY, CODES, EVENTS)
def test_any_answers_come_to_what_paper_says(
    points: dict[str, int], diagnoses: list[str], events: list[RiskEvent]
) -> None:
    result = score(found(points, diagnoses, events))
    assert list(CareLevel).index(result.level) == plainly(points, diagnoses, events)
    assert result.total == sum(result.parts.values()) == sum(points.values())
    assert list(CareLevel).index(result.level) - list(CareLevel).index(result.by_total) in (
        (0, 1, 2, 3, 4) if Ground.COMA in result.grounds else (0, 1)
    )

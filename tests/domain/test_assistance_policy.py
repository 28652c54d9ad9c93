"""Which rules govern a case, and that a decision keeps its own."""

from datetime import date

import pytest

from domain.assistance.models import AssistanceKind
from domain.assistance.policy import PACKS, Clock, PolicyPack, pack_for, start_clock
from domain.errors import InvalidInput

LOW, HARD = AssistanceKind.MINIMUM_LIVING, AssistanceKind.EXTREME_HARDSHIP
COMMUNITY = "330102001051"


def pack(
    name: str, division: str, first: date, last: date | None = None, *kinds: AssistanceKind
) -> PolicyPack:
    clocks = dict.fromkeys(kinds or (LOW, HARD), Clock(10, f"article of {name}"))
    return PolicyPack(name, division, first, last, clocks)


NATION = pack("nation", "", date(2021, 7, 1))
PROVINCE = pack("province", "33", date(2024, 1, 1), date(2025, 12, 31), LOW)
AMENDED = pack("amended", "33", date(2025, 7, 1), None, LOW)
ELSEWHERE = pack("elsewhere", "44", date(2021, 7, 1))
MANY = (AMENDED, NATION, ELSEWHERE, PROVINCE)


@pytest.mark.parametrize(
    ("kind", "day", "name"),
    [
        (LOW, date(2021, 7, 1), "nation"),
        (LOW, date(2023, 12, 31), "nation"),
        (LOW, date(2024, 1, 1), "province"),
        (LOW, date(2025, 6, 30), "province"),
        (LOW, date(2025, 12, 31), "amended"),
        (LOW, date(2030, 1, 1), "amended"),
        (HARD, date(2024, 1, 1), "nation"),
    ],
)
def test_the_nearest_division_then_the_latest_date_governs(
    kind: AssistanceKind, day: date, name: str
) -> None:
    assert pack_for(kind, COMMUNITY, day, MANY).id == name


def test_a_pack_ends_with_its_last_day() -> None:
    ended = (NATION, PROVINCE)
    assert pack_for(LOW, COMMUNITY, date(2025, 12, 31), ended) is PROVINCE
    assert pack_for(LOW, COMMUNITY, date(2026, 1, 1), ended) is NATION


def test_before_every_rule_there_is_no_clock() -> None:
    with pytest.raises(InvalidInput) as refused:
        start_clock(LOW, COMMUNITY, date(2021, 6, 30))
    assert refused.value.field == "accepted_on"


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        (LOW, "民发〔2021〕57号 第十五条至第二十三条"),
        (HARD, "民发〔2021〕43号 第十三条至第二十二条"),
    ],
)
def test_the_nation_gives_thirty_working_days(kind: AssistanceKind, source: str) -> None:
    clock = start_clock(kind, COMMUNITY, date(2026, 9, 28))
    assert (clock.policy_pack, clock.working_days, clock.source, clock.due_on) == (
        "CN-2021-07-01",
        30,
        source,
        date(2026, 11, 13),
    )


def test_a_decision_replays_from_the_pack_that_it_names() -> None:
    decided = start_clock(LOW, COMMUNITY, date(2025, 6, 30), (NATION, PROVINCE))
    (kept,) = [pack for pack in MANY if pack.id == decided.policy_pack]
    assert start_clock(LOW, COMMUNITY, date(2025, 6, 30), (kept,)) == decided


def test_no_pack_has_the_name_of_another_and_each_speaks_of_articles() -> None:
    assert len({pack.id for pack in PACKS}) == len(PACKS)
    clocks = [clock for pack in PACKS for clock in pack.clocks.values()]
    assert all(clock.working_days > 0 and "条" in clock.source for clock in clocks)
    assert {kind for pack in PACKS for kind in pack.clocks} == set(AssistanceKind)

"""Who waits for a bed gets one in a fair order, and is told why: level, tags, date."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import delete, insert, text, update
from sqlmodel import col

from domain.admissions.order import RULES, WaitingRule, rule_for
from domain.beds.models import BedKind
from domain.calendar import today
from domain.database import Database
from domain.elders.models import CareLevel, Elder, ElderTag, Tag
from domain.ids import public_id
from tests.admissions import Homes, open_homes
from tests.clients import Api
from tests.makers.beds import make_bed, on

RULE = RULES[0]
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


async def needs(homes: Homes, elder: int, level: CareLevel, tags: Sequence[Tag] = ()) -> None:
    """What the register says of an elder, and nothing else."""
    key = homes.elders[elder]
    rows = [{"elder_id": key, "tag": tag, "since": on(-9), "source": "试"} for tag in tags]
    async with homes.database.transaction("test") as session:
        await session.execute(update(Elder).where(col(Elder.id) == key).values(care_level=level))
        await session.execute(delete(ElderTag).where(col(ElderTag.elder_id) == key))
        if rows:
            await session.execute(insert(ElderTag), rows)


async def place_of(homes: Homes, application: str) -> dict[str, Any]:
    return (await homes.shown(application))["place"]


@pytest.fixture
async def homes(api: Api, database: Database) -> Homes:
    return await open_homes(api, database, homes=1, elders=4)


async def test_most_points_first_and_of_as_many_who_applied_first(homes: Homes) -> None:
    for elder, (level, tags) in enumerate(
        [
            (CareLevel.SEVERE, ()),
            (CareLevel.MODERATE, (Tag.EXTREME_HARDSHIP, Tag.LIVES_ALONE)),
            (CareLevel.SEVERE, ()),
            (CareLevel.INTACT, (Tag.DISABLED,)),
        ]
    ):
        await needs(homes, elder, level, tags)
    waiting = [await homes.waiting(elder) for elder in (3, 2, 0, 1)]
    places = [await place_of(homes, one) for one in waiting]
    assert [place["number"] for place in places] == [4, 2, 3, 1]
    assert [place["points"] for place in places] == [0, 30, 30, 40]
    assert {place["waiting"] for place in places} == {4}
    assert {place["rule"] for place in places} == {RULE.id}
    assert places[3]["because"] == [
        {"careLevel": "MODERATE", "tag": None, "points": 20},
        {"careLevel": None, "tag": "EXTREME_HARDSHIP", "points": 15},
        {"careLevel": None, "tag": "LIVES_ALONE", "points": 5},
    ]
    # A tag that does not count, and a level that gives nothing.
    assert places[0]["because"] == []


async def test_the_family_is_told_its_place_by_what_holds_today(homes: Homes) -> None:
    await needs(homes, 0, CareLevel.MILD, (Tag.CHILDLESS,))
    await needs(homes, 1, CareLevel.MODERATE)
    one, other = await homes.waiting(0), await homes.waiting(1)
    assert (await homes.shown(one, homes.relatives[0]))["place"]["number"] == 1
    over = update(ElderTag).where(col(ElderTag.elder_id) == homes.elders[0])
    async with homes.database.transaction("test") as session:
        await session.execute(over.values(until=today()))
    assert (await place_of(homes, one))["number"] == 2
    assert (await place_of(homes, other))["number"] == 1


async def test_what_was_taken_back_or_entered_anew_counts_not_at_all_or_once(homes: Homes) -> None:
    """Of a tag that is ended on a day to come there are two rows, and one of them is believed."""
    await needs(homes, 0, CareLevel.MILD, (Tag.CHILDLESS, Tag.LIVES_ALONE))
    await needs(homes, 1, CareLevel.MILD, (Tag.LIVES_ALONE,))
    one, other = await homes.waiting(0), await homes.waiting(1)
    assert [(await place_of(homes, each))["points"] for each in (one, other)] == [25, 15]
    tagged = {"id": public_id("elder", homes.elders[0])}
    for verb, given in (
        ("Withdraw", {"tag": "CHILDLESS", "since": on(-9).isoformat()}),
        ("End", {"tag": "LIVES_ALONE", "until": on(9).isoformat()}),
    ):
        mutation = f"""mutation ($i: ElderTag{verb}Input!) {{ done: elderTag{verb}(input: $i) {{
          userErrors {{ code field }} }} }}"""
        done = await homes.api.data(homes.staff, mutation, i={**tagged, **given})
        assert done["done"]["userErrors"] == []
    places = [await place_of(homes, each) for each in (one, other)]
    assert [place["points"] for place in places] == [15, 15]
    assert [len(place["because"]) for place in places] == [2, 2]
    assert [place["number"] for place in places] == [1, 2], "who applied first"


async def test_a_freed_bed_goes_to_the_first_who_fits(homes: Homes) -> None:
    for elder, level in enumerate([CareLevel.COMPLETE, CareLevel.SEVERE, CareLevel.MILD]):
        await needs(homes, elder, level)
    # The first wants no nursing bed, the second comes later.
    await homes.waiting(0, nursing=False)
    await homes.waiting(1, wantedFrom=on(3).isoformat())
    third = await homes.waiting(2)
    offered = await homes.done(homes.staff, "OfferNext", **homes.bed_for(0))
    assert (offered["id"], offered["stay"]["heldUntil"] is not None) == (third, True)
    none = await homes.refused(homes.staff, "OfferNext", **homes.bed_for(0))
    assert (none["code"], none["field"]) == ("INVALID_INPUT", "bedId")


async def test_nobody_is_passed_over_without_a_reason(homes: Homes) -> None:
    await needs(homes, 0, CareLevel.SEVERE)
    await needs(homes, 1, CareLevel.MILD)
    await homes.waiting(0)
    other = await homes.waiting(1)
    for reason in (None, "  ", "长" * 2001):
        given = {**homes.bed_for(0), "outOfTurn": reason}
        refused = await homes.refused(homes.staff, "Offer", id=other, **given)
        assert (refused["code"], refused["field"]) == ("INVALID_INPUT", "outOfTurn")
    given = {**homes.bed_for(0), "outOfTurn": "家中火灾，急需安置"}
    offered = await homes.done(homes.staff, "Offer", id=other, **given)
    assert offered["history"][-1]["note"] == "家中火灾，急需安置"


async def test_fifty_elders_for_twenty_five_beds(api: Api, database: Database) -> None:
    """All beds are offered at once: the first twenty-five of the list have one each, exactly; then
    all accept at once. PostgreSQL broke no deadlock that a client was told of."""
    homes = await open_homes(api, database, elders=50)
    beds = [
        await make_bed(database, homes.stations[0], kind=BedKind.INSTITUTION, label=f"z{number}")
        for number in range(25)
    ]
    waiting = [await homes.waiting(elder) for elder in range(50)]
    query = """query ($after: String) { admissionApplications(first: 200, after: $after,
      filter: {state: WAITLISTED}) { nodes { id place { number } } } }"""
    found = await api.data(homes.staff, query)
    numbers = {
        node["id"]: node["place"]["number"]
        for node in found["admissionApplications"]["nodes"]
        if node["id"] in waiting
    }
    assert sorted(numbers.values()) == list(range(1, 51))
    given = homes.bed_for(0)
    offered = await asyncio.gather(
        *(
            homes.done(homes.staff, "OfferNext", **{**given, "bedId": public_id("bed", bed)})
            for bed in beds
        )
    )
    assert {numbers[one["id"]] for one in offered} == set(range(1, 26))
    assert len({one["stay"]["bed"]["id"] for one in offered}) == 25
    whose = dict(zip(waiting, homes.relatives, strict=True))
    accepted = await asyncio.gather(
        *(homes.done(whose[one["id"]], "Accept", id=one["id"]) for one in offered)
    )
    assert {one["state"] for one in accepted} == {"ACCEPTED"}
    left = {one for one in waiting if (await homes.shown(one))["state"] == "WAITLISTED"}
    assert left == {one for one, number in numbers.items() if number > 25}
    async with database.reading() as connection:
        await connection.execute(text("SELECT pg_stat_force_next_flush()"))
        assert await connection.scalar(text(DEADLOCKS)) == 0


async def test_one_bed_is_asked_for_by_ten_desks_at_once(homes: Homes) -> None:
    first = await homes.waiting(0)
    await homes.waiting(1)
    given = homes.bed_for(0)
    answers = await asyncio.gather(
        *(homes.ask(homes.staff, "OfferNext", **given) for _ in range(10))
    )
    (won,) = [answer for answer in answers if not answer["userErrors"]]
    assert won["admissionApplication"]["id"] == first
    lost = [answer["userErrors"][0]["code"] for answer in answers if answer["userErrors"]]
    assert lost == ["BED_UNAVAILABLE"] * 9


def test_the_rule_nearest_to_the_place_counts_and_of_these_the_latest() -> None:
    def rule(id: str, division: str, day: int) -> WaitingRule:
        return WaitingRule(id, division, on(day), {}, {}, "")

    rules = [rule("a", "", -9), rule("b", "3301", -9), rule("c", "3301", -1), rule("d", "3301", 1)]
    chosen = [rule_for(code, today(), rules).id for code in ("330102001", "320100", "3301")]
    assert chosen == ["c", "a", "c"]

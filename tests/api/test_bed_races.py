"""Many at once for one bed, and for one elder: one has it, the others learn who."""

import asyncio
from collections.abc import Iterable
from itertools import combinations
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from domain.access import Role
from domain.beds.lifecycle import IN_BED, StayState
from domain.beds.models import BedKind
from domain.database import Database
from tests.bedside import Answer, Bedside, blocked, error_of, open_bedside, stay_of
from tests.clients import Api

DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


@pytest.fixture(autouse=True)
async def no_deadlock(database: Database) -> Any:
    """Afterwards, PostgreSQL must not have had to break any."""
    yield
    async with database.reading() as connection:
        await connection.execute(text("SELECT pg_stat_force_next_flush()"))
        assert await connection.scalar(text(DEADLOCKS)) == 0


def winner_of(answers: Iterable[Answer]) -> dict[str, Any]:
    """The one stay; every other answer names it as what stands in the way."""
    answers = list(answers)
    (won,) = [answer for answer in answers if not answer["userErrors"]]
    stay = stay_of(won)
    lost = [answer for answer in answers if answer is not won]
    assert all(error_of(answer)["blockers"] == [stay["id"]] for answer in lost)
    assert all(answer["bedStay"] is None for answer in lost)
    return stay


async def test_fifty_at_once_for_one_bed(api: Api, database: Database) -> None:
    place = await open_bedside(api, database, elders=50)
    bed = place.beds[0]
    answers = await asyncio.gather(
        *(
            place.admit(bed, elder, who=Role.ADMIN if number % 2 else None)
            for number, elder in enumerate(place.elders)
        )
    )
    winner_of(answers)
    refused = [blocked(answer)[:2] for answer in answers if answer["userErrors"]]
    assert refused == [("BED_UNAVAILABLE", "bedId")] * 49
    rows, events = await place.written()
    assert (len(rows), events) == (1, 1)


async def test_one_elder_at_once_for_twenty_beds(api: Api, database: Database) -> None:
    kinds = (BedKind.INSTITUTION, BedKind.HOME) * 10
    place = await open_bedside(api, database, beds=kinds, elders=1)
    answers = await asyncio.gather(*(place.admit(bed, place.elders[0]) for bed in place.beds))
    winner_of(answers)
    refused = [blocked(answer)[:2] for answer in answers if answer["userErrors"]]
    assert refused == [("ELDER_HAS_BED", "elderId")] * 19
    rows, events = await place.written()
    assert (len(rows), events) == (1, 1)


async def test_one_who_was_promised_the_bed_takes_it_up_once(api: Api, database: Database) -> None:
    place = await open_bedside(api, database, elders=1)
    bed, elder = place.beds[0], place.elders[0]
    promised = stay_of(await place.admit(bed, elder, 3, 30))
    answers = await asyncio.gather(*(place.admit(bed, elder) for _ in range(10)))
    assert winner_of(answers)["id"] == promised["id"]
    rows, events = await place.written()
    assert (len(rows), events) == (1, 2)


async def test_a_stay_is_ended_once_while_others_wait_for_the_bed(
    api: Api, database: Database
) -> None:
    place = await open_bedside(api, database, elders=6)
    bed, (first, *others) = place.beds[0], place.elders
    stay = stay_of(await place.admit(bed, first, -5))["id"]
    ended, arrived = await asyncio.gather(
        asyncio.gather(*(place.end(stay) for _ in range(5))),
        asyncio.gather(*(place.admit(bed, elder) for elder in others)),
    )
    assert sum(not answer["userErrors"] for answer in ended) == 1
    assert all(blocked(answer)[2] == [stay] for answer in arrived), "ended is not yet clean"
    cleaned, arrived = await asyncio.gather(
        asyncio.gather(*(place.close(stay) for _ in range(5))),
        asyncio.gather(*(place.admit(bed, elder) for elder in others)),
    )
    assert sum(not answer["userErrors"] for answer in cleaned) == 1
    assert sum(not answer["userErrors"] for answer in arrived) <= 1
    assert {error_of(answer)["code"] for answer in arrived if answer["userErrors"]} == {
        "BED_UNAVAILABLE"
    }


async def test_a_crowd_that_comes_and_goes_shares_beds_without_a_clash(
    api: Api, database: Database
) -> None:
    """Everyone wants every bed at once, and whoever has one leaves it and has it cleaned."""
    kinds = (BedKind.INSTITUTION, BedKind.INSTITUTION, BedKind.HOME, BedKind.DAY)
    place = await open_bedside(api, database, beds=kinds, elders=6)
    draw = Random(7)

    wishes = [
        (bed, elder, starts, starts + draw.randrange(1, 9))
        for bed in place.beds
        for elder in place.elders
        for starts in (-2, 0, 4)
    ]
    draw.shuffle(wishes)
    done = await asyncio.gather(*(comes_and_goes(place, *wish) for wish in wishes))
    codes = {
        error["code"] for answers in done for answer in answers for error in answer["userErrors"]
    }
    assert codes <= {"BED_UNAVAILABLE", "ELDER_HAS_BED", "ILLEGAL_TRANSITION"}
    assert any(len(answers) > 1 for answers in done)
    assert await clashes(place) == []


async def comes_and_goes(
    place: Bedside, bed: UUID, elder: UUID, starts: int, ends: int
) -> list[Answer]:
    answers = [await place.admit(bed, elder, starts, ends)]
    if not answers[0]["userErrors"]:
        stay = stay_of(answers[0])["id"]
        answers += [await place.end(stay), await place.close(stay)]
    return answers


async def clashes(place: Bedside) -> list[Any]:
    """Pairs of stays with a day in common, and beds in which two lie now."""
    rows, _ = await place.written()
    here = [row.bed_id for row in rows if row.state in (*IN_BED, StayState.CLEANING)]
    pairs = [
        (one.id, other.id)
        for one, other in combinations(rows, 2)
        if one.bed_id == other.bed_id
        or (one.elder_id == other.elder_id and one.full_time and other.full_time)
        if max(one.starts_on, other.starts_on) < min(one.ends_on, other.ends_on)
    ]
    return pairs + [bed for bed in set(here) if here.count(bed) > 1]

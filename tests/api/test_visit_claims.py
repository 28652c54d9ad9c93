"""Many at once over HTTP: one visit is one volunteer's, and one volunteer is at one place."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor
from domain.database import Database
from domain.ids import public_id
from domain.visits.models import VisitTaskLog
from tests.clients import Api
from tests.makers.accounts import make_person
from tests.makers.visits import (
    Scene,
    make_scene,
    make_visit,
    make_volunteers,
    stored,
    tomorrow_at,
)
from tests.visiting import done, payload, read, visit_id

PATIENCE_SECONDS = 100
"""A hundred requests at once on a small machine take longer than httpx waits by itself."""


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    api.http.timeout = httpx.Timeout(PATIENCE_SECONDS)
    return await make_scene(database, api.district)


def codes(answer: dict[str, Any]) -> list[str]:
    return [error["code"] for error in answer["userErrors"]]


async def test_a_hundred_claim_one_visit_and_one_gets_it(
    api: Api, database: Database, scene: Scene
) -> None:
    volunteers = await make_volunteers(database, scene.region_code[:9], 100)
    key = await make_visit(database, scene.elder_id, scene.region_code)
    answers = await asyncio.gather(*(payload(api, who, "Claim", key) for who in volunteers))
    winners = [
        who for who, answer in zip(volunteers, answers, strict=True) if not answer["userErrors"]
    ]
    refusals = Counter(code for answer in answers for code in codes(answer))
    assert refusals == {"ALREADY_CLAIMED": 99}
    (winner,) = winners
    assert (await stored(database, key)).claimed_by == winner.id
    logged = await database.fetch(
        select(col(VisitTaskLog.account_id)).where(col(VisitTaskLog.task_id) == key)
    )
    assert [row[0] for row in logged] == [winner.id], "who lost has left no trace"
    told = str([answer for answer in answers if answer["userErrors"]])
    assert winner.id.hex not in told
    assert public_id("elder", scene.elder_id) not in told


@pytest.mark.parametrize("at_once", [False, True])
async def test_the_second_of_two_overlapping_claims_fails_and_names_the_first(
    api: Api, database: Database, scene: Scene, at_once: bool
) -> None:
    place = (scene.elder_id, scene.region_code)
    early = await make_visit(database, *place, starts=tomorrow_at(9))
    late = await make_visit(database, *place, starts=tomorrow_at(9, 30))
    claims = [payload(api, scene.ann, "Claim", key) for key in (early, late)]
    answers = await asyncio.gather(*claims) if at_once else [await claim for claim in claims]
    won, lost = sorted(zip(answers, (early, late), strict=True), key=lambda pair: codes(pair[0]))
    assert codes(won[0]) == []
    assert codes(lost[0]) == ["TIMES_OVERLAP"]
    assert lost[0]["userErrors"][0]["blockers"] == [visit_id(won[1])]
    assert (await read(api, scene.ann, lost[1]))["state"] == "OPEN"
    if not at_once:
        assert won[1] == early


async def test_claims_and_releases_in_any_order_end_without_a_deadlock(
    api: Api, database: Database, scene: Scene
) -> None:
    """Everyone for everything at once, again and again: refusals are refusals, never failures."""
    volunteers = await make_volunteers(database, scene.region_code[:9], 5)
    starts = [tomorrow_at(9, 15 * quarter) for quarter in range(4)]
    place = (scene.elder_id, scene.region_code)
    visits = [await make_visit(database, *place, starts=start) for start in starts]

    async def insist(who: Actor, turn: int) -> Counter[str]:
        seen = Counter[str]()
        for step in range(8):
            key = visits[(turn + step) % len(visits)]
            for verb in ("Claim", "Release"):
                seen.update(codes(await payload(api, who, verb, key)) or ["done"])
        return seen

    turns = [insist(who, place) for place, who in enumerate([*volunteers, *volunteers])]
    seen = sum(await asyncio.gather(*turns), Counter[str]())
    assert seen["done"] > 0
    legal = {"done", "ALREADY_CLAIMED", "TIMES_OVERLAP", "ILLEGAL_TRANSITION", "NOT_FOUND"}
    assert set(seen) <= legal
    for key in visits:
        row = await stored(database, key)
        assert (row.state.value == "OPEN") == (row.claimed_by is None)


async def test_one_account_on_two_phones_claims_once(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    answers = await asyncio.gather(*(payload(api, scene.ann, "Claim", key) for _ in range(2)))
    assert sorted(codes(answer) for answer in answers) == [[], ["ILLEGAL_TRANSITION"]]
    assert all(answer["visitTask"]["state"] == "CLAIMED" for answer in answers)


@pytest.mark.parametrize("at_once", [False, True])
async def test_who_visits_in_two_places_is_one_person(
    api: Api, database: Database, scene: Scene, at_once: bool
) -> None:
    """Two accounts, two visits of the same hour: one is claimed, and the other account, which does
    not see the visit in the way, is told no more than that there is one."""
    (other,) = await make_volunteers(database, scene.region_code[:6])
    await make_person(database, accounts=[scene.ann.id, other.id])
    first, second = [
        await make_visit(database, scene.elder_id, scene.region_code, starts=tomorrow_at(9, minute))
        for minute in (0, 30)
    ]
    claims = payload(api, scene.ann, "Claim", first), payload(api, other, "Claim", second)
    answers = await asyncio.gather(*claims) if at_once else [await one for one in claims]
    assert sorted(codes(answer) for answer in answers) == [[], ["TIMES_OVERLAP"]]
    (refused,) = (answer["userErrors"] for answer in answers if answer["userErrors"])
    assert refused[0]["blockers"] == []


async def test_a_release_and_a_check_in_at_once_are_one_or_the_other(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    here = {"longitude": 120.17, "latitude": 30.25, "accuracyM": 5}
    released, begun = await asyncio.gather(
        payload(api, scene.ann, "Release", key),
        payload(api, scene.ann, "CheckIn", key, **here),
    )
    assert sorted([codes(released), codes(begun)]) == [[], ["ILLEGAL_TRANSITION"]]
    row = await stored(database, key)
    assert (row.checked_in_at is None) == (codes(begun) != []) == (row.claimed_by is None)

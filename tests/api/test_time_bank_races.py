"""Many at once over HTTP: no minute is spent twice, and none is given above the caps."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from domain.access import Actor, Role
from domain.calendar import today
from domain.database import Database
from domain.elders.models import Elder
from domain.ledger.models import Currency, Holder
from domain.visits.lifecycle import VisitState
from tests.banking import done, own, payload
from tests.clients import Api
from tests.makers.accounts import make_person
from tests.makers.ledger import account_of, balances, empty_ledger, make_rich, visit_of
from tests.makers.visits import Scene, make_scene, make_volunteers
from tests.visiting import payload as visit_payload

DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


@pytest.fixture(autouse=True)
async def no_deadlock(database: Database) -> AsyncGenerator[None, None]:
    """Afterwards, PostgreSQL must not have had to break any."""
    yield
    async with database.reading() as connection:
        await connection.execute(text("SELECT pg_stat_force_next_flush()"))
        assert await connection.scalar(text(DEADLOCKS)) == 0


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    await empty_ledger(database)
    return await make_scene(database, api.district)


def outcomes(answers: Sequence[dict[str, Any]]) -> Counter[str]:
    return Counter(
        answer["userErrors"][0]["code"] if answer["userErrors"] else "done" for answer in answers
    )


async def made(database: Database, scene: Scene, volunteers: Sequence[Actor]) -> list[UUID]:
    """A visit of 90 minutes of each, all of yesterday, one after the other."""
    day = today() - timedelta(days=1)
    async with database.transaction("test") as session:
        elder = await session.get_one(Elder, scene.elder_id)
        visits = [
            visit_of(elder, who.id, day, 90, state=VisitState.DONE, after=-700 + 91 * place)
            for place, who in enumerate(volunteers)
        ]
        session.add_all(visits)
    return [visit.id for visit in visits]


async def test_a_hundred_redemptions_at_once_of_a_balance_for_ten(
    api: Api, database: Database, scene: Scene
) -> None:
    await make_rich(database, scene, 300)
    redeem = (payload(api, scene.ann, "timeBankRedeem", minutes=30) for _ in range(100))
    answers = await asyncio.gather(*redeem)
    assert outcomes(answers) == {"done": 10, "INSUFFICIENT_BALANCE": 90}
    account = await account_of(database, scene.ann)
    assert account
    assert (account.balance, account.held) == (300, 300)
    # Each is completed and released by several at once, and ends as one of the two.
    holds = [answer["ledgerHold"]["id"] for answer in answers if not answer["userErrors"]]
    verbs = ("timeBankRedeemComplete", "timeBankRedeemRelease", "timeBankRedeemComplete")
    ended = await asyncio.gather(
        *(payload(api, scene.station, verb, id=hold) for hold in holds for verb in verbs)
    )
    assert outcomes(ended) == {"done": 10, "ILLEGAL_TRANSITION": 20}
    found = await balances(database, Currency.MINUTES)
    account = await account_of(database, scene.ann)
    assert account
    assert account.held == 0
    assert found[Holder.VOLUNTEER] + found.get(Holder.REDEEMED, 0) == 300
    assert sum(found.values()) == 0


@pytest.mark.parametrize("two_roles", [False, True])
async def test_verifications_at_once_on_one_day_never_exceed_it(
    api: Api, database: Database, scene: Scene, two_roles: bool
) -> None:
    volunteers = [scene.ann] * 8
    if two_roles:
        (other,) = await make_volunteers(database, scene.region_code[:6])
        await make_person(database, accounts=[scene.ann.id, other.id])
        volunteers = [scene.ann, other] * 4
    visits = await made(database, scene, volunteers)
    verify = (visit_payload(api, scene.station, "Verify", key, accepted=True) for key in visits)
    answers = await asyncio.gather(*verify)
    assert outcomes(answers) == {"done": 8}
    found = await balances(database, Currency.MINUTES)
    assert found == {Holder.VOLUNTEER: 120, Holder.ISSUED: -720, Holder.DONATED: 600}


async def test_one_visit_is_verified_by_many_and_credited_once(
    api: Api, database: Database, scene: Scene
) -> None:
    (key,) = await made(database, scene, [scene.ann])
    verify = (visit_payload(api, scene.station, "Verify", key, accepted=True) for _ in range(10))
    assert outcomes(await asyncio.gather(*verify)) == {"done": 1, "ILLEGAL_TRANSITION": 9}
    assert (await own(api, scene.ann))["balance"] == "90"


async def test_a_transfer_is_taken_back_by_many_once_while_it_is_spent(
    api: Api, database: Database, scene: Scene
) -> None:
    visits = await made(database, scene, [scene.ann, scene.bob])
    for key in visits:
        await visit_payload(api, scene.station, "Verify", key, accepted=True)
    (posting,) = (await own(api, scene.ann))["postings"]["nodes"]
    wrong = {"id": posting["transfer"]["id"], "reason": "录入错误"}
    donate = (payload(api, scene.ann, "timeBankDonate", minutes=30) for _ in range(5))
    back = (payload(api, Role.ADMIN, "ledgerTransferReverse", **wrong) for _ in range(5))
    others = (payload(api, scene.bob, "timeBankDonate", minutes=10) for _ in range(12))
    donated, reversed_, bobs = await asyncio.gather(
        asyncio.gather(*donate), asyncio.gather(*back), asyncio.gather(*others)
    )
    assert outcomes(bobs) == {"done": 9, "INSUFFICIENT_BALANCE": 3}
    spent, taken = outcomes(donated)["done"], outcomes(reversed_)["done"]
    assert (spent, taken) in {(0, 1), (1, 0), (2, 0), (3, 0)}
    account = await own(api, scene.ann)
    assert account["balance"] == str(90 - 30 * spent - 90 * taken)
    assert sum((await balances(database, Currency.MINUTES)).values()) == 0


async def test_grants_at_once_open_one_account(api: Api, database: Database, scene: Scene) -> None:
    given = {"elderId": f"elder_{scene.elder_id.hex}", "points": 7, "reason": "生日"}
    grants = (done(api, Role.OFFICIAL, "pointsGrant", **given) for _ in range(20))
    await asyncio.gather(*grants)
    account = await own(api, Role.ELDER, "POINTS")
    assert account["balance"] == "140"
    numbers = [one["number"] for one in account["postings"]["nodes"]]
    assert numbers == list(range(20, 0, -1))

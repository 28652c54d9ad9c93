"""What becomes of minutes of the time bank, over HTTP: each rule at its boundary."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from domain.access import Role
from domain.accounts.models import Relation
from domain.database import Database
from domain.elders.models import Elder
from domain.ledger.models import Currency, Holder
from tests.banking import done, elder_id, own, payload, refused
from tests.clients import Api
from tests.makers.accounts import make_account, make_person
from tests.makers.canteens import years_ago
from tests.makers.family import make_link
from tests.makers.ledger import balances, empty_ledger, make_rich
from tests.makers.visits import Scene, make_scene


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    await empty_ledger(database)
    return await make_scene(database, api.district)


async def test_redeemed_minutes_are_held_and_then_spent_or_free_again(
    api: Api, database: Database, scene: Scene
) -> None:
    await make_rich(database, scene, 120)
    first = await done(api, scene.ann, "timeBankRedeem", minutes=60)
    assert (first["state"], first["amount"], first["elder"]) == ("HELD", "60", None)
    assert first["availableActions"] == ["RELEASE"]
    second = await done(api, scene.ann, "timeBankRedeem", minutes=45)
    account = await own(api, scene.ann)
    assert (account["balance"], account["held"], account["available"]) == ("120", "105", "15")
    spent = await done(
        api, scene.station, "timeBankRedeemComplete", id=first["id"], note="助浴一次"
    )
    assert (spent["state"], spent["note"]) == ("REDEEMED", "助浴一次")
    assert spent["transfer"] == {"kind": "REDEMPTION", "amount": "60"}
    freed = await done(api, scene.ann, "timeBankRedeemRelease", id=second["id"])
    assert (freed["state"], freed["transfer"], freed["availableActions"]) == ("RELEASED", None, [])
    account = await own(api, scene.ann)
    assert (account["balance"], account["held"], account["available"]) == ("60", "0", "60")
    for name in ("timeBankRedeemComplete", "timeBankRedeemRelease"):
        for hold in (first, second):
            assert await refused(api, scene.station, name, id=hold["id"]) == (
                "ILLEGAL_TRANSITION",
                None,
            )
    assert (await balances(database, Currency.MINUTES))[Holder.REDEEMED] == 60


async def test_a_statement_has_the_balance_after_each_posting(
    api: Api, database: Database, scene: Scene
) -> None:
    await make_rich(database, scene, 180)
    await done(api, scene.ann, "timeBankDonate", minutes=50)
    hold = await done(api, scene.ann, "timeBankRedeem", minutes=30)
    await done(api, scene.station, "timeBankRedeemComplete", id=hold["id"])
    postings = (await own(api, scene.ann))["postings"]
    assert postings["totalCount"] == 4
    assert [
        (one["number"], one["amount"], one["balanceAfter"], one["transfer"]["kind"])
        for one in postings["nodes"]
    ] == [
        (4, "-30", "100", "REDEMPTION"),
        (3, "-50", "130", "DONATION"),
        (2, "60", "180", "VISIT_CREDIT"),
        (1, "120", "120", "VISIT_CREDIT"),
    ]
    page = """query ($after: String) { ledgerAccounts(first: 1) { nodes {
        postings(first: 3, after: $after) { nodes { number }
          pageInfo { hasNextPage endCursor } } } } }"""
    first = (await api.data(scene.ann, page))["ledgerAccounts"]["nodes"][0]["postings"]
    after = first["pageInfo"]["endCursor"]
    rest = (await api.data(scene.ann, page, after=after))["ledgerAccounts"]["nodes"][0]["postings"]
    assert [one["number"] for one in first["nodes"] + rest["nodes"]] == [4, 3, 2, 1]
    assert not rest["pageInfo"]["hasNextPage"]


@pytest.mark.parametrize("name", ["timeBankRedeem", "timeBankDonate"])
async def test_never_more_than_there_is(
    api: Api, database: Database, scene: Scene, name: str
) -> None:
    nothing = await payload(api, scene.ann, name, minutes=1)
    assert [error["code"] for error in nothing["userErrors"]] == ["INSUFFICIENT_BALANCE"]
    await make_rich(database, scene, 120)
    await done(api, scene.ann, "timeBankRedeem", minutes=100)
    assert await refused(api, scene.ann, name, minutes=21) == ("INSUFFICIENT_BALANCE", "minutes")
    for wrong in (0, -1, 36_001):
        assert await refused(api, scene.ann, name, minutes=wrong) == ("INVALID_INPUT", "minutes")
    account = await own(api, scene.ann)
    assert (account["balance"], account["held"]) == ("120", "100")
    await done(api, scene.ann, name, minutes=20)


async def linked(
    database: Database, scene: Scene, relation: Relation, years: int, *, days: int = 0
) -> str:
    """An elder of an age, of whose family Ann is in another role."""
    person = await make_person(database, accounts=[scene.ann.id])
    family = await make_account(database, Role.FAMILY, person)
    await make_link(database, family.id, scene.elder_id, relation=relation)
    birth = years_ago(years) + timedelta(days=days)
    async with database.transaction("test") as session:
        aged = update(Elder).where(col(Elder.id) == scene.elder_id)
        await session.execute(aged.values(birth_date=birth))
    return elder_id(scene.elder_id)


@pytest.mark.parametrize(
    ("relation", "years", "days"),
    [
        (Relation.SPOUSE, 50, 0),
        (Relation.SON, 60, 0),
        (Relation.DAUGHTER, 90, 0),
        (Relation.GRANDCHILD, 61, 0),
        (Relation.SIBLING, 60, -1),
    ],
)
async def test_redeemable_for_a_spouse_and_relatives_of_60(
    api: Api, database: Database, scene: Scene, relation: Relation, years: int, days: int
) -> None:
    await make_rich(database, scene, 120)
    father = await linked(database, scene, relation, years, days=days)
    hold = await done(api, scene.ann, "timeBankRedeem", minutes=60, elderId=father)
    assert hold["elder"] is None, "as a volunteer she sees him by no visit"
    shown = await api.data(
        scene.station, "query ($id: ID!) { ledgerHold(id: $id) { elder { id } } }", id=hold["id"]
    )
    assert shown["ledgerHold"]["elder"] == {"id": father}


@pytest.mark.parametrize(
    ("relation", "years", "days"),
    [(Relation.SON, 60, 1), (Relation.NEIGHBOUR, 80, 0), (Relation.OTHER, 80, 0)],
)
async def test_not_redeemable_for_others(
    api: Api, database: Database, scene: Scene, relation: Relation, years: int, days: int
) -> None:
    await make_rich(database, scene, 120)
    somebody = await linked(database, scene, relation, years, days=days)
    before = await own(api, scene.ann)
    assert await refused(api, scene.ann, "timeBankRedeem", minutes=60, elderId=somebody) == (
        "INVALID_INPUT",
        "elderId",
    )
    # To whom she is not linked, or nobody at all, looks the same.
    for stranger in (elder_id(api.district.ward_id), elder_id(UUID(int=1))):
        given = {"minutes": 60, "elderId": stranger}
        assert await refused(api, scene.ann, "timeBankRedeem", **given) == ("NOT_FOUND", "elderId")
    assert await own(api, scene.ann) == before


async def test_redeemable_for_oneself_who_is_an_elder_too(
    api: Api, database: Database, scene: Scene
) -> None:
    await make_rich(database, scene, 120)
    person = await make_person(database, accounts=[scene.ann.id])
    await make_account(database, Role.ELDER, person, elder_id=scene.elder_id)
    hold = await done(
        api, scene.ann, "timeBankRedeem", minutes=60, elderId=elder_id(scene.elder_id)
    )
    assert hold["state"] == "HELD"


async def test_nobody_confirms_that_they_were_helped_themselves(
    api: Api, database: Database, scene: Scene
) -> None:
    await make_rich(database, scene, 120)
    hold = await done(api, scene.ann, "timeBankRedeem", minutes=60)
    assert await refused(api, scene.ann, "timeBankRedeemComplete", id=hold["id"]) == (
        "PERMISSION_DENIED",
        None,
    )
    await make_person(database, accounts=[scene.ann.id, scene.station.id])
    assert await refused(api, scene.station, "timeBankRedeemComplete", id=hold["id"]) == (
        "CONFLICT_OF_INTEREST",
        "id",
    )
    assert await refused(api, scene.bob, "timeBankRedeemRelease", id=hold["id"]) == (
        "NOT_FOUND",
        "id",
    )
    account = await own(api, scene.ann)
    assert (account["balance"], account["held"]) == ("120", "60")


async def test_what_was_spent_is_not_taken_back(api: Api, database: Database, scene: Scene) -> None:
    await make_rich(database, scene, 60)
    (posting,) = (await own(api, scene.ann))["postings"]["nodes"]
    hold = await done(api, scene.ann, "timeBankRedeem", minutes=1)
    wrong = {"id": posting["transfer"]["id"], "reason": "重复录入"}
    assert await refused(api, Role.ADMIN, "ledgerTransferReverse", **wrong) == (
        "INSUFFICIENT_BALANCE",
        "id",
    )
    assert await refused(api, Role.ADMIN, "ledgerTransferReverse", **wrong | {"reason": " "}) == (
        "INVALID_INPUT",
        "reason",
    )
    await done(api, scene.ann, "timeBankRedeemRelease", id=hold["id"])
    await done(api, Role.ADMIN, "ledgerTransferReverse", **wrong)


async def test_a_redemption_is_taken_back(api: Api, database: Database, scene: Scene) -> None:
    await make_rich(database, scene, 60)
    hold = await done(api, scene.ann, "timeBankRedeem", minutes=60)
    await done(api, scene.station, "timeBankRedeemComplete", id=hold["id"])
    (spent, _) = (await own(api, scene.ann))["postings"]["nodes"]
    given = {"id": spent["transfer"]["id"], "reason": "服务未完成"}
    await done(api, Role.ADMIN, "ledgerTransferReverse", **given)
    assert (await own(api, scene.ann))["balance"] == "60"
    read = "query ($id: ID!) { ledgerTransfer(id: $id) { reversedBy { kind } } }"
    shown: Any = await api.data(Role.ADMIN, read, id=given["id"])
    assert shown["ledgerTransfer"]["reversedBy"] == {"kind": "REVERSAL"}


async def test_a_call_that_is_made_again_holds_once(
    api: Api, database: Database, scene: Scene
) -> None:
    await make_rich(database, scene, 120)
    given = {"minutes": 50, "idempotencyKey": "press-1"}
    first = await done(api, scene.ann, "timeBankRedeem", **given)
    assert await done(api, scene.ann, "timeBankRedeem", **given) == first
    await done(api, scene.ann, "timeBankRedeem", minutes=50, dryRun=True)
    assert (await own(api, scene.ann))["held"] == "50"


async def test_who_has_visited_nobody_has_nothing_to_give(api: Api, database: Database) -> None:
    nobody = await make_account(database, Role.VOLUNTEER, region_code="330102")
    assert await own(api, nobody) is None
    assert await refused(api, nobody, "timeBankDonate", minutes=1) == (
        "INSUFFICIENT_BALANCE",
        "minutes",
    )

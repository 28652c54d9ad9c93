"""A call that is made again with its key is answered, not done, again."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text, update
from sqlmodel import col

from domain.access import Actor, Role
from domain.alarms.models import ResolveReason
from domain.crypto import Vault
from domain.database import Database
from domain.errors import DomainError, IdempotencyKeyReused, NotFound
from domain.idempotency import KEPT, MOST_KEYS, Call, IdempotentCall, once, prune
from domain.visits.models import VisitTaskLog
from tests.clients import Api
from tests.makers.visits import Scene, everything, make_scene, make_visit, tomorrow_at
from tests.visiting import HERE, done, payload, read, refused
from tests.waiting import until

VAULT = Vault({"test": bytes(32)}, "test", bytes(range(32)))
REUSED = ("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


@pytest.fixture
async def visit(database: Database, scene: Scene) -> UUID:
    return await make_visit(database, scene.elder_id, scene.region_code)


async def calls(database: Database) -> int:
    return (await database.fetch(select(func.count()).select_from(IdempotentCall)))[0][0]


async def logged(database: Database, visit: UUID) -> Sequence[str]:
    """What was done with a visit."""
    statement = select(col(VisitTaskLog.action)).where(col(VisitTaskLog.task_id) == visit)
    return [row[0] for row in await database.fetch(statement.order_by(col(VisitTaskLog.id)))]


async def aged(database: Database, by: timedelta) -> None:
    async with database.transaction("test") as session:
        await session.execute(update(IdempotentCall).values(called_at=func.now() - by))


async def test_the_second_call_changes_nothing_and_answers_as_the_first(
    api: Api, database: Database, scene: Scene, visit: UUID
) -> None:
    first = await payload(api, scene.ann, "Claim", visit, idempotencyKey="k", clientMutationId="1")
    before = await everything(database)
    second = await payload(api, scene.ann, "Claim", visit, idempotencyKey="k", clientMutationId="2")
    assert second == {**first, "clientMutationId": "2"}
    assert first["userErrors"] == []
    assert await everything(database) == before
    assert await refused(api, scene.ann, "Claim", visit) == ("ILLEGAL_TRANSITION", None)


async def test_the_object_is_shown_as_it_is_now(
    api: Api, database: Database, scene: Scene, visit: UUID
) -> None:
    await done(api, scene.ann, "Claim", visit, idempotencyKey="k")
    await done(api, scene.ann, "Release", visit)
    again = await done(api, scene.ann, "Claim", visit, idempotencyKey="k")
    assert again["state"] == "OPEN"
    assert again["elder"] is None
    assert await logged(database, visit) == ["CLAIM", "RELEASE"]


async def test_a_key_stands_for_one_mutation_with_one_input(
    api: Api, database: Database, scene: Scene, visit: UUID
) -> None:
    other = await make_visit(database, scene.elder_id, scene.region_code, starts=tomorrow_at(15))
    await done(api, scene.ann, "Claim", visit, idempotencyKey="k")
    before = await everything(database)
    assert await refused(api, scene.ann, "Claim", other, idempotencyKey="k") == REUSED
    assert await refused(api, scene.ann, "Release", visit, idempotencyKey="k") == REUSED
    assert await everything(database) == before


async def test_two_people_may_choose_the_same_key(
    api: Api, database: Database, scene: Scene, visit: UUID
) -> None:
    other = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", visit, idempotencyKey="1")
    await done(api, scene.bob, "Claim", other, idempotencyKey="1")
    assert await calls(database) == 2


async def test_what_was_refused_may_be_tried_again_with_its_key(
    api: Api, database: Database, scene: Scene, visit: UUID
) -> None:
    """Also with other input: what was wrong with it is often what the refusal was for."""
    await done(api, scene.ann, "Claim", visit)
    refusal = await refused(api, scene.ann, "CheckIn", visit, idempotencyKey="k")
    assert refusal == ("INVALID_INPUT", "longitude")
    assert await calls(database) == 0
    await done(api, scene.ann, "CheckIn", visit, idempotencyKey="k", **HERE)
    assert await calls(database) == 1


async def test_of_many_at_once_one_is_done_and_all_have_its_answer(
    api: Api, database: Database, scene: Scene, visit: UUID
) -> None:
    answers = await asyncio.gather(
        *(payload(api, scene.ann, "Claim", visit, idempotencyKey="k") for _ in range(20))
    )
    assert [answer["userErrors"] for answer in answers] == [[]] * 20
    assert [answer["visitTask"]["state"] for answer in answers] == ["CLAIMED"] * 20
    assert await logged(database, visit) == ["CLAIM"]


async def test_of_different_calls_at_once_with_one_key_one_is_done(
    api: Api, database: Database, scene: Scene
) -> None:
    place = (scene.elder_id, scene.region_code)
    visits = [await make_visit(database, *place, starts=tomorrow_at(8 + n)) for n in range(8)]
    answers = await asyncio.gather(
        *(payload(api, scene.ann, "Claim", visit, idempotencyKey="k") for visit in visits)
    )
    codes = sorted(str([error["code"] for error in one["userErrors"]]) for one in answers)
    assert codes == [str([REUSED[0]])] * 7 + ["[]"]


async def test_within_one_document_the_second_is_answered_by_the_first(
    api: Api, database: Database, scene: Scene, visit: UUID
) -> None:
    mutation = """mutation ($input: VisitClaimInput!) {
        a: visitClaim(input: $input) { visitTask { state } userErrors { code } }
        b: visitClaim(input: $input) { visitTask { state } userErrors { code } } }"""
    given = {"id": f"visit_task_{visit.hex}", "idempotencyKey": "k"}
    data = await api.data(scene.ann, mutation, input=given)
    assert data["a"] == data["b"] == {"visitTask": {"state": "CLAIMED"}, "userErrors": []}
    assert await logged(database, visit) == ["CLAIM"]


async def test_a_key_is_free_again_after_a_day(
    api: Api, database: Database, scene: Scene, visit: UUID
) -> None:
    await done(api, scene.ann, "Claim", visit, idempotencyKey="k")
    await aged(database, KEPT - timedelta(minutes=1))
    await done(api, scene.ann, "Claim", visit, idempotencyKey="k")
    await aged(database, KEPT + timedelta(minutes=1))
    refusal = await refused(api, scene.ann, "Claim", visit, idempotencyKey="k")
    assert refusal == ("ILLEGAL_TRANSITION", None)
    await done(api, scene.ann, "Release", visit, idempotencyKey="k")
    assert await refused(api, scene.ann, "Claim", visit, idempotencyKey="k") == REUSED


async def test_old_calls_are_forgotten(
    api: Api, database: Database, scene: Scene, visit: UUID
) -> None:
    await done(api, scene.ann, "Claim", visit, idempotencyKey="old")
    await aged(database, KEPT + timedelta(hours=2))
    await done(api, scene.ann, "Release", visit, idempotencyKey="new")
    async with database.transaction("test") as session:
        assert await prune(session) == 1
    assert await calls(database) == 1


@pytest.mark.parametrize("key", ["", "a b", "键", "a\u0000", "k" * 201])
async def test_what_is_no_key_is_refused(
    api: Api, database: Database, scene: Scene, visit: UUID, key: str
) -> None:
    refusal = await refused(api, scene.ann, "Claim", visit, idempotencyKey=key)
    assert refusal == ("INVALID_INPUT", "idempotencyKey")
    assert (await read(api, scene.station, visit))["state"] == "OPEN"


async def test_whoever_waits_for_a_call_that_fails_is_the_first(
    database: Database, scene: Scene
) -> None:
    """Two transactions in PostgreSQL, the second behind the first one's key."""
    begun, proceed = asyncio.Event(), asyncio.Event()
    ran: list[str] = []

    async def fails() -> UUID:
        begun.set()
        await proceed.wait()
        ran.append("first")
        raise NotFound("id")

    async def succeeds() -> UUID:
        ran.append("second")
        return scene.elder_id

    first = asyncio.create_task(called(database, scene.ann, fails))
    await begun.wait()
    second = asyncio.create_task(called(database, scene.ann, succeeds))
    await waiting(database)
    assert not second.done()
    proceed.set()
    assert isinstance(await first, NotFound)
    assert await second == scene.elder_id
    assert ran == ["first", "second"]


async def called(database: Database, who: Actor, do: Any) -> UUID | DomainError | None:
    try:
        async with database.transaction("test") as session:
            return await once(session, Call(who, "k", "test", {}, VAULT), do)
    except DomainError as error:
        return error


async def waiting(database: Database) -> None:
    """Until somebody waits for somebody else's transaction."""
    blocked = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'")
    async with database.reading() as connection:
        await until(lambda: connection.scalar(blocked))


async def test_roles_of_one_account_do_not_share_a_call(database: Database, scene: Scene) -> None:
    async def do() -> UUID:
        return uuid4()

    first = await called(database, scene.ann, do)
    other = Actor(scene.ann.id, scene.station.role, scene.ann.region)
    assert isinstance(await called(database, other, do), IdempotencyKeyReused)
    assert await called(database, scene.ann, do) == first


def test_calls_that_differ_at_all_have_other_digests() -> None:
    who = Actor(UUID(int=1), Role.FAMILY)
    arguments: list[dict[str, Any]] = [
        {},
        {"note": None},
        {"note": ""},
        {"day": date(2026, 3, 1)},
        {"day": date(2026, 3, 2)},
        {"reason": ResolveReason.TEST},
        {"reason": ResolveReason.DRILL},
        {"variables": {"n": 10**39}},
        {"variables": {"n": 10**39 + 1}},
        {"variables": {"n": "\ud800"}},
        {"place": 0.1},
        {"place": 0.2},
    ]
    digests = {Call(who, "k", "verb", one, VAULT).digest for one in arguments}
    digests |= {Call(who, "k", "other", {}, VAULT).digest}
    assert len(digests) == len(arguments) + 1
    one, same = {"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 3, "c": 2}, "a": 1}
    assert (
        Call(who, "k", "verb", one, VAULT).digest == Call(who, "other", "verb", same, VAULT).digest
    )


def test_a_digest_cannot_be_guessed_without_the_key() -> None:
    who = Actor(UUID(int=1), Role.FAMILY)
    other = replace(VAULT, hash_key=bytes(32))
    phone = {"phone": "13800000000"}
    assert (
        Call(who, "k", "verb", phone, VAULT).digest != Call(who, "k", "verb", phone, other).digest
    )


async def test_an_account_has_so_many_keys_a_day(
    api: Api, database: Database, scene: Scene, visit: UUID
) -> None:
    first = await payload(api, scene.ann, "Claim", visit, idempotencyKey="k")
    fill = text(
        "INSERT INTO idempotent_call (actor_id, key, digest) SELECT :actor, n::text, ''"
        " FROM generate_series(2, :most) AS n"
    )
    async with database.transaction("test") as session:
        await session.execute(fill, {"actor": scene.ann.id, "most": MOST_KEYS})
    before = await everything(database)
    many = ("TOO_MANY_KEYS", "idempotencyKey")
    assert await refused(api, scene.ann, "Release", visit, reason="病", idempotencyKey="n") == many
    assert await everything(database) == before
    assert await calls(database) == MOST_KEYS
    assert await payload(api, scene.ann, "Claim", visit, idempotencyKey="k") == first
    await aged(database, timedelta(hours=26))
    async with database.transaction("test") as session:
        assert await prune(session) == MOST_KEYS
    released = await payload(api, scene.ann, "Release", visit, reason="病", idempotencyKey="n")
    assert released["userErrors"] == []

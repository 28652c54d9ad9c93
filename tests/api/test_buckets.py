"""What a client may spend, by all workers together; and that nothing waits for it in vain."""

import asyncio
import math
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from api.auth.tokens import Grant
from api.buckets import Buckets
from api.refusals import Refusal
from domain import buckets
from domain.access import Actor, Role
from domain.buckets import RESTORE_SECONDS, Change, lease, post
from domain.database import Database
from tests.clients import Api, graphql_socket

SIZE = 1000
A_SECONDS_WORTH = SIZE / RESTORE_SECONDS


def grant(client: UUID | None = None, budget: int | None = SIZE) -> Grant:
    actor = Actor(client or uuid4(), Role.VENDOR)
    return Grant(actor, datetime.now(UTC) + timedelta(hours=1), budget)


@pytest.fixture
async def sql(database_url: str) -> AsyncGenerator[asyncpg.Connection, None]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def level(sql: asyncpg.Connection, client: UUID) -> float | None:
    return await sql.fetchval("SELECT available FROM cost_bucket WHERE client_id = $1", client)


async def spent(purses: list[Any], points: int, times: int) -> tuple[int, list[Refusal]]:
    """Spend at once from all of these; how often that went well, and the refusals."""
    takes = [purse.take(points) for _ in range(times) for purse in purses]
    done = await asyncio.gather(*takes, return_exceptions=True)
    refusals = [one for one in done if isinstance(one, Refusal)]
    assert len(refusals) + done.count(None) == len(done), done
    return done.count(None), refusals


async def test_a_lease_takes_what_is_wanted_or_what_is_there(database: Database) -> None:
    client = uuid4()
    assert (await lease(database, client, SIZE, need=100, want=300)).points == 300
    second = await lease(database, client, SIZE, need=100, want=5000)
    assert 700 <= second.points < 700 + A_SECONDS_WORTH * 5
    assert second.available == 0
    third = await lease(database, client, SIZE, need=900, want=900)
    assert third.points == 0
    assert third.available < 900


async def test_a_bucket_never_holds_more_than_its_size(database: Database) -> None:
    client = uuid4()
    assert await post(database, [Change(client, SIZE, 500)]) == {client: SIZE}
    (left,) = (await post(database, [Change(client, SIZE, -SIZE - 200)])).values()
    assert -200 <= left < -200 + A_SECONDS_WORTH * 5


async def test_a_bucket_is_restored_with_time(database: Database, sql: asyncpg.Connection) -> None:
    client = uuid4()
    await lease(database, client, SIZE, need=SIZE, want=SIZE)
    await sql.execute("UPDATE cost_bucket SET restored_at = restored_at - interval '10 s'")
    half = await lease(database, client, SIZE, need=1, want=SIZE)
    assert SIZE / 2 <= half.points < SIZE / 2 + A_SECONDS_WORTH * 5


async def test_what_takes_little_asks_nobody(database: Database, sql: asyncpg.Connection) -> None:
    workers = Buckets(database)
    client = grant()
    purse = workers.purse(client)
    for _ in range(int(A_SECONDS_WORTH)):
        await purse.take(1)
    assert await level(sql, client.actor.id) is None
    await workers.stop()
    assert await level(sql, client.actor.id) == pytest.approx(SIZE - A_SECONDS_WORTH)


async def test_two_workers_share_one_bucket(database: Database) -> None:
    client = grant()
    purses = [Buckets(database).purse(client) for _ in range(2)]
    loop = asyncio.get_running_loop()
    began = loop.time()
    done, refusals = await spent(purses, 10, 200)
    passed = loop.time() - began
    # Each worker may lend a second's worth that the other does not know of.
    most = SIZE + A_SECONDS_WORTH * (passed + 2)
    assert SIZE - 2 * A_SECONDS_WORTH <= done * 10 <= most
    assert {refusal.code for refusal in refusals} == {"RATE_LIMITED"}
    assert all(1 <= (refusal.retry_after or 0) <= RESTORE_SECONDS for refusal in refusals)


async def test_what_was_not_used_is_anybodys(database: Database, sql: asyncpg.Connection) -> None:
    client = grant()
    first, second = Buckets(database), Buckets(database)
    purse = first.purse(client)
    await purse.take(900)
    purse.settle(890)
    with pytest.raises(Refusal):
        await second.purse(client).take(900)
    await first.post(math.inf)
    assert await level(sql, client.actor.id) == pytest.approx(990, abs=A_SECONDS_WORTH * 3)
    await Buckets(database).purse(client).take(900)


async def test_who_is_refused_and_asks_on_costs_no_write(
    database: Database, sql: asyncpg.Connection
) -> None:
    client = grant()
    purse = Buckets(database).purse(client)
    await spent([purse], 100, 12)
    written = await sql.fetchval("SELECT xmin::text FROM cost_bucket")
    await spent([purse], 900, 20)
    assert await sql.fetchval("SELECT xmin::text FROM cost_bucket") == written


async def test_who_waits_as_long_as_told_is_served(
    database: Database, sql: asyncpg.Connection
) -> None:
    client = grant()
    _, refusals = await spent([Buckets(database).purse(client)], 100, 12)
    wait = refusals[0].retry_after
    assert wait
    await sql.execute(
        "UPDATE cost_bucket SET restored_at = restored_at - make_interval(secs => $1)", wait
    )
    await Buckets(database).purse(client).take(100)


async def test_a_database_that_does_not_answer_keeps_nobody_waiting(
    database: Database, sql: asyncpg.Connection
) -> None:
    client = grant()
    workers = Buckets(database)
    async with sql.transaction():
        await sql.execute("LOCK TABLE cost_bucket IN ACCESS EXCLUSIVE MODE")
        async with asyncio.timeout(5):
            done, refusals = await spent([workers.purse(client)], 100, 20)
    # One bucketful on credit, and no more.
    assert SIZE <= done * 100 <= SIZE + A_SECONDS_WORTH + 100
    assert refusals
    await workers.stop()
    left = await level(sql, client.actor.id)
    assert left is not None
    assert left <= SIZE - done * 100 + A_SECONDS_WORTH * 5


async def test_a_post_that_fails_is_made_later(database: Database, database_url: str) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none")
    workers = Buckets(away)
    client = grant()
    account = workers.account(client)
    await workers.take(account, 20)
    await workers.post(math.inf)
    assert account.owed == pytest.approx(20)
    await away.close()


async def test_old_rows_are_dropped(database: Database, sql: asyncpg.Connection) -> None:
    young, old = uuid4(), uuid4()
    await post(database, [Change(young, SIZE, -1), Change(old, SIZE, -1)])
    await sql.execute(
        "UPDATE cost_bucket SET restored_at = now() - interval '2 h' WHERE client_id = $1", old
    )
    async with database.transaction("worker") as session:
        assert await buckets.prune(session) == 1
    assert await level(sql, young) is not None


async def test_clients_who_left_are_forgotten(database: Database) -> None:
    workers = Buckets(database)
    account = workers.account(grant())
    await workers.post(account.used_at + 3600)
    assert workers.account(grant(account.client_id)) is not account


VIEWER = "{ viewer { role } }"
TWO = "{ a: viewer { role } b: viewer { role } }"
ELDERS = "{ elders(first: 100) { nodes { id } } }"


def metered(api: Api, budget: int) -> str:
    end = datetime.now(UTC) + timedelta(hours=1)
    return api.key.sign(Grant(api.actor(Role.ADMIN), end, budget))


async def test_over_http_an_empty_bucket_says_when_to_come_again(api: Api) -> None:
    headers = {"Authorization": f"Bearer {metered(api, 120)}"}
    answers = [
        await api.http.post(api.url, json={"query": ELDERS}, headers=headers) for _ in range(4)
    ]
    statuses = [answer.status_code for answer in answers]
    assert statuses[0] == 200
    assert 429 in statuses
    response = answers[statuses.index(429)]
    assert 1 <= int(response.headers["Retry-After"]) <= RESTORE_SECONDS
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert error["extensions"]["retryAfter"] == int(response.headers["Retry-After"])


async def test_over_a_socket_an_empty_bucket_is_an_error_of_the_operation(api: Api) -> None:
    async with graphql_socket(api.ws_url, metered(api, 5)) as socket:
        ended: list[dict[str, Any]] = []
        names = {await socket.subscribe(TWO) for _ in range(4)}
        while len(ended) < len(names):
            frame = await socket.receive()
            if frame["type"] in ("complete", "error"):
                ended.append(frame)
        refused = [frame for frame in ended if frame["type"] == "error"]
        assert refused
        assert {one["payload"][0]["extensions"]["code"] for one in refused} == {"RATE_LIMITED"}
        assert {frame["id"] for frame in ended} == names


async def test_what_no_full_bucket_holds_is_too_large(api: Api) -> None:
    headers = {"Authorization": f"Bearer {metered(api, 50)}"}
    response = await api.http.post(api.url, json={"query": ELDERS}, headers=headers)
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "QUERY_TOO_LARGE"
    assert "101" in error["message"]
    assert "50" in error["message"]

"""One busy socket leaves the rest of the district its connections, and is itself served in full."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy import text

from api.websocket import AT_WORK
from domain.access import Role
from domain.database import Database
from tests.clients import BEGINNING, TIMEOUT_SECONDS, Api, Socket
from tests.signals import press
from tests.waiting import until

VIEWER = "{ viewer { id name } }"
ELDERS = "{ elders(first: 1) { nodes { id } } }"
ALARM = "{ alarms(first: 1) { nodes { id state } } }"
ACKNOWLEDGE = "mutation ($id: ID!) { alarmAcknowledge(input: {id: $id}) { userErrors { code } } }"
CHANGED = "subscription ($after: String) { alarmChanged(after: $after) { change } }"
NEVER = "Wzk5OV0"
"""A cursor of another history."""
WAITING = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@asynccontextmanager
async def nobody_reads_elders(database: Database) -> AsyncGenerator[None, None]:
    """Whoever reads elders waits until this ends."""
    async with database.transaction("test") as session:
        await session.execute(text("LOCK TABLE elder IN ACCESS EXCLUSIVE MODE"))
        yield


async def waiting(database: Database) -> int:
    """How many statements wait for the lock."""
    async with database.reading() as connection:
        return await connection.scalar(WAITING) or 0


async def all_at_work(database: Database) -> bool:
    """Whether as many wait as may be at work."""
    return await waiting(database) == AT_WORK


async def all_received(socket: Socket) -> None:
    """Frames are taken in order: whoever answers this has seen what came before."""
    await socket.send({"type": "ping"})
    assert await socket.receive() == {"type": "pong"}


async def answers(socket: Socket, number: int) -> list[str]:
    """The ids of operations in the order in which they were answered in full."""
    ended: list[str] = []
    while len(ended) < number:
        frame = await socket.receive()
        if frame["type"] == "complete":
            ended.append(frame["id"])
        else:
            assert "errors" not in frame["payload"]
    return ended


async def test_fifty_queries_at_once_are_answered_few_at_a_time_and_starve_nobody(
    api: Api, database: Database
) -> None:
    async with api.socket(Role.FAMILY) as socket:
        async with nobody_reads_elders(database), asyncio.timeout(TIMEOUT_SECONDS):
            names = [await socket.subscribe(ELDERS) for _ in range(50)]
            await all_received(socket)
            await until(lambda: all_at_work(database))
            assert await api.data(Role.ADMIN, VIEWER)
            assert await all_at_work(database)
        ended = await answers(socket, 50)
    assert sorted(ended) == sorted(names)
    for place, name in enumerate(ended):
        overtaken = set(names[: names.index(name)]) - set(ended[:place])
        assert len(overtaken) < AT_WORK, "they begin in the order of arrival"


async def test_what_is_completed_while_it_waits_never_runs(api: Api, database: Database) -> None:
    await press(database, api.district)
    (before,) = (await api.data(Role.ADMIN, ALARM))["alarms"]["nodes"]
    async with api.socket(Role.ADMIN) as socket:
        async with nobody_reads_elders(database):
            for _ in range(AT_WORK):
                await socket.subscribe(ELDERS)
            withdrawn = await socket.subscribe(ACKNOWLEDGE, id=before["id"])
            last = await socket.subscribe(VIEWER)
            await all_received(socket)
            assert await api.data(Role.ADMIN, VIEWER), "time enough for what does not wait"
            await socket.send({"type": "complete", "id": withdrawn})
            await all_received(socket)
        assert last in await answers(socket, AT_WORK + 1)
    assert (await api.data(Role.ADMIN, ALARM))["alarms"]["nodes"] == [before]


async def test_subscriptions_leave_their_turns_once_they_have_begun_or_failed(
    api: Api, database: Database
) -> None:
    async with api.socket(Role.FAMILY) as socket:
        for _ in range(AT_WORK):
            await socket.subscribe(CHANGED, after=NEVER)
            assert (await socket.receive())["type"] == "error"
        live = {await socket.subscribe(CHANGED, after=BEGINNING) for _ in range(3 * AT_WORK)}
        query = await socket.subscribe(VIEWER)
        assert await answers(socket, 1) == [query]
        await press(database, api.district)
        assert {(await socket.receive())["id"] for _ in live} == live

"""What `benchmarks.sockets` measures happens, on a small scale and without a clock."""

import asyncio
import json
from collections import Counter
from contextlib import suppress

import asyncpg

from api.connections import MAX_A_CLIENT
from benchmarks.sockets import CHANGED, Crowd, happen
from domain.access import Role
from domain.database import Database
from tests.clients import Api
from tests.signals import press
from tests.waiting import until

LISTENERS = MAX_A_CLIENT + 8


async def test_an_alarm_is_with_all_who_wait_and_with_nobody_else(
    api: Api, database: Database, database_url: str
) -> None:
    await press(database, api.district)
    told = Counter[str]()  # of each change, by its cursor
    crowd = Crowd(api.key, api.port, [], lambda _, message: told.update([cursor_of(message)]))
    connection = await asyncpg.connect(database_url)

    async def one_reaches_all() -> bool:
        # The protocol does not acknowledge a subscription: the first may come too early.
        before = set(told)
        await happen(connection, alarm)
        with suppress(TimeoutError):
            await until(lambda: LISTENERS in {told[one] for one in told.keys() - before}, 1)
            return True
        return False

    try:
        alarm = await connection.fetchval("SELECT id FROM alarm")
        held = await crowd.open(50, "")
        held += await crowd.open(50, CHANGED)
        held += await crowd.open(LISTENERS, CHANGED, api.actor(Role.DISPATCHER))
        await until(one_reaches_all)
        await asyncio.sleep(0.5)
        assert max(told.values()) == LISTENERS
        assert all(one.is_open for one in held)
    finally:
        await connection.close()


def cursor_of(message: bytes) -> str:
    return json.loads(message)["payload"]["data"]["alarmChanged"]["cursor"]

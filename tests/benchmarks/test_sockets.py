"""What `benchmarks.sockets` measures happens, on a small scale and without a clock."""

import asyncio

import asyncpg

from api.connections import MAX_A_CLIENT
from benchmarks.sockets import CHANGED, Crowd, happen
from domain.access import Role
from domain.database import Database
from tests.clients import TIMEOUT_SECONDS, Api
from tests.signals import press

LISTENERS = MAX_A_CLIENT + 8


async def test_an_alarm_is_with_all_who_wait_and_with_nobody_else(
    api: Api, database: Database, database_url: str
) -> None:
    await press(database, api.district)
    crowd = Crowd(api.key, api.port, [])
    connection = await asyncpg.connect(database_url)
    try:
        alarm = await connection.fetchval("SELECT id FROM alarm")
        held = await crowd.open(50, "")
        held += await crowd.open(50, CHANGED)
        held += await crowd.open(LISTENERS, CHANGED, api.actor(Role.DISPATCHER))
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while len(crowd.arrived) < LISTENERS:
                # The protocol does not acknowledge a subscription: the first may come too early.
                crowd.arrived.clear()
                await happen(connection, alarm)
                await asyncio.sleep(0.5)
        crowd.arrived.clear()
        await happen(connection, alarm)
        await asyncio.sleep(0.5)
        assert len(crowd.arrived) == LISTENERS
        assert all(one.is_open for one in held)
    finally:
        await connection.close()

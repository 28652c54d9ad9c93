"""The broker goes away and comes back, in order or not."""

import asyncio

from benchmarks.alarms import database
from benchmarks.alarms.calls import Scale, calling
from benchmarks.alarms.outcome import Outcome
from benchmarks.alarms.stand import Stand

_EARLY = 0.3
"""Of the calls that have a receipt when it happens."""


async def restarted(stand: Stand, scale: Scale) -> Outcome:
    """It ends in order, and is away for a while."""
    async with calling(stand, scale) as calls:
        await calls.confirmed(_EARLY)
        stand.broker.stop()
        await asyncio.sleep(scale.outage_s)
        stand.broker.start()
        return await calls.outcome("broker restarted")


async def killed_without_database(stand: Stand, scale: Scale) -> Outcome:
    """It has taken calls that nobody could store, and forgets them: its devices have not."""
    async with calling(stand, scale) as calls:
        await calls.confirmed(_EARLY)
        stand.postgres.stop()
        await asyncio.sleep(scale.outage_s)
        stand.broker.kill()
        stand.broker.start()
        await asyncio.sleep(scale.outage_s)
        await database.start(stand.postgres)
        return await calls.outcome("broker killed while the database was down")

"""Looks for devices that have fallen silent, and for stations whose test calls do not come through,
four times a minute; of all workers one at a time."""

import asyncio
import logging

from domain.calendar import now
from domain.canary.judging import judge
from domain.coverage.sweeping import alone, sweep
from domain.database import Database

log = logging.getLogger("yiyang.listening")

_PAUSE_SECONDS = 15.0


async def keep_listening(database: Database) -> None:
    """Look until cancelled; a database that goes away is waited for."""
    while True:
        try:
            while await _swept(database):
                pass
            await _judged(database)
        except Exception:
            log.exception("Looking for silent devices was interrupted, trying again")
        await asyncio.sleep(_PAUSE_SECONDS)


async def _judged(database: Database) -> None:
    async with database.transaction("worker") as session:
        if await alone(session) is not None:
            await judge(session, now())


async def _swept(database: Database) -> bool:
    async with database.transaction("worker") as session:
        return await sweep(session, now())

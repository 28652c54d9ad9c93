"""Has devices' rules speak when their time has come: each worker looks each second."""

import asyncio
import logging
from typing import Final

from devices import watchdog
from domain.calendar import now
from domain.database import Database
from domain.outage import is_outage

log = logging.getLogger("yiyang.watchkeeping")

LOOK_SECONDS: Final = 1.0
"""Between two looks: how late a rule speaks at most, beside its grace, while somebody looks."""


async def keep_watching(database: Database) -> None:
    """Until cancelled; a database that is away is waited for."""
    while True:
        looked = 0
        try:
            async with database.transaction("worker") as session:
                looked = await watchdog.look(session, now())
        except Exception as failure:
            if is_outage(failure):
                log.warning("The database is away, rules speak when it is back: %s", failure)
            else:
                await _watch_each(database)
        if looked < watchdog.AT_ONCE:
            await asyncio.sleep(LOOK_SECONDS)


async def _watch_each(database: Database) -> None:
    """A device whose rules fail by a fault of ours must not hold up the others."""
    try:
        async with database.transaction("worker") as session:
            waiting = await watchdog.waiting(session, now())
    except Exception:
        log.exception("what is due cannot be read")
        return
    for device_id in waiting:
        try:
            async with database.transaction("worker") as session:
                await watchdog.look(session, now(), [device_id])
        except Exception as failure:
            if is_outage(failure):
                return
            log.exception("the rules of device %s do not speak, and are tried again", device_id)

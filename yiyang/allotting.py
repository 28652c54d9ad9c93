"""Allots the visits of windows whose time has come: each worker looks every second, and takes what
is due.

Whichever worker comes first decides; the other waits for it, and finds nothing left to do.
"""

import asyncio
import logging
from typing import Final
from uuid import UUID

from domain.allotment.closing import close, due
from domain.calendar import now
from domain.database import Database
from domain.outage import is_outage

log = logging.getLogger("yiyang.allotting")

LOOK_SECONDS: Final = 1.0
"""Between two looks: how much later than it was said it is decided at most."""

_AT_MOST: Final = 10
"""Windows a look."""


async def allot_visits(database: Database) -> None:
    """Until cancelled; a database that is away is waited for."""
    faulty = set[UUID]()
    while True:
        try:
            await allot_all(database, faulty)
        except Exception as failure:
            if not is_outage(failure):
                log.exception("windows whose time has come cannot be read")
        await asyncio.sleep(LOOK_SECONDS)


async def allot_all(database: Database, faulty: set[UUID]) -> None:
    """One that fails by a fault of ours must not keep the others.

    Parameters:
        faulty: those of which it has been said.
    """
    async with database.transaction("worker") as session:
        windows = await due(session, now(), _AT_MOST + len(faulty))
    for window_id in windows:
        try:
            async with database.transaction("worker") as session:
                await close(session, window_id, now())
        except Exception as failure:
            if is_outage(failure):
                raise
            if window_id not in faulty:
                log.exception("window %s is not decided, and is tried again", window_id)
            faulty.add(window_id)

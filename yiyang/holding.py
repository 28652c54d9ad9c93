"""Gives beds back whose hold has run out: each worker looks every second, and takes what is due.

Whichever worker comes first gives a bed back; done twice, it changes nothing the second time.
"""

import asyncio
import logging
from typing import Final
from uuid import UUID

from domain.beds.holding import let_go, run_out
from domain.database import Database
from domain.outage import is_outage

log = logging.getLogger("yiyang.holding")

LOOK_SECONDS: Final = 1.0
"""Between two looks: how much longer than it was said a bed is kept at most."""

_AT_MOST: Final = 100
"""Holds a look."""


async def keep_holds(database: Database) -> None:
    """Until cancelled; a database that is away is waited for."""
    faulty = set[UUID]()
    while True:
        try:
            await _let_go_all(database, faulty)
        except Exception as failure:
            if not is_outage(failure):
                log.exception("holds that have run out cannot be read")
        await asyncio.sleep(LOOK_SECONDS)


async def _let_go_all(database: Database, faulty: set[UUID]) -> None:
    """One that fails by a fault of ours must not keep the others.

    Parameters:
        faulty: those of which it has been said.
    """
    async with database.transaction("worker") as session:
        due = await run_out(session, _AT_MOST + len(faulty))
    for stay_id in due:
        try:
            async with database.transaction("worker") as session:
                await let_go(session, stay_id)
        except Exception as failure:
            if is_outage(failure):
                raise
            if stay_id not in faulty:
                log.exception("the bed of stay %s is not given back, and is tried again", stay_id)
            faulty.add(stay_id)

"""Has alarms pass on in time: each worker looks several times a second, and takes what is due.

Whichever worker comes first takes an alarm's step; who dies over it has taken none, and the next
look of another finds it. So nothing waits until somebody is believed dead.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.alarms.escalation import due_now, escalate_due
from domain.database import Database
from domain.outage import is_outage

log = logging.getLogger("yiyang.escalating")

LOOK_SECONDS: Final = 0.2
"""Between two looks: how late an alarm passes on at most while somebody looks."""

_AT_MOST: Final = 100
"""Alarms a transaction: as long as one of them lasts, another worker that wants a due alarm's row
passes it over."""

_HALVED: Final = 1000
"""Alarms that are looked through for one that cannot pass on."""


async def keep_escalating(database: Database) -> None:
    """Until cancelled; a database that is away is waited for."""
    away, faulty = False, set[UUID]()
    while True:
        try:
            await _escalate_all(database)
            away = False
        except Exception as failure:
            if not is_outage(failure):
                await _escalate_sound(database, faulty)
            elif not away:
                log.warning("The database is away, alarms pass on when it is back: %s", failure)
            away = is_outage(failure)
        await asyncio.sleep(LOOK_SECONDS)


async def _escalate_all(database: Database) -> None:
    """All that are due, in transactions of a bounded size."""
    while True:
        async with database.transaction("worker") as session:
            if await escalate_due(session, _AT_MOST) < _AT_MOST:
                return


async def _escalate_sound(database: Database, faulty: set[UUID]) -> None:
    """One whose step fails by a fault of ours must not hold up the others.

    Parameters:
        faulty: those of which it has been said.
    """
    try:
        async with database.transaction("worker") as session:
            due = await due_now(session, _HALVED)
    except Exception:
        log.exception("what is due cannot be read")
        return
    await _escalate_halves(database, due, faulty)


async def _escalate_halves(database: Database, due: Sequence[UUID], faulty: set[UUID]) -> None:
    """Take these steps; where that fails, each half by itself until the culprit stands alone."""
    try:
        async with database.transaction("worker") as session:
            await escalate_due(session, len(due), due)
    except Exception:
        if len(due) > 1:
            half = len(due) // 2
            await _escalate_halves(database, due[:half], faulty)
            await _escalate_halves(database, due[half:], faulty)
        elif due[0] not in faulty:
            log.exception("alarm %s does not pass on, and is tried again", due[0])
            faulty.add(due[0])

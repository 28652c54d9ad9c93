"""Settles what is due: each worker looks every second, and takes the windows whose applications are
to be decided and the beds whose hold has run out.

Whichever worker comes first settles one; the others wait for it, and find nothing left to do.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.allotment.closing import close, due
from domain.beds.holding import let_go, run_out
from domain.calendar import now
from domain.database import Database
from domain.outage import is_outage

log = logging.getLogger("yiyang.dues")

LOOK_SECONDS: Final = 1.0
"""Between two looks: how much later than it was said something is settled at most."""


@dataclass(frozen=True, slots=True)
class Dues:
    """Rows whose time comes.

    Parameters:
        what: one of them, for the log.
        at_most: so many are settled a look.
        come: keys of so many whose time has come, the oldest first.
        settle: one of them; done twice, it changes nothing.
    """

    what: str
    at_most: int
    come: Callable[[AsyncSession, int], Awaitable[Sequence[UUID]]]
    settle: Callable[[AsyncSession, UUID], Awaitable[object]]


WINDOWS: Final = Dues(
    "window",
    10,
    lambda session, most: due(session, now(), most),
    lambda session, key: close(session, key, now()),
)
HOLDS: Final = Dues("held stay", 100, run_out, let_go)


async def keep_settling(database: Database, dues: Dues) -> None:
    """Until cancelled; a database that is away is waited for."""
    faulty = set[UUID]()
    while True:
        try:
            await settle_all(database, dues, faulty)
        except Exception as failure:
            if not is_outage(failure):
                log.exception("what is due of each %s cannot be read", dues.what)
        await asyncio.sleep(LOOK_SECONDS)


async def settle_all(database: Database, dues: Dues, faulty: set[UUID]) -> None:
    """One that fails by a fault of ours must not keep the others.

    Parameters:
        faulty: those of which it has been said.
    """
    async with database.transaction("worker") as session:
        keys = await dues.come(session, dues.at_most + len(faulty))
    for key in keys:
        try:
            async with database.transaction("worker") as session:
                await dues.settle(session, key)
        except Exception as failure:
            if is_outage(failure):
                raise
            if key not in faulty:
                log.exception("%s %s is not settled, and is tried again", dues.what, key)
            faulty.add(key)

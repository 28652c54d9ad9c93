"""Tells the platform upstream what happens here, batch after batch.

One batch is under way at a time, of all workers together: so the order is kept. What is known is in
the database (``domain.upstream.service``).
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Final

from domain.crypto import Vault
from domain.database import Database
from domain.outage import is_outage
from domain.upstream import service
from domain.upstream.carrying import Answer, Batch, Carrier
from domain.upstream.rows import told

log = logging.getLogger("yiyang.upstream")

PROVINCE: Final = "province"
"""The one destination that there is: 浙里康养, or whatever the deployment calls it."""

LOOK_SECONDS: Final = 2.0
"""How long changes are gathered at most, where nothing is under way."""

_NOBODY: Final = "worker"
_NOTHING_SENT: Final = Answer(None, None)


@dataclass(frozen=True, slots=True)
class Reporting:
    """A destination, as a deployment has set it up.

    Parameters:
        carrier: takes batches out.
        id_numbers: opens citizen ids, which are told only then; None where they stay here.
    """

    carrier: Carrier
    id_numbers: Vault | None = None
    name: str = PROVINCE


async def keep_reporting(database: Database, to: Reporting) -> None:
    """Until cancelled; a database that goes away is waited for."""
    while True:
        try:
            while await report(database, to):
                pass
        except Exception as error:
            if is_outage(error):
                log.warning("The database is away, trying again: %s", type(error).__name__)
            else:
                log.exception("upstream is interrupted")
        await asyncio.sleep(LOOK_SECONDS)


async def report(database: Database, to: Reporting) -> bool:
    """Send one batch, if there is one to be sent now.

    Returns: whether the next may follow at once.
    """
    async with database.transaction(_NOBODY) as session:
        chosen = await service.choose(session, to.name)
    if not chosen:
        return False
    async with database.transaction(_NOBODY) as session:
        found = await service.under_way(session, to.name)
        if found is None:
            return False
        row, events = found
        rows = await told(session, events, to.id_numbers)
        answer = await to.carrier.carry(Batch(to.name, rows)) if rows else _NOTHING_SENT
        sent = {one["position"] for one in rows}
        await service.settle(session, row, [one for one in events if one.position in sent], answer)
        if answer.fault is not None:
            log.warning("Upstream has not taken %d changes: %s", len(rows), answer.fault)
        if row.stopped_at is not None:
            log.error("Upstream is stopped until `yiyang upstream resume`: %s", answer.fault)
        return row.stopped_at is None and row.rests_until is None

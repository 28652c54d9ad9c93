"""What time does to visits, done by workers."""

import logging
from datetime import timedelta

from pgqueuer import PgQueuer
from pgqueuer.models import Schedule

from domain.calendar import now, today
from domain.database import Database
from domain.visits import obligations, sweeping

log = logging.getLogger("yiyang.worker")

SWEPT = "* * * * *"
"""When visits are looked for whose time is over, as cron says it."""


DUE = "3 * * * *"
"""When key elders are looked for who are due a visit: what was missed is caught up on."""


def register_visits(queue: PgQueuer, database: Database, missed_after: timedelta) -> None:
    """Have a worker look after visits.

    Parameters:
        missed_after: how long after its time a claimed visit becomes a no-show.
    """

    @queue.schedule("visits.sweep", SWEPT)
    async def sweep(_: Schedule) -> None:  # pyright: ignore[reportUnusedFunction] # registered
        told = sweeping.AT_ONCE
        while told >= sweeping.AT_ONCE:
            async with database.transaction("worker") as session:
                told = await sweeping.sweep(session, now(), missed_after)
        log.info("visits: looked for those whose time is over")

    @queue.schedule("visits.due", DUE)
    async def fall_due(_: Schedule) -> None:  # pyright: ignore[reportUnusedFunction] # registered
        async with database.transaction("worker") as session:
            entered = await obligations.fall_due(session, today())
        log.info("visits: %d more are due", entered)

"""Partitions made ahead and old rows dropped, for as long as a worker runs."""

import asyncio
import logging

from sqlalchemy.exc import DBAPIError

from domain.database import Database
from domain.devices.retention import Retention, tend
from domain.outage import DRIVER_ERRORS

log = logging.getLogger("yiyang.worker")

_HOUR_S = 3600.0
_RETRY_S = 30.0


async def keep_tending(database: Database, kept: Retention) -> None:
    """Tend what devices sent at once, and each hour, until cancelled.

    At once, as the worker may have been away for longer than partitions were made ahead. Each
    worker does it: what another has done already is left alone.
    """
    while True:
        pause = _HOUR_S
        try:
            gone = await tend(database, kept)
            log.info("readings: dropped %d old partitions and rows", gone)
        except (DBAPIError, *DRIVER_ERRORS) as error:
            log.warning("Partitions could not be made or dropped, trying again: %s", error)
            pause = _RETRY_S
        await asyncio.sleep(pause)

"""How long what devices sent is kept."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import col

from domain.database import Database
from domain.devices import partitions
from domain.devices.models import DeadLetter, DeviceEvent
from domain.dropping import dropped


class Retention(NamedTuple):
    """How long what devices sent is kept, in days.

    Parameters:
        telemetry: readings, by device time; those of a clock that is far off, by receipt.
        events: by receipt. An event that is sent again after that is news.
        dead_letters: by receipt.
    """

    telemetry: int = 90
    events: int = 366
    dead_letters: int = 30


async def tend(database: Database, kept: Retention) -> int:
    """Make telemetry's partitions for the next days, and drop what is older than is kept.

    Returns: how many partitions and rows were dropped.
    Raises: DBAPIError where a lock cannot be had; whatever was not done is for the next time.
    """
    await partitions.make_ahead(database)
    gone = await partitions.drop_days(database, timedelta(days=kept.telemetry))
    async with database.transaction("retention") as session:
        gone += await partitions.drop_strays(session, timedelta(days=kept.telemetry))
        for model, days in ((DeviceEvent, kept.events), (DeadLetter, kept.dead_letters)):
            old = col(model.received_at) < func.now() - timedelta(days=days)
            gone += await dropped(session, model, old)
    return gone

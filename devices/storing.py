"""A batch is stored for certain: a database that is away is waited for, a message that no
database would take is found and put aside, and nothing is given up."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Final, TypeVar

from sqlalchemy.engine import make_url

from devices.mac import Trust
from devices.pipeline import Outcome, bury, take_batch
from devices.uplink import Uplink
from domain.database import Database
from domain.outage import cause_of, is_outage, is_refusal

_LOG = logging.getLogger(__name__)

ACTOR: Final = "bridge"
_PATIENCE_S: Final = 60.0  # for one transaction; a server that vanished never answers
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 2.0
_REMIND_S: Final = 60.0

T = TypeVar("T")


class Store:
    """Takes batches into the database.

    Parameters:
        trust: what it takes to believe a message.
    """

    def __init__(self, database: Database, trust: Trust) -> None:
        self._database = database
        self._trust = trust

    async def take(self, uplinks: Sequence[Uplink]) -> list[Outcome]:
        """Store a batch, however long it takes.

        A batch that fails for its data is halved until the culprit stands alone; that one
        becomes a dead letter.

        Returns: what became of each message, in order; all of it is committed.
        """
        try:
            return await self._persist(lambda: self._write(uplinks))
        except Exception as failure:
            if len(uplinks) == 1:
                return [await self._give_up(uplinks[0], failure)]
        half = len(uplinks) // 2
        return await self.take(uplinks[:half]) + await self.take(uplinks[half:])

    async def _write(self, uplinks: Sequence[Uplink]) -> list[Outcome]:
        async with asyncio.timeout(_PATIENCE_S), self._database.transaction(ACTOR) as session:
            return await take_batch(session, uplinks, self._trust)

    async def _give_up(self, uplink: Uplink, failure: Exception) -> Outcome:
        _LOG.error(
            "A message on %s could not be stored and is now a dead letter: %s",
            uplink.arrival.topic,
            cause_of(failure),
            exc_info=failure,
        )
        blame = "NOT_STORABLE" if is_refusal(failure) else "FAULT"

        async def write() -> Outcome:
            async with asyncio.timeout(_PATIENCE_S), self._database.transaction(ACTOR) as session:
                return await bury(session, uplink, blame)

        return await self._persist(write)

    async def _persist(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Try until the database is there; other failures are raised."""
        pause, said_at, down_since = _FIRST_PAUSE_S, -_REMIND_S, None
        while True:
            try:
                done = await attempt()
            except Exception as failure:
                if not is_outage(failure):
                    raise
                down_since = down_since or monotonic()
                if monotonic() - said_at >= _REMIND_S:
                    said_at = monotonic()
                    _LOG.warning(
                        "The database at %s cannot be written to (%s). The bridge keeps its "
                        "messages and tries again; the setting is database_url.",
                        _place(self._database.url),
                        cause_of(failure),
                    )
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
            else:
                if down_since is not None:
                    _LOG.warning(
                        "The database can be written to again, after %.1f s.",
                        monotonic() - down_since,
                    )
                return done


def _place(url: str) -> str:
    parsed = make_url(url)
    return f"{parsed.host}:{parsed.port or 5432}/{parsed.database}"

"""Seals the audit trail each second; of all workers one at a time."""

import asyncio
import logging
from pathlib import Path

import asyncpg

from domain.audit.chain import AT_ONCE, SEALER_LOCK, connect, head, seal
from domain.audit.heads import HeadLog
from domain.outage import DRIVER_ERRORS

log = logging.getLogger("yiyang.sealing")

_PAUSE_SECONDS = 1.0
_TRY = "SELECT pg_try_advisory_lock($1)"


async def keep_sealing(database_url: str, audit_log: Path | None) -> None:
    """Seal until cancelled; a database that goes away is waited for.

    Parameters:
        audit_log: file that the sealed heads go to; nowhere if None.
    """
    heads = HeadLog(audit_log) if audit_log else None
    while True:
        try:
            await _seal_on_one_connection(database_url, heads)
        except (*DRIVER_ERRORS, ValueError) as error:
            log.warning("Sealing was interrupted, trying again: %s", error)
        await asyncio.sleep(_PAUSE_SECONDS)


async def _seal_on_one_connection(database_url: str, heads: HeadLog | None) -> None:
    connection = await connect(database_url)
    try:
        alone, taken = False, 0
        while True:
            # Tried, not waited for: who waits in PostgreSQL keeps it from clearing up.
            alone = alone or await connection.fetchval(_TRY, SEALER_LOCK)
            if alone:
                taken = await seal(connection)
            if alone and heads is not None:
                await _note(connection, heads)
            if taken < AT_ONCE:
                await asyncio.sleep(_PAUSE_SECONDS)
    finally:
        connection.terminate()


async def _note(connection: asyncpg.Connection, heads: HeadLog) -> None:
    """Have the head in the log, once it is committed: whoever sealed it may have died since."""
    now, known = await head(connection), await asyncio.to_thread(heads.last)
    if now == known:
        return
    if now.seq <= known.seq:
        log.error("The audit trail is not the one of its log: run `yiyang audit verify`.")
    await asyncio.to_thread(heads.append, now)

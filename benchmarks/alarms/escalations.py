"""Alarms that nobody answers pass on, whoever dies over it."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final
from uuid import UUID

import asyncpg

from benchmarks.alarms.calls import Scale
from benchmarks.alarms.desk import Desk, Told
from benchmarks.alarms.outcome import Outcome
from benchmarks.alarms.stand import Stand
from benchmarks.alarms.watching import watched
from benchmarks.reads.figures import percentile
from domain.alarms.models import AlarmChange, AlarmSeverity, AlarmType
from domain.alarms.service import Signal, raise_alarms
from domain.calendar import now
from domain.database import Database

_SOON_S: Final = 2.0
_PACE: Final = 100.0
"""Alarms that become due in a second."""
_PATIENCE_S: Final = 60.0
_LOOK_S: Final = 0.05

_ELDERS = "SELECT id, region_code FROM elder ORDER BY id LIMIT $1"
_RAISED = """
    SELECT id FROM alarm WHERE type = 'SMOKE' AND state = 'RAISED' AND elder_id = ANY($1)
    ORDER BY id
"""
_DUE = "UPDATE alarm SET escalate_at = $2 WHERE id = $1"
_LEVELS = "SELECT level FROM alarm WHERE id = ANY($1)"
_LOGGED = """
    SELECT alarm_id, count(*) AS much FROM alarm_log
    WHERE alarm_id = ANY($1) AND change = 'ESCALATED' GROUP BY 1
"""
_REST = "UPDATE alarm SET escalate_at = NULL WHERE id = ANY($1)"


async def worker_killed(stand: Stand, scale: Scale) -> Outcome:
    """``kill -9`` of a worker while many alarms pass on to the street; the others go on.

    Late is what comes to a desk's socket after its time.
    """
    await stand.ready()
    async with watched(stand) as (connection, desk):
        alarms = await _raise(stand, connection, scale.crowd)
        due = await _make_due(connection, alarms)
        for share in scale.deaths:
            await _passed(connection, alarms, share)
            stand.workers[0].kill()
            stand.workers[0].start()
        with suppress(TimeoutError):
            await _passed(connection, alarms, 1)
            await _delivered(desk, due)
        outcome = await _compared(connection, due, desk.told)
        await connection.execute(_REST, alarms)
    return outcome


async def _raise(stand: Stand, connection: asyncpg.Connection, number: int) -> list[UUID]:
    """As many elders have an alarm each, of which the family and the station know."""
    elders = await connection.fetch(_ELDERS, number)
    signals = [
        Signal(row["id"], None, row["region_code"], AlarmType.SMOKE, AlarmSeverity.CRITICAL, now())
        for row in elders
    ]
    database = Database(stand.postgres.url, pool_size=1)
    try:
        async with database.transaction("bridge") as session:
            await raise_alarms(session, signals)
    finally:
        await database.close()
    rows = await connection.fetch(_RAISED, [row["id"] for row in elders])
    return [row["id"] for row in rows]


async def _make_due(connection: asyncpg.Connection, alarms: Sequence[UUID]) -> Mapping[UUID, float]:
    """Move the next step of each to soon, one after the other. Returns: when (``time.time``)."""
    first = time.time() + _SOON_S
    due = {alarm: first + number / _PACE for number, alarm in enumerate(alarms)}
    moments = [(alarm, datetime.fromtimestamp(at, UTC)) for alarm, at in due.items()]
    await connection.executemany(_DUE, moments)
    return due


async def _passed(connection: asyncpg.Connection, alarms: Sequence[UUID], share: float) -> None:
    """Wait until such a share of the alarms has passed on."""
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            levels = [row["level"] for row in await connection.fetch(_LEVELS, alarms)]
            if sum(level > 1 for level in levels) >= share * len(alarms):
                return
            await asyncio.sleep(_LOOK_S)


async def _delivered(desk: Desk, due: Mapping[UUID, float]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while len({each.alarm_id for each in _steps(desk.told, due)}) < len(due):
        if time.monotonic() > deadline:
            return
        await asyncio.sleep(_LOOK_S)


def _steps(told: Sequence[Told], due: Mapping[UUID, float]) -> list[Told]:
    return [each for each in told if each.change == AlarmChange.ESCALATED and each.alarm_id in due]


async def _compared(
    connection: asyncpg.Connection, due: Mapping[UUID, float], told: Sequence[Told]
) -> Outcome:
    levels = [row["level"] for row in await connection.fetch(_LEVELS, [*due])]
    logged = {row["alarm_id"]: row["much"] for row in await connection.fetch(_LOGGED, [*due])}
    frames = _steps(told, due)
    shown = Counter(each.alarm_id for each in frames)
    reached = sum(level > 1 for level in levels)
    by_the_clock = time.time() - time.monotonic()
    late = [(each.at + by_the_clock - due[each.alarm_id]) * 1000 for each in frames]
    again = sum(later.position <= before.position for before, later in pairwise(told))
    return Outcome(
        "worker killed while alarms pass on",
        sent=len(due),
        stored=reached,
        raised=sum(logged.values()),
        delivered=len(frames),
        lost=len(due) - min(reached, len(logged), len(shown)),
        doubled=sum(level > 2 for level in levels)
        + sum(much - 1 for much in logged.values())
        + sum(much - 1 for much in shown.values())
        + again,
        p50_ms=round(percentile(late, 50), 1) if late else 0.0,
        p99_ms=round(percentile(late, 99), 1) if late else 0.0,
    )

"""Press -> frame: how long until a desk's socket has what a button published, while other devices
send their readings."""

import asyncio
import time
from collections.abc import AsyncGenerator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import Final

import asyncpg

from benchmarks.alarms.calls import Scale, calling
from benchmarks.alarms.outcome import Outcome
from benchmarks.alarms.stand import TENANT, Stand
from benchmarks.flood import publish
from domain.devices.credentials import device_name

_PACE: Final = 10.0
"""Presses a second."""
_QUIET_S: Final = 2.0
"""Readings begin so much earlier than the presses, and end so much later."""
_PATIENCE_S: Final = 120.0
_LOOK_S: Final = 0.2
_BANDS = "SELECT id FROM device WHERE kind = 'SLEEP_BAND' ORDER BY id"
_READINGS = "SELECT count(*) FROM telemetry"


async def idle(stand: Stand, scale: Scale) -> Outcome:
    """Nobody sends anything else."""
    async with calling(stand, _few(scale), quiet_s=_QUIET_S) as calls:
        return await calls.outcome("press to frame, idle")


async def beside_1000(stand: Stand, scale: Scale) -> Outcome:
    """Beside 1,000 readings a second."""
    return await _beside(stand, _few(scale), 1_000)


async def beside_5000(stand: Stand, scale: Scale) -> Outcome:
    """Beside 5,000 readings a second."""
    return await _beside(stand, _few(scale), 5_000)


def _few(scale: Scale) -> Scale:
    return replace(scale, calls=scale.presses, pace=_PACE)


async def _beside(stand: Stand, scale: Scale, pace: int) -> Outcome:
    """Readings that are not stored count as lost."""
    seconds = scale.calls / scale.pace + 2 * _QUIET_S
    async with (
        _readings(stand, pace, seconds) as readings,
        calling(stand, scale, quiet_s=_QUIET_S) as calls,
    ):
        outcome = await calls.outcome(f"press to frame beside {pace:,} readings a second")
    return replace(outcome, lost=outcome.lost + readings.lost)


@dataclass
class _Readings:
    """What became of them, once all were sent."""

    lost: int = 0


@asynccontextmanager
async def _readings(stand: Stand, pace: int, seconds: float) -> AsyncGenerator[_Readings, None]:
    """Bands send readings; at the end it is waited until all are stored."""
    readings = _Readings()
    connection = await asyncpg.connect(stand.postgres.url)
    try:
        bands = [device_name(row["id"]) for row in await connection.fetch(_BANDS)]
        before: int = await connection.fetchval(_READINGS)
        each, began_ms = int(pace * seconds / len(bands)), time.time_ns() // 1_000_000
        broker = stand.broker
        # Another process: whoever measures must not wait for whoever sends.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            given = (broker.port, broker.login, TENANT, bands, each, began_ms, float(pace))
            sending = asyncio.get_running_loop().run_in_executor(pool, publish, *given)
            yield readings
            wanted = before + await sending
        deadline = time.monotonic() + _PATIENCE_S
        while (stored := await connection.fetchval(_READINGS)) < wanted:
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(_LOOK_S)
        readings.lost = wanted - stored
    finally:
        await connection.close()

"""Who listens loses the connection for a while."""

from dataclasses import replace
from typing import Final

from benchmarks.alarms.calls import Scale, calling
from benchmarks.alarms.outcome import Outcome
from benchmarks.alarms.stand import Stand

_EARLY: Final = 0.05
_LONGER: Final = 1.5
"""The calls go on for so many times as long as the subscriber is away."""


async def away(stand: Stand, scale: Scale) -> Outcome:
    """It resumes by its cursor while calls go on: it misses nothing, and has nothing twice."""
    pace = scale.calls / (scale.away_s * _LONGER)
    async with calling(stand, replace(scale, pace=pace)) as calls:
        await calls.confirmed(_EARLY)
        await calls.desk.away(scale.away_s)
        return await calls.outcome(f"subscriber away for {scale.away_s:g} s")

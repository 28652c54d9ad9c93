"""The bridge dies."""

from benchmarks.alarms.calls import Scale, calling
from benchmarks.alarms.outcome import Outcome
from benchmarks.alarms.stand import Stand


async def killed(stand: Stand, scale: Scale) -> Outcome:
    """``kill -9`` in the middle of the calls that have a receipt; the next one starts at once."""
    async with calling(stand, scale) as calls:
        for share in scale.deaths:
            await calls.confirmed(share)
            stand.bridge.kill()
            stand.bridge.start()
        return await calls.outcome("bridge killed")

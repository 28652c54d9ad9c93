"""Buttons that call at a steady pace, and a desk that watches, while something goes wrong."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

import asyncpg

from api.relay import encode_cursor
from benchmarks.alarms.desk import Desk
from benchmarks.alarms.field import Arrange, Field, as_they_are
from benchmarks.alarms.outcome import Outcome
from benchmarks.alarms.stand import Stand
from benchmarks.alarms.tally import CALLS, Books, books, tally
from domain.outbox import HEAD

_TURN_S: Final = 0.02
_LOOK_S: Final = 0.05
_PATIENCE_S: Final = 300.0
_QUIET_S: Final = 15.0
"""A desk to which nothing comes for so long is told nothing more: the feed looks every 5 s."""


@dataclass(frozen=True)
class Scale:
    """How much of a scenario.

    Parameters:
        calls: how many there are.
        pace: calls a second.
        buttons: how many call, in turn.
        outage_s: for how long something is away.
        freeze_s: for how long PostgreSQL answers nothing.
        away_s: for how long a subscriber has no connection.
        deaths: when a process is killed: at these shares of what it has done.
        presses: how many there are where each is timed or goes to a crowd.
        crowd: how many alarms pass on, and how many desks are told at once.
    """

    calls: int
    pace: float
    buttons: int
    outage_s: float
    freeze_s: float
    away_s: float
    deaths: Sequence[float]
    presses: int
    crowd: int


FULL: Final = Scale(
    calls=4_000,
    pace=100,
    buttons=50,
    outage_s=5,
    freeze_s=30,
    away_s=30,
    deaths=(0.15, 0.4, 0.65),
    presses=400,
    crowd=1_000,
)
SHORT: Final = Scale(
    calls=150,
    pace=150,
    buttons=6,
    outage_s=0.5,
    freeze_s=1.5,
    away_s=1,
    deaths=(0.3,),
    presses=10,
    crowd=40,
)


class Calls:
    """What goes on; see ``calling``."""

    def __init__(self, stand: Stand, scale: Scale, field: Field, desk: Desk) -> None:
        self._stand, self._scale = stand, scale
        self.field, self.desk = field, desk
        self.finished = asyncio.Event()

    async def reached(self, share: float) -> None:
        """Wait until such a share of the calls has been made."""
        await self._until(lambda: self.field.sent >= share * self._scale.calls)

    async def confirmed(self, share: float) -> None:
        """Wait until such a share of the calls has its receipt."""
        await self._until(lambda: self.field.confirmed >= share * self._scale.calls)

    async def outcome(self, scenario: str) -> Outcome:
        """Wait until each call has its receipt and the desk has all that was told, and compare.

        What does not come in time is missing in the figures.
        """
        await self.finished.wait()
        with suppress(TimeoutError):
            await self.confirmed(1)
        kept = await books(self._stand.postgres.url, [*self.field.said])
        await self._delivered(kept)
        return tally(scenario, self.field.said, self.field.pressed, kept, self.desk.told)

    async def _delivered(self, kept: Books) -> None:
        told = {place for places in kept.positions.values() for place in places}
        came, changed = -1, time.monotonic()
        while time.monotonic() - changed < _QUIET_S:
            seen = sum(t.change in CALLS and t.position in told for t in self.desk.told)
            if seen >= len(told):
                return
            if seen != came:
                came, changed = seen, time.monotonic()
            await asyncio.sleep(_LOOK_S)

    async def press_all(self, quiet_s: float) -> None:
        """Have the buttons call in turn; after a pause the pace is made up for."""
        await asyncio.sleep(quiet_s)
        buttons, began = [*self.field.said], time.monotonic()
        while self.field.sent < self._scale.calls:
            due = min((time.monotonic() - began) * self._scale.pace, self._scale.calls)
            while self.field.sent < due:
                self.field.press(buttons[self.field.sent % len(buttons)])
            await asyncio.sleep(_TURN_S)
        self.finished.set()

    async def _until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            while not reached():  # noqa: ASYNC110  # looks at two numbers that others count
                await asyncio.sleep(_LOOK_S)


@asynccontextmanager
async def calling(
    stand: Stand, scale: Scale, arrange: Arrange = as_they_are, *, quiet_s: float = 0.0
) -> AsyncGenerator[Calls, None]:
    """Buttons that have never called before begin to, watched by a desk.

    Parameters:
        arrange: what becomes of messages on their way.
        quiet_s: how long after all have begun to connect the first call comes.
    """
    await stand.ready()
    field = Field(stand.mqtt_url, stand.buttons(scale.buttons), arrange)
    desk = Desk(stand.ws_url, stand.token(), await here(stand))
    calls = Calls(stand, scale, field, desk)
    works = (field.run(), desk.run(), calls.press_all(quiet_s))
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield calls
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def here(stand: Stand) -> str:
    """The cursor of the newest event."""
    connection = await asyncpg.connect(stand.postgres.url)
    try:
        return encode_cursor([await connection.fetchval(HEAD)])
    finally:
        await connection.close()

"""Many devices lose their connections at once, come and go, and are back.

Heartbeats are not waited for: when a device was last heard is moved back in the database. Nor is
the worker: beside its own looks there are others, as if more workers looked.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

import asyncpg

from benchmarks.alarms.calls import Scale
from benchmarks.alarms.desk import Told
from benchmarks.alarms.line import Line
from benchmarks.alarms.outcome import Outcome
from benchmarks.alarms.stand import Button, Stand
from benchmarks.alarms.watching import watched
from benchmarks.reads.figures import percentile
from domain.alarms.models import AlarmChange
from domain.calendar import now
from domain.coverage.sweeping import sweep
from domain.database import Database
from domain.devices.heartbeat import HEARTBEAT_SECONDS, offline_after
from domain.devices.models import DeviceKind

_DEVICES: Final = 2
"""For each button of other scenarios."""
_SILENCE: Final = offline_after(DeviceKind.SOS_BUTTON) + timedelta(minutes=1)
_HEARTBEAT: Final = timedelta(seconds=HEARTBEAT_SECONDS[DeviceKind.SOS_BUTTON] + 1)
_FLAPS: Final = 2
_PATIENCE_S: Final = 60.0
_LOOK_S: Final = 0.2

_FORGET = """
    UPDATE device SET last_seen_at = NULL, suspected_at = NULL, offline_since = NULL,
        back_since = NULL WHERE last_seen_at IS NOT NULL
"""
_LISTEN = """
    UPDATE listening SET swept_at = now(), heard_since = now() - interval '1 day', deaf_since = NULL
"""
_ACCOMPANY = "UPDATE device SET last_seen_at = now() WHERE elder_id = ANY($1) AND id <> ALL($2)"
_HEARD = "SELECT count(*) FROM device WHERE id = ANY($1) AND last_seen_at > $2"
_SUSPECTED = "SELECT count(*) FROM device WHERE id = ANY($1) AND suspected_at > last_seen_at"
_OFFLINE = "SELECT count(*) FROM device WHERE id = ANY($1) AND offline_since IS NOT NULL"
_FOUND = "SELECT count(*) FROM device WHERE id = ANY($1) AND back_since IS NOT NULL"
_MOVE = "UPDATE device SET last_seen_at = now() - $2::interval WHERE id = ANY($1)"
_MOVE_BACK = "UPDATE device SET back_since = back_since - $2::interval WHERE id = ANY($1)"
_ALARMS = """
    SELECT id, elder_id, type, repeat_count, cleared_at FROM alarm
    WHERE elder_id = ANY($1) AND type IN ('DEVICE_OFFLINE', 'UNCOVERED')
"""


async def cut(stand: Stand, scale: Scale) -> Outcome:
    """Sockets closed without a goodbye: one alarm for each elder, however often the line comes and
    goes, and it is cleared once the device has been back for a heartbeat.

    Of every second elder other devices are heard: her alarm is DEVICE_OFFLINE, the others' are
    UNCOVERED. Stored are the devices that were found silent; late is what comes to a desk's socket
    after the moment from which they count as silent.
    """
    await stand.ready()
    buttons = stand.buttons(_DEVICES * scale.buttons)
    database = Database(stand.postgres.url, pool_size=1)
    try:
        async with watched(stand) as (connection, desk):
            story = _Story(stand, connection, database, buttons)
            try:
                offline, silent_at = await story.tell()
            finally:
                await story.cut_lines()
            with suppress(TimeoutError):
                await story.told(desk.told)
            return await story.compared(desk.told, offline, silent_at)
    finally:
        await database.close()


class _Story:
    """What happens to these devices."""

    def __init__(
        self,
        stand: Stand,
        connection: asyncpg.Connection,
        database: Database,
        buttons: Sequence[Button],
    ) -> None:
        self._stand, self._connection, self._database = stand, connection, database
        self._buttons = buttons
        self._ids = [button.device_id for button in buttons]
        self._elders = [button.elder_id for button in buttons]
        self._lines: list[Line] = []

    async def tell(self) -> tuple[int, float]:
        """All of it. Returns: how many devices were found silent, and since when they were
        (``time.monotonic``)."""
        await self._prepare()
        found = await self._fall_silent()
        await self._come_and_go()
        await self._be_back()
        await self._end()
        return found

    async def cut_lines(self) -> None:
        """All connections break."""
        await asyncio.gather(*(line.cut() for line in self._lines))

    async def _prepare(self) -> None:
        """Nobody was ever heard, and whoever looks has looked for a day."""
        await self._connection.execute(_FORGET)
        await self._connection.execute(_LISTEN)

    async def _fall_silent(self) -> tuple[int, float]:
        """Devices are heard, and then no more."""
        await self._connect()
        await self._cut()
        silent_at = time.monotonic()
        await self._count(_OFFLINE, len(self._ids))
        return await self._connection.fetchval(_OFFLINE, self._ids), silent_at

    async def _come_and_go(self) -> None:
        """They are back for a moment and gone again, several times."""
        for _ in range(_FLAPS):
            await self._connect()
            await self._count(_FOUND, len(self._ids))
            await self._cut()
            await self._count(_FOUND, 0)

    async def _be_back(self) -> None:
        """They are back, and heard for a whole heartbeat."""
        await self._connect()
        await self._count(_FOUND, len(self._ids))
        await self._connection.execute(_MOVE_BACK, self._ids, _HEARTBEAT)
        await self._say_online()
        await self._count(_OFFLINE, 0)

    async def _end(self) -> None:
        """No device was ever heard: none falls silent by itself afterwards."""
        await self._hang_up()
        await self._connection.execute(_FORGET)

    async def told(self, told: Sequence[Told]) -> None:
        """Wait until the desk knows of each alarm's end."""
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                alarms = await self._alarms()
                over = {each.alarm_id for each in told if each.change == AlarmChange.CLEARED}
                if alarms.keys() <= over:
                    return
                await asyncio.sleep(_LOOK_S)

    async def compared(self, told: Sequence[Told], offline: int, silent_at: float) -> Outcome:
        """Hold what came against what should have come."""
        alarms = await self._alarms()
        of = Counter(row["elder_id"] for row in alarms.values())
        covered = {*self._elders[::2]} & await self._accompanied()
        wrong = sum(
            (row["type"] == "DEVICE_OFFLINE") != (row["elder_id"] in covered)
            for row in alarms.values()
        )
        open_still = sum(row["cleared_at"] is None for row in alarms.values())
        frames = Counter((each.alarm_id, each.change) for each in told if each.alarm_id in alarms)
        shown = sum(frames[alarm, AlarmChange.RAISED] > 0 for alarm in alarms)
        again = sum(later.position <= before.position for before, later in pairwise(told))
        late = [
            (each.at - silent_at) * 1000
            for each in told
            if each.alarm_id in alarms and each.change == AlarmChange.RAISED
        ]
        ends = (AlarmChange.RAISED, AlarmChange.CLEARED)
        return Outcome(
            f"{len(self._ids)} devices cut at once",
            sent=len(self._ids),
            stored=offline,
            raised=len(alarms),
            delivered=shown,
            lost=len(self._ids) - min(offline, len(of), shown) + wrong + open_still,
            doubled=sum(much - 1 for much in of.values())
            + sum(row["repeat_count"] for row in alarms.values())
            + sum(frames[alarm, change] > 1 for alarm in alarms for change in ends)
            + again,
            p50_ms=round(percentile(late, 50), 1) if late else 0.0,
            p99_ms=round(percentile(late, 99), 1) if late else 0.0,
        )

    async def _connect(self) -> None:
        began = now()
        self._lines = []
        async with asyncio.TaskGroup() as together:
            for button in self._buttons:
                together.create_task(self._open(button))
        await self._count(_HEARD, len(self._ids), began)

    async def _open(self, button: Button) -> None:
        self._lines.append(await Line.connected(self._stand, button))

    async def _say_online(self) -> None:
        began = now()
        await asyncio.gather(*(line.say_online() for line in self._lines))
        await self._count(_HEARD, len(self._ids), began)

    async def _cut(self) -> None:
        """The connections break, and three heartbeats do not come."""
        await self._hang_up()
        await self._connection.execute(_ACCOMPANY, self._elders[::2], self._ids)
        await self._connection.execute(_MOVE, self._ids, _SILENCE)

    async def _hang_up(self) -> None:
        """All connections break, and the devices' last wills come."""
        await self.cut_lines()
        await self._count(_SUSPECTED, len(self._ids))

    async def _count(self, query: str, wanted: int, *given: Any) -> None:
        """Look until so many devices are in that state, or nothing is to be expected any more."""
        deadline = time.monotonic() + _PATIENCE_S
        while await self._connection.fetchval(query, self._ids, *given) != wanted:
            if time.monotonic() > deadline:
                raise TimeoutError(query)
            async with self._database.transaction("worker") as session:
                await sweep(session, now())
            await asyncio.sleep(_LOOK_S)

    async def _accompanied(self) -> set[UUID]:
        query = "SELECT elder_id FROM device WHERE elder_id = ANY($1) AND id <> ALL($2)"
        rows = await self._connection.fetch(query, self._elders, self._ids)
        return {row["elder_id"] for row in rows}

    async def _alarms(self) -> dict[UUID, Any]:
        rows = await self._connection.fetch(_ALARMS, self._elders)
        return {row["id"]: row for row in rows}

"""A subscriber like any other, who notes when each test call is shown."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.calendar import now
from domain.ids import public_id
from yiyang.graphql_ws import Change, Connection, Endpoint, Failed, Lost, Refused, follow

_BEGIN = "{ alarms(first: 1) { streamCursor } }"
_CHANGES = """subscription ($after: String) { alarmChanged(after: $after) {
  cursor alarm { raisedAt repeatedAt device { id } } } }"""
_PAUSE_S = 1.0


class Screen:
    """Follows the stream of alarms over a real socket.

    Parameters:
        endpoint: made anew for each connection, as its token expires.
    """

    def __init__(self, endpoint: Callable[[], Endpoint]) -> None:
        self._endpoint = endpoint
        self._awaited: dict[str, tuple[datetime, asyncio.Future[datetime]]] = {}

    async def keep_looking(self, ready: Callable[[], None]) -> None:
        """Until cancelled; a server that goes away is waited for."""
        while True:
            try:
                async for happening in follow(self._endpoint(), _cursor, _CHANGES):
                    if isinstance(happening, Change):
                        self._look_at(happening.data["alarm"])
                    else:
                        ready()
            except (Lost, Failed, Refused):
                await asyncio.sleep(_PAUSE_S)

    @contextmanager
    def awaiting(
        self, device_id: UUID, pressed_at: datetime
    ) -> Generator[asyncio.Future[datetime], None, None]:
        """When the press of a device is shown, as soon as it is."""
        name = public_id("device", device_id)
        shown: asyncio.Future[datetime] = asyncio.get_running_loop().create_future()
        # A device's clock has milliseconds.
        floor = pressed_at.replace(microsecond=pressed_at.microsecond // 1000 * 1000)
        self._awaited[name] = floor, shown
        try:
            yield shown
        finally:
            del self._awaited[name]

    def _look_at(self, alarm: dict[str, Any] | None) -> None:
        if alarm is None or alarm["device"] is None:
            return
        pressed_at, shown = self._awaited.get(alarm["device"]["id"], (None, None))
        rung = datetime.fromisoformat(alarm["repeatedAt"] or alarm["raisedAt"])
        if pressed_at and shown and not shown.done() and rung >= pressed_at:
            shown.set_result(now())


async def _cursor(connection: Connection) -> tuple[None, str]:
    return None, (await connection.execute(_BEGIN))["alarms"]["streamCursor"]

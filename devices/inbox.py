"""What has arrived and waits for the database: in order, and bounded."""

import asyncio
from collections import deque

from devices.uplink import Arrival


class Inbox:
    """Messages in the order of arrival.

    Parameters:
        room: with this many messages waiting, nothing more is read from the broker until half
            of them are gone.
    """

    def __init__(self, room: int) -> None:
        self._messages: deque[Arrival] = deque()
        self._room = room
        self._changed = asyncio.Event()
        self._open = True
        self.has_room = asyncio.Event()
        self.has_room.set()

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, arrival: Arrival) -> None:
        """Add a message; one that has been read is taken even where there is no room."""
        self._messages.append(arrival)
        self._changed.set()
        if len(self._messages) >= self._room:
            self.has_room.clear()

    async def wait(self) -> bool:
        """Wait for a message. Returns: False once the inbox is closed and empty."""
        while not self._messages and self._open:
            self._changed.clear()
            await self._changed.wait()
        return bool(self._messages)

    def take(self, most: int) -> list[Arrival]:
        """Take what there is, ``most`` messages at most."""
        taken = [self._messages.popleft() for _ in range(min(most, len(self._messages)))]
        if self._open and len(self._messages) <= self._room // 2:
            self.has_room.set()
        return taken

    def close(self) -> None:
        """Have nothing more read; what waits can still be taken."""
        self._open = False
        self.has_room.clear()
        self._changed.set()

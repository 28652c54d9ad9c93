"""Wakes subscribers when something has been committed.

It carries no data: a subscriber that wakes reads the outbox from its own position. So a slow
subscriber costs no memory, a NOTIFY that is lost costs a few seconds at most, and there is
nothing to get out of order. A subscriber that has read everything costs nothing at all.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Generator, Hashable, Sequence
from contextlib import contextmanager, suppress
from typing import Any, cast

import asyncpg

from domain.accounts.revocations import TOPIC as ACCESS
from domain.alarms.service import TOPIC
from domain.database import AS_SERVICE
from domain.outage import DRIVER_ERRORS, is_outage
from domain.outbox import CHANNEL, HEAD

log = logging.getLogger("yiyang.feed")

LOOK_SECONDS = 5.0
"""How long a change stays unnoticed at most, should its NOTIFY get lost."""

_RETRY_SECONDS = 5.0
"""How long after a read that failed to try again, if nothing happens before."""

_CONNECT_SECONDS = 10.0
_RECONNECT_SECONDS = 1.0

SHARED_SECONDS = 1.0
"""How long others may use a read: nobody is shown for longer what they may no longer see."""


class SharedReads:
    """Reads that several subscribers want after the same news: run once, whoever asks first.

    There are new ones for each piece of news, so that none is older than what it is about.
    """

    def __init__(self) -> None:
        self._reads: dict[Hashable, asyncio.Task[list[Any]]] = {}

    async def rows(
        self, key: tuple[Any, ...], read: Callable[[], Coroutine[Any, Any, list[Any]]]
    ) -> list[Any]:
        """What a read gives.

        Parameters:
            key: whatever its result depends on.
        """
        known = _hashable(key)
        task = self._reads.get(known)
        if task is None:
            task = self._reads[known] = asyncio.create_task(read())
            asyncio.get_running_loop().call_later(SHARED_SECONDS, self._reads.pop, known, None)
        try:
            # Who goes away in the middle takes nothing from the others.
            return await asyncio.shield(task)
        except Exception:
            self._reads.pop(known, None)
            raise


def _hashable(value: Any) -> Hashable:
    if isinstance(value, tuple | list):
        return tuple(_hashable(one) for one in cast(Sequence[Any], value))
    return value


class Subscriber:
    """One reader of the outbox.

    Parameters:
        position: how far it has read; the reader keeps it up to date.
        topic: of the events that wake it at once.
    """

    def __init__(self, position: int, topic: str) -> None:
        self.position = position
        self.topic = topic
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something may have happened; a reader that is still reading will read once more."""
        self._wake.set()

    async def woken(self, at_most: float | None = None) -> None:
        """Sleep until woken.

        Parameters:
            at_most: seconds after which to go on nevertheless; None for never.
        """
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), at_most)
        self._wake.clear()

    async def waits_out(self, failure: Exception, request_id: str) -> None:
        """Sleep while the database is away: the position keeps, so nothing is missed.

        Parameters:
            failure: of a read, to be tried again afterwards.
        Raises: the failure, where it is another.
        """
        if not is_outage(failure):
            raise failure
        log.warning("request %s cannot read changes yet: %s", request_id, failure)
        await self.woken(at_most=_RETRY_SECONDS)


class Feed:
    """Listens on one connection for all subscribers of a process.

    Beside NOTIFY it looks at the outbox's head from time to time, on the same connection: so a
    connection that is dead without saying so is found out, too.

    Parameters:
        url: ``postgresql://…`` of the primary.
        topic: of the events that wake.
        look_seconds: how often to look at the outbox's head.

    Attributes:
        reads: those that followed the last news.
    """

    def __init__(self, url: str, *, topic: str = TOPIC, look_seconds: float = LOOK_SECONDS) -> None:
        self._url = url
        self._topic = topic
        self._look_seconds = look_seconds
        self._looked_at = float("-inf")
        self._subscribers: set[Subscriber] = set()
        self._told: dict[str, Callable[[], None]] = {}
        self.reads = SharedReads()
        self._task: asyncio.Task[None] | None = None

    def tell(self, topic: str, callback: Callable[[], None]) -> None:
        """Have a function called whenever there may be news of a topic.

        Parameters:
            callback: must not fail, nor wait.
        """
        self._told[topic] = callback

    async def start(self) -> None:
        """Begin to listen, in the background."""
        self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        """Stop listening."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    @contextmanager
    def subscribed(
        self, position: int, *, topic: str | None = None
    ) -> Generator[Subscriber, None, None]:
        """A subscriber that is woken whenever there may be something after its position.

        Parameters:
            topic: of the events that wake it at once; the feed's if None.
        """
        subscriber = Subscriber(position, topic or self._topic)
        self._subscribers.add(subscriber)
        try:
            yield subscriber
        finally:
            self._subscribers.discard(subscriber)

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except DRIVER_ERRORS as error:
                log.warning("Listening for events was interrupted, trying again: %s", error)
            self._wake_if_blind()
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen_once(self) -> None:
        connection: Any = await asyncpg.connect(
            self._url, timeout=_CONNECT_SECONDS, server_settings=AS_SERVICE
        )
        closed = asyncio.Event()

        def note_end(_: object) -> None:
            closed.set()

        connection.add_termination_listener(note_end)
        try:
            # First listen, then look: what commits before the look is seen by it, the rest heard.
            await connection.add_listener(CHANNEL, self._heard)
            while not closed.is_set():
                await self._look(connection)
                with suppress(TimeoutError):
                    await asyncio.wait_for(closed.wait(), self._look_seconds)
        finally:
            # An orderly goodbye could wait for ever on a server that is frozen.
            connection.terminate()

    async def _look(self, connection: Any) -> None:
        """Wake who has not read up to the outbox's head."""
        head: int = await connection.fetchval(HEAD, timeout=_CONNECT_SECONDS)
        self._looked_at = asyncio.get_running_loop().time()
        self.reads = SharedReads()
        for callback in self._told.values():
            callback()
        for subscriber in self._subscribers:
            # A head that lies before a position is news as well: the database was restored.
            if subscriber.position != head:
                subscriber.wake()

    def _wake_if_blind(self) -> None:
        """Nothing heard nor seen for a while: subscribers have connections of their own."""
        now = asyncio.get_running_loop().time()
        if now - self._looked_at >= self._look_seconds:
            self._looked_at = now
            self._wake_all()

    def _heard(self, _connection: object, _pid: int, _channel: str, topic: object) -> None:
        if callback := self._told.get(cast(str, topic)):
            callback()
        # A lunch ordered is no news to anybody here; the next look moves them past it.
        told = [one for one in self._subscribers if one.topic == topic]
        # Nor is anything read before that somebody may no longer see.
        if told or topic == ACCESS:
            self.reads = SharedReads()
        for subscriber in told:
            subscriber.wake()

    def _wake_all(self) -> None:
        self.reads = SharedReads()
        for subscriber in self._subscribers:
            subscriber.wake()

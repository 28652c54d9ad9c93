"""Wakes subscribers when something has been committed.

It carries no data: a subscriber that wakes reads the outbox from its own position. So a slow
subscriber costs no memory, a NOTIFY that is lost costs a few seconds at most, and there is
nothing to get out of order. A subscriber that has read everything costs nothing at all.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Generator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, cast

import asyncpg

from api.shared_reads import SharedReads
from domain.access import Actor
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


class Subscriber:
    """One reader of the outbox.

    Parameters:
        position: how far it has read; the reader keeps it up to date, and who sifts the news while
            the reader sleeps.
        topic: of the events that wake it at once.
        reads_for: with whose rights it reads now; None where that decides nothing.
    """

    def __init__(
        self, position: int, topic: str, reads_for: Callable[[], Actor] | None = None
    ) -> None:
        self.position = position
        self.topic = topic
        self.reads_for = reads_for
        self._asleep = False
        self._wake = asyncio.Event()

    @property
    def is_asleep(self) -> bool:
        """Whether it waits to be woken, and nobody has woken it yet."""
        return self._asleep and not self._wake.is_set()

    def wake(self) -> None:
        """Something may have happened; a reader that is still reading will read once more."""
        self._wake.set()

    async def woken(self, at_most: float | None = None) -> None:
        """Sleep until woken.

        Parameters:
            at_most: seconds after which to go on nevertheless; None for never.
        """
        self._asleep = True
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(at_most):
                    await self._wake.wait()
        finally:
            self._asleep = False
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


Sift = Callable[[Sequence[Subscriber]], Coroutine[Any, Any, None]]
"""Wakes those of some subscribers whom the news is for, and moves the others past it. Must not
fail."""


async def wake_all(subscribers: Sequence[Subscriber]) -> None:
    """The simplest sift: each looks for itself."""
    for subscriber in subscribers:
        subscriber.wake()


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
        self._sift: Sift = wake_all
        self._to_tell: set[Subscriber] = set()
        self._telling: asyncio.Task[None] | None = None
        self.reads = SharedReads()
        self._task: asyncio.Task[None] | None = None

    def tell(self, topic: str, callback: Callable[[], None]) -> None:
        """Have a function called whenever there may be news of a topic.

        Parameters:
            callback: must not fail, nor wait.
        """
        self._told[topic] = callback

    def sift(self, sift: Sift) -> None:
        """Have somebody decide which subscribers to the feed's topic are woken."""
        self._sift = sift

    async def start(self) -> None:
        """Begin to listen, in the background."""
        self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        """Stop listening."""
        for task in (self._task, self._telling):
            if task:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    @contextmanager
    def subscribed(
        self,
        position: int,
        *,
        topic: str | None = None,
        reads_for: Callable[[], Actor] | None = None,
    ) -> Generator[Subscriber, None, None]:
        """A subscriber that is woken whenever there may be something after its position.

        Parameters:
            topic: of the events that wake it at once; the feed's if None.
            reads_for: as for ``Subscriber``.
        """
        subscriber = Subscriber(position, topic or self._topic, reads_for)
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
                    async with asyncio.timeout(self._look_seconds):
                        await closed.wait()
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
            if subscriber.topic == self._topic and subscriber.position < head:
                self._to_tell.add(subscriber)
            # A head that lies before a position is news as well: the database was restored.
            elif subscriber.position != head:
                subscriber.wake()
        self._begin_to_tell()

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
        if topic == self._topic:
            self._to_tell.update(told)
            self._begin_to_tell()
        else:
            for subscriber in told:
                subscriber.wake()

    def _begin_to_tell(self) -> None:
        if self._to_tell and self._telling is None:
            self._telling = asyncio.create_task(self._tell_all())

    async def _tell_all(self) -> None:
        """Until there is nobody left; who is to be told meanwhile waits for the next turn."""
        try:
            while self._to_tell:
                told = [*self._to_tell]
                self._to_tell.clear()
                await self._sift(told)
        finally:
            self._telling = None

    def _wake_all(self) -> None:
        self.reads = SharedReads()
        for subscriber in self._subscribers:
            subscriber.wake()

"""Tells people of alarms, as part of ``yiyang work``: each channel at its own pace, so that a slow
one keeps nobody waiting but those whom it alone can reach."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from api.feed import Feed
from domain.alarms.log import TOPIC
from domain.crypto import Vault
from domain.database import Database
from domain.notifications.dispatching import Taken, ready, settle, take
from domain.notifications.models import NotificationChannel, NotificationReason
from domain.notifications.planning import Means, plan
from domain.notifications.sending import Messenger, Notice, Outcome, PushTemplate
from domain.outage import is_outage
from yiyang.messengers import Messengers

log = logging.getLogger("yiyang.telling")

AT_ONCE = 32
"""Messages that a worker has under way in each channel."""

PATIENCE_SECONDS = 10.0
"""For a channel's answer, token and all."""

LEASE = timedelta(seconds=15)
"""How long a worker may be silent over a message."""

_TICK_SECONDS = 0.5
"""How late a message may be that nothing tells of: the next channel's, or another worker's."""

_RETRY_SECONDS = 2.0
_NOBODY = "worker"


@dataclass(frozen=True)
class Teller:
    """Plans whom to tell, and tells them.

    Parameters:
        vault: opens phones and openids, when they are used and not before.
        messengers: what takes messages out; they are closed by whoever made them.
        templates: of push messages.
        lease: as ``LEASE``.
        patience_seconds: as ``PATIENCE_SECONDS``; shorter than the lease.
    """

    database: Database
    vault: Vault
    messengers: Mapping[NotificationChannel, Messenger]
    templates: Sequence[PushTemplate] = ()
    lease: timedelta = LEASE
    patience_seconds: float = PATIENCE_SECONDS
    _wakes: list[asyncio.Event] = field(default_factory=list[asyncio.Event])

    async def run(self) -> None:
        """Until cancelled; a database that goes away is waited for."""
        feed = Feed(self.database.url, topic=TOPIC)
        feed.tell(TOPIC, self._wake)
        await feed.start()
        try:
            async with asyncio.TaskGroup() as together:
                together.create_task(self._again_and_again(self._plan))
                for channel in self.messengers:
                    together.create_task(self._channel(channel))
        finally:
            await feed.stop()

    def _wake(self) -> None:
        for wake in self._wakes:
            wake.set()

    async def _again_and_again(self, work: Callable[[], Awaitable[bool]]) -> None:
        """Do something at each piece of news and at each tick; again at once while it says so."""
        wake = asyncio.Event()
        self._wakes.append(wake)
        me = asyncio.current_task()
        # A driver may have made another error of being cancelled.
        while me is not None and not me.cancelling():
            wake.clear()
            try:
                busy = await work()
            except Exception as failure:
                if not is_outage(failure):
                    log.exception("telling is interrupted")
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            if not busy:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_TICK_SECONDS):
                        await wake.wait()

    async def _plan(self) -> bool:
        means = Means(frozenset(self.messengers), self.templates)
        async with self.database.transaction(_NOBODY) as session:
            planned = await plan(session, self.vault, means)
        if planned:
            self._wake()
        return planned > 0

    async def _channel(self, channel: NotificationChannel) -> None:
        under_way: set[asyncio.Task[None]] = set()

        async def begin() -> bool:
            free = AT_ONCE - len(under_way)
            if free <= 0:
                await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                return True
            async with self.database.transaction(_NOBODY) as session:
                found = await take(session, channel, free, self.lease)
            for taken in found:
                task = asyncio.create_task(self._tell(channel, taken))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            return len(found) == free

        try:
            await self._again_and_again(begin)
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _tell(self, channel: NotificationChannel, taken: Taken) -> None:
        """One message: looked at, sent outside of any transaction, noted."""
        try:
            async with self.database.transaction(_NOBODY) as session:
                notice = await ready(session, self.vault, taken.id, self.templates)
            if notice is None:
                return
            sent = notice if isinstance(notice, Notice) else None
            outcome = notice if isinstance(notice, Outcome) else await self._send(channel, notice)
            if outcome.reason is NotificationReason.MESSAGE:
                log.error("%s refuses our message %s: %s", channel, taken.id, outcome.code)
            async with self.database.transaction(_NOBODY) as session:
                await settle(session, taken, outcome, sent)
        except Exception as failure:
            # Its lease keeps it from being tried again at once.
            if is_outage(failure):
                log.warning("notification %s is left for now: %s", taken.id, failure)
            else:
                log.exception("notification %s is left for now", taken.id)
        else:
            self._wake()

    async def _send(self, channel: NotificationChannel, notice: Notice) -> Outcome:
        try:
            async with asyncio.timeout(self.patience_seconds):
                return await self.messengers[channel].send(notice)
        except TimeoutError:
            return Outcome(NotificationReason.AWAY, "NO_ANSWER")


async def keep_telling(database: Database, vault: Vault, messengers: Messengers) -> None:
    """Until cancelled; a fault of ours is logged, and it goes on where the database says."""
    while True:
        try:
            await Teller(database, vault, messengers.by_channel, messengers.templates).run()
        except Exception:
            log.exception("telling is interrupted")
        await asyncio.sleep(_RETRY_SECONDS)

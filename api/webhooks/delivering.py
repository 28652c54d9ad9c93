"""Takes webhooks in turns: reads what each is to be told, and tells it.

A webhook is one worker's at a time, and one message of it is under way: a slow address holds up
itself alone. What is known is in the database (``domain.webhooks.delivery``); a worker that dies
leaves nothing behind but a lease that ends.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic, time
from uuid import UUID

from api.feed import LOOK_SECONDS, Feed
from api.webhooks.messages import MOST_BYTES, Away, Defect, Expired, Reader, Refused
from domain.alarms.log import TOPIC as ALARMS
from domain.calendar import now
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from domain.outage import is_outage
from domain.webhooks import delivery as deliveries
from domain.webhooks.delivery import Standing
from domain.webhooks.models import Webhook, WebhookDelivery, WebhookFault
from domain.webhooks.sending import Message, Outcome, Sender
from domain.webhooks.service import PREVIOUS_SECRET, SECRET, TOPIC
from domain.webhooks.signing import signatures

log = logging.getLogger("yiyang.webhooks")

AT_ONCE = 32
"""Webhooks that a worker has under way: as many connections, and bodies in memory."""

LEASE = timedelta(seconds=60)
"""How long a worker may be silent over a webhook: longer than an attempt lasts."""

_TURN_SECONDS = 20.0
"""How long a webhook with much to tell keeps others waiting, where all places are taken."""

_TICK_SECONDS = 1.0
"""How late a delivery that is due may be."""

_NOBODY = "worker"


@dataclass(frozen=True)
class Deliverer:
    """Tells webhooks on behalf of their owners.

    Parameters:
        vault: opens secrets, and what a permission allows to be read.
        sender: takes messages out.
    """

    database: Database
    vault: Vault
    sender: Sender

    async def run(self) -> None:
        """Until cancelled; a database that goes away is waited for."""
        feed, wake, turns = Feed(self.database.url, topic=ALARMS), asyncio.Event(), set[Turn]()
        for topic in (ALARMS, TOPIC):
            feed.tell(topic, wake.set)
        await feed.start()
        try:
            await self._go_on(feed, wake, turns)
        finally:
            for turn in turns:
                turn.cancel()
            await asyncio.gather(*turns, return_exceptions=True)
            await feed.stop()

    async def _go_on(self, feed: Feed, wake: asyncio.Event, turns: "set[Turn]") -> None:
        looked = float("-inf")
        while True:
            reading = wake.is_set() or monotonic() - looked >= LOOK_SECONDS
            wake.clear()
            looked = monotonic() if reading else looked
            for key in await self._taken(AT_ONCE - len(turns), reading=reading):
                turn = asyncio.create_task(self._take_turn(key, feed, wake))
                turns.add(turn)
                turn.add_done_callback(turns.discard)
            with suppress(TimeoutError):
                async with asyncio.timeout(_TICK_SECONDS):
                    await wake.wait()

    async def _taken(self, most: int, *, reading: bool) -> list[UUID]:
        if most <= 0:
            return []
        try:
            async with self.database.transaction(_NOBODY) as session:
                return await deliveries.take(session, most, LEASE, reading=reading)
        except Exception as failure:
            if not is_outage(failure):
                raise
            log.warning("no webhooks can be taken yet: %s", failure)
            return []

    async def _take_turn(self, webhook_id: UUID, feed: Feed, wake: asyncio.Event) -> None:
        """All that there is to do about a webhook, for some seconds; then it is let go."""
        try:
            if await self._told(webhook_id, feed):
                wake.set()
            async with self.database.transaction(_NOBODY) as session:
                await deliveries.release(session, webhook_id)
        except Refused as refused:
            log.warning("webhook %s is refused: %s", webhook_id, refused)
            async with self.database.transaction(_NOBODY) as session:
                await deliveries.refuse(session, webhook_id)
        except Exception as failure:
            # Its lease keeps it from being tried again at once, and again.
            expected = isinstance(failure, Away) or is_outage(failure)
            log.log(
                logging.WARNING if expected else logging.ERROR,
                "webhook %s is left for now: %s",
                webhook_id,
                failure,
                exc_info=None if expected else failure,
            )

    async def _told(self, webhook_id: UUID, feed: Feed) -> bool:
        """Whether there is more to do at once."""
        ends = monotonic() + _TURN_SECONDS
        standing = await self._standing(webhook_id)
        if standing is not None and not standing.full:
            await self._note(standing, feed)
            standing = await self._standing(webhook_id)
        while standing is not None and standing.due is not None:
            if not await self._attempt(standing, standing.due, feed):
                return False
            if monotonic() >= ends:
                return True
            standing = await self._standing(webhook_id)
        return False

    async def _standing(self, webhook_id: UUID) -> Standing | None:
        async with self.database.transaction(_NOBODY) as session:
            return await deliveries.standing(session, webhook_id, LEASE)

    async def _note(self, standing: Standing, feed: Feed) -> None:
        """Read what has happened, and have it delivered."""
        webhook = standing.webhook
        async with self.database.transaction(_NOBODY) as session:
            after = await deliveries.within_what_is_held(session, webhook)
        found, reached = await self._reader(standing, feed).changes(after)
        async with self.database.transaction(_NOBODY) as session:
            await deliveries.note(session, webhook, found, reached)

    async def _attempt(self, standing: Standing, due: WebhookDelivery, feed: Feed) -> bool:
        """Whether it makes sense to try the next one now."""
        try:
            body = await self._reader(standing, feed).body(due)
        except Expired:
            outcome = Outcome(fault=WebhookFault.EXPIRED)
        except Defect:
            log.error("webhook %s: %s cannot be made", due.webhook_id, due.id)
            outcome = Outcome(fault=WebhookFault.INTERNAL)
        else:
            outcome = None if body is None else await self._sent(standing.webhook, due, body)
        async with self.database.transaction(_NOBODY) as session:
            return await deliveries.settle(session, due, outcome)

    async def _sent(self, webhook: Webhook, due: WebhookDelivery, body: bytes) -> Outcome:
        if len(body) > MOST_BYTES:
            return Outcome(fault=WebhookFault.TOO_LARGE)
        name, moment = public_id("webhook_delivery", due.id), int(time())
        headers = {
            "webhook-id": name,
            "webhook-timestamp": str(moment),
            "webhook-signature": signatures(self._secrets(webhook), name, moment, body),
        }
        return await self.sender.send(Message(webhook.url, headers, body))

    def _secrets(self, webhook: Webhook) -> list[bytes]:
        """Those that sign now."""
        secrets = [self.vault.open_bytes(webhook.secret, SECRET)]
        until = webhook.previous_until
        if webhook.previous_secret is not None and until is not None and now() < until:
            secrets.append(self.vault.open_bytes(webhook.previous_secret, PREVIOUS_SECRET))
        return secrets

    def _reader(self, standing: Standing, feed: Feed) -> Reader:
        return Reader(self.database, self.vault, feed, standing.webhook, standing.actor)


Turn = asyncio.Task[None]

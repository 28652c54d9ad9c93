"""Those who are told of alarms, by a socket or by a webhook, and what they should be told."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import asyncpg
import websockets

from domain.access import Actor
from tests.access.world import Row, World
from tests.access.worlds.answers import Seen, in_force
from tests.access.worlds.comparing import Masked
from tests.access.worlds.documents import subscription
from tests.access.worlds.selections import Selection
from tests.clients import Socket
from tests.receiver import Receiver
from tests.waiting import until

REVOKED = 4401
"""What a socket is closed with whose token is void."""

Body = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """A change of an alarm, as it lies in the outbox."""

    position: int
    alarm_id: UUID
    change: str


@dataclass(frozen=True)
class Wish:
    """Which alarms somebody follows, and what of each.

    Parameters:
        states: only those in one of these; empty for all.
        region: only those of this subtree; None for all.
    """

    selection: Selection
    states: tuple[str, ...] = ()
    region: str | None = None

    def text(self, after: str | None = None) -> str:
        """The subscription.

        Parameters:
            after: the cursor to begin after.
        """
        wanted = [f"state: [{', '.join(self.states)}]"] if self.states else []
        wanted += [f'region: "{self.region}"'] if self.region else []
        return subscription(after, ", ".join(wanted), self.selection)

    def fulfilled(self, world: World, actor: Actor, event: Event) -> tuple[Body, Masked] | None:
        """What an actor is told of an event, and what is masked in it; None where nothing is."""
        alarm, seen = world.tables["alarm"][event.alarm_id], Seen(world, actor)
        if self.states and alarm["state"] not in self.states:
            return None
        if self.region and not alarm["region_code"].startswith(self.region):
            return None
        shown = seen.event("alarmChanged", "alarm", alarm, self.selection)
        if shown is None:
            return None
        return {"alarmChanged": {"change": event.change, "alarm": shown}}, seen.masked


@dataclass
class Subscribed:
    """By a subscription on a socket of one's own.

    Parameters:
        caught_up: waits until the server has told its subscribers of all up to a position.
    """

    socket: Socket
    caught_up: Callable[[int], Awaitable[None]]

    async def heard(self, position: int, *, over: bool) -> list[Body]:
        """Whatever was sent before a ping was answered; of whom all is over gets no answer, but is
        closed."""
        await self.caught_up(position)
        frames: list[Body] = []
        with suppress(websockets.ConnectionClosed):
            if not over:
                await self.socket.send({"type": "ping"})
            while (frame := await self.socket.receive())["type"] != "pong":
                frames.append(frame)
        code = self.socket.connection.close_code
        assert code == (REVOKED if over else None), self.socket.connection.protocol.close_exc
        assert {frame["type"] for frame in frames} <= {"next"}, frames
        return [frame["payload"] for frame in frames]


@dataclass
class Called:
    """By a webhook, at a server of one's own.

    Parameters:
        key: the webhook's.
    """

    receiver: Receiver
    secret: str
    key: UUID
    sql: asyncpg.Connection
    read: int = field(default=0, init=False)

    async def heard(self, position: int, *, over: bool) -> list[Body]:
        """Whatever has arrived, signed, once nothing is on its way."""
        await until(lambda: self._is_settled(position))
        assert await self._is_active() is not over
        places = range(self.read, len(self.receiver.got))
        self.read = len(self.receiver.got)
        messages = [self.receiver.verified(self.secret, place) for place in places]
        assert {message["type"] for message in messages} <= {"alarm.changed"}
        return messages

    async def _is_settled(self, position: int) -> bool:
        return await self.sql.fetchval(
            "SELECT taken_until IS NULL AND (state <> 'ACTIVE' OR position >= $2 AND NOT EXISTS"
            " (SELECT FROM webhook_delivery WHERE webhook_id = $1 AND state = 'PENDING'))"
            " FROM webhook WHERE id = $1",
            self.key,
            position,
        )

    async def _is_active(self) -> bool:
        return await self.sql.fetchval(
            "SELECT state = 'ACTIVE' FROM webhook WHERE id = $1", self.key
        )


@dataclass(frozen=True)
class Follower:
    """Somebody who follows alarms, and how they are told.

    Parameters:
        client: the vendor's OAuth client as it was when they began; None for a person.
    """

    actor: Actor
    wish: Wish
    line: Subscribed | Called
    client: Row | None = None

    def is_over(self, world: World) -> bool:
        """Whether their role has ended, or their client's tokens are void."""
        if not in_force(world.tables["account"][self.actor.id]):
            return True
        if self.client is None:
            return False
        client = world.tables["oauth_client"][self.client["id"]]
        renewed = isinstance(self.line, Subscribed) and client["epoch"] != self.client["epoch"]
        return renewed or client["disabled_at"] is not None

    def wanted(self, world: World, event: Event) -> list[tuple[Body, Masked]]:
        """What they should be told of an event."""
        if self.is_over(world):
            return []
        told = self.wish.fulfilled(world, self._actor_now(world), event)
        return [] if told is None else [told]

    def _actor_now(self, world: World) -> Actor:
        """A client has the scopes that it asked for and may still have."""
        if self.client is None or self.actor.scopes is None:
            return self.actor
        given = world.tables["oauth_client"][self.client["id"]]["scopes"]
        return replace(self.actor, scopes=self.actor.scopes.intersection(given))

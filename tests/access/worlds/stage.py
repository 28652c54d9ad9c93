"""A world with its server, and a worker that tells webhooks."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from api.app import create_app
from api.auth.tokens import TokenKey
from api.feed import Feed
from api.relay import encode_cursor
from api.settings import ApiSettings
from domain.access import Actor
from domain.alarms.service import TOPIC
from domain.outbox import HEAD
from tests.access.worlds.following import Called, Event, Follower, Subscribed, Wish
from tests.access.worlds.ground import Ground
from tests.clients import Api
from tests.conftest import Template
from tests.receiver import receiving
from tests.serving import serving
from tests.waiting import until
from tests.webhooks import asked, delivering, key

_BUDGET = 10**9
"""Points: how much may be asked for is no question here."""


@dataclass(frozen=True)
class Stage:
    """Where followers are told.

    Parameters:
        feed: the server's.
        open: holds whatever is open.
    """

    ground: Ground
    api: Api
    feed: Feed
    open: AsyncExitStack

    async def subscribed(self, actor: Actor, wish: Wish) -> Follower:
        """Who follows from now on by a socket."""
        socket = await self.open.enter_async_context(self.api.socket(actor))
        followers = len(self.feed._subscribers)
        await socket.subscribe(wish.text(encode_cursor([await self.head()])))
        await until(lambda: len(self.feed._subscribers) > followers)
        return Follower(actor, wish, Subscribed(socket, self._caught_up))

    async def called(self, actor: Actor, wish: Wish) -> Follower | None:
        """A vendor who follows from now on by a webhook; None where that is refused."""
        receiver = await self.open.enter_async_context(receiving())
        made = await asked(self.api, actor, "Create", url=receiver.url, query=wish.text())
        if made["userErrors"]:
            return None
        webhook = made["webhook"]
        line = Called(receiver, webhook["secret"], key(webhook), self.ground.sql)
        return Follower(actor, wish, line)

    async def head(self) -> int:
        """Where the outbox ends."""
        return await self.ground.sql.fetchval(HEAD)

    async def events(self, after: int) -> list[Event]:
        """What has befallen alarms after a position."""
        rows = await self.ground.sql.fetch(
            "SELECT position, subject_id, change FROM outbox_event"
            " WHERE topic = $1 AND position > $2 ORDER BY position",
            TOPIC,
            after,
        )
        return [Event(*row) for row in rows]

    async def _caught_up(self, position: int) -> None:
        await until(lambda: all(one.position >= position for one in self.feed._subscribers))


@asynccontextmanager
async def staged(
    ground: Ground, template: Template, token_key: TokenKey
) -> AsyncGenerator[Stage, None]:
    """A server of the world's own."""
    settings = ApiSettings(
        ground.url, token_key, ground.vault, budget=_BUDGET, webhooks_anywhere=True
    )
    app = create_app(settings)
    async with (
        serving(app) as port,
        delivering(ground.database, ground.vault),
        AsyncExitStack() as stack,
    ):
        api = Api(port, token_key, template.district)
        stack.push_async_callback(api.close)
        yield Stage(ground, api, app._sockets.gate.feed, stack)

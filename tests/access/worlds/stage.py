"""A world with its server, and a worker that tells webhooks."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from api.app import Application, create_app
from api.auth.tokens import Grant, TokenKey
from api.feed import Feed
from api.relay import encode_cursor
from api.settings import ApiSettings
from domain.access import Actor
from domain.alarms.log import TOPIC
from domain.outbox import HEAD
from tests.access.world import Row
from tests.access.worlds.following import Called, Event, Follower, Subscribed, Wish
from tests.access.worlds.ground import Ground, Grounds, Tally, named, numbers
from tests.access.worlds.people import NAME
from tests.clients import Api, graphql_socket
from tests.conftest import Template
from tests.receiver import receiving
from tests.serving import serving
from tests.waiting import until
from tests.webhooks import delivering, key

_BUDGET = 10**9
"""Points: how much may be asked for is no question here."""

_CREATE = """mutation ($url: String!, $query: String!) {
  webhookCreate(input: {url: $url, query: $query}) { webhook { id secret }
    userErrors { code field } } }"""


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
        client = await self._client(actor)
        socket = await self.open.enter_async_context(
            graphql_socket(self.api.ws_url, self._token(actor, client))
        )
        followers = len(self.feed._subscribers)
        await socket.subscribe(wish.text(encode_cursor([await self.head()])))
        await until(lambda: len(self.feed._subscribers) > followers)
        return Follower(actor, wish, Subscribed(socket, self._caught_up), client)

    async def called(self, actor: Actor, wish: Wish) -> Follower | None:
        """A vendor who follows from now on by a webhook; None where that is refused."""
        client = await self._client(actor)
        receiver = await self.open.enter_async_context(receiving())
        response = await self.api.http.post(
            self.api.url,
            json={"query": _CREATE, "variables": {"url": receiver.url, "query": wish.text()}},
            headers={"Authorization": f"Bearer {self._token(actor, client)}"},
        )
        made = response.json()["data"]["webhookCreate"]
        if made["userErrors"]:
            assert made["userErrors"] == [{"code": "INVALID_INPUT", "field": "query"}]
            return None
        webhook = made["webhook"]
        line = Called(receiver, webhook["secret"], key(webhook), self.ground.sql)
        return Follower(actor, wish, line, client)

    async def _client(self, actor: Actor) -> Row | None:
        """An OAuth client of a vendor's, with the scopes that bound the actor."""
        if actor.scopes is None:
            return None
        made = await self.ground.sql.fetchrow(
            "INSERT INTO oauth_client (account_id, name, secret_hash, scopes)"
            " VALUES ($1, $2, sha256(''), $3) RETURNING id, epoch",
            actor.id,
            NAME,
            sorted(actor.scopes),
        )
        assert made
        return dict(made.items())

    def _token(self, actor: Actor, client: Row | None) -> str:
        if client is None:
            return self.api.token(actor)
        lasting = datetime.now(UTC) + timedelta(hours=1)
        scopes = frozenset[str](actor.scopes or ())
        return self.api.key.sign(
            Grant(actor, lasting, None, scopes, session=client["epoch"], client=client["id"])
        )

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
    app = cast(Application, create_app(settings))
    async with (
        serving(app) as port,
        delivering(ground.database, ground.vault),
        AsyncExitStack() as stack,
    ):
        api = Api(port, token_key, template.district)
        stack.push_async_callback(api.close)
        yield Stage(ground, api, app._sockets.gate.feed, stack)


@dataclass(frozen=True)
class Stages:
    """A stage in each of some worlds."""

    grounds: Grounds
    template: Template
    token_key: TokenKey

    async def each(
        self, fixed: Sequence[int], attempt: Callable[[Stage, Tally], Awaitable[None]]
    ) -> Tally:
        """Try something on each stage, one after the other. Returns: what came of it.

        Parameters:
            fixed: the numbers of the worlds that are tried where nobody asks for others.
        """
        tally = Tally()
        for number in numbers(fixed):
            with named(number):
                async with (
                    self.grounds(number) as ground,
                    staged(ground, self.template, self.token_key) as stage,
                ):
                    await attempt(stage, tally)
        print(f"\n{tally.counts}")
        return tally

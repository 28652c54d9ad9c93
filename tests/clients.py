"""Clients as users have them: HTTP by httpx, graphql-transport-ws by websockets."""

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
import websockets

from api.auth.tokens import Grant, TokenKey
from domain.access import Actor, Role
from domain.notifications.sending import PushTemplate
from yiyang.district.cast import District

TIMEOUT_SECONDS = 30
BEGINNING = "WzBd"
"""The cursor before all changes: whoever subscribes after it need not know when he has begun."""
PUBLIC_URL = "https://api.example"
"""What the API calls itself, wherever it listens."""
PUSH_TEMPLATE = PushTemplate("wx0123456789abcdef", "tmpl-alarm")
PUSH_TEMPLATES = (PUSH_TEMPLATE, PushTemplate(PUSH_TEMPLATE.app_id, "tmpl-device", "model-1"))
"""By which the API lets its mini-program send messages; the second is of devices."""
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Every address here begins with http: to read a machine's authorities takes 50 ms a client."""


@dataclass
class Api:
    """A running server and whom to be.

    Parameters:
        port: on 127.0.0.1.
    """

    port: int
    key: TokenKey
    district: District
    # A hundred at once on a busy machine take their time; that is no failure.
    http: httpx.AsyncClient = field(
        default_factory=lambda: httpx.AsyncClient(timeout=60, verify=NO_AUTHORITIES)
    )

    @property
    def url(self) -> str:
        """The GraphQL endpoint."""
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def ws_url(self) -> str:
        """The same for WebSockets."""
        return f"ws://127.0.0.1:{self.port}/graphql"

    def actor(self, role: Role) -> Actor:
        """The district's player of a role."""
        player = self.district.players[role]
        return Actor(player.account_id, role, player.region_code)

    def token(
        self,
        who: Role | Actor,
        lifetime: timedelta = timedelta(hours=1),
        scopes: frozenset[str] = frozenset(),
    ) -> str:
        """A token for a player, or for any actor; for one with scopes an OAuth client's."""
        actor = who if isinstance(who, Actor) else self.actor(who)
        client = None if actor.scopes is None else uuid4()
        grant = Grant(
            actor,
            datetime.now(UTC) + lifetime,
            scopes=scopes | (actor.scopes or frozenset()),
            client=client,
        )
        return self.key.sign(grant)

    async def post(
        self, who: Role | Actor, query: str, variables: Any = None, **headers: str
    ) -> dict[str, Any]:
        """The whole response of one operation."""
        response = await self.http.post(
            self.url,
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {self.token(who)}", **headers},
        )
        return response.json()

    async def data(self, who: Role | Actor, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an operation that must have no errors."""
        response = await self.post(who, query, variables)
        assert "errors" not in response, response
        return response["data"]

    @asynccontextmanager
    async def socket(self, who: Role | Actor, **payload: Any) -> AsyncGenerator["Socket", None]:
        """A graphql-transport-ws connection after its acknowledgement."""
        async with graphql_socket(self.ws_url, self.token(who), **payload) as socket:
            yield socket

    async def close(self) -> None:
        """Let go of the HTTP client."""
        await self.http.aclose()


@asynccontextmanager
async def graphql_socket(url: str, token: str, **payload: Any) -> AsyncGenerator["Socket", None]:
    """A graphql-transport-ws connection to any server, after its acknowledgement."""
    protocols = [websockets.Subprotocol("graphql-transport-ws")]
    async with websockets.connect(url, subprotocols=protocols) as connection:
        socket = Socket(connection)
        await socket.send({"type": "connection_init", "payload": {"token": token, **payload}})
        assert (await socket.receive())["type"] == "connection_ack"
        yield socket


class Socket:
    """One connection; one reader at a time."""

    def __init__(self, connection: websockets.ClientConnection) -> None:
        self.connection = connection
        self._ids = count(1)

    async def send(self, message: Any) -> None:
        """One frame."""
        await self.connection.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        """The next frame that is no ping; these are answered."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while (frame := json.loads(await self.connection.recv()))["type"] == "ping":
                await self.send({"type": "pong"})
        return frame

    async def subscribe(self, query: str, **variables: Any) -> str:
        """Start an operation; its id."""
        name = str(next(self._ids))
        payload = {"query": query, "variables": variables}
        await self.send({"id": name, "type": "subscribe", "payload": payload})
        return name

    async def next(self) -> dict[str, Any]:
        """The payload of the next ``next`` frame."""
        frame = await self.receive()
        assert frame["type"] == "next", frame
        return frame["payload"]

    async def silent(self, seconds: float) -> bool:
        """Whether nothing arrives for some time."""
        try:
            async with asyncio.timeout(seconds):
                await self.connection.recv()
        except TimeoutError:
            return True
        return False

"""The Starlette application."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import literal, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from api.alarms.audience import Audience
from api.auth.attempts import Attempts
from api.auth.issuing import Issuer
from api.auth.oauth.addresses import Endpoints
from api.auth.oauth.doors import Doors
from api.auth.oauth.exchange import Server
from api.auth.revocations import Revocations
from api.auth.sessions import Sessions
from api.auth.wechat import WechatLogin
from api.buckets import Buckets
from api.calendars.feed import Calendars
from api.calendars.types import CALENDARS
from api.connections import Connections
from api.exports.download import Downloads
from api.exports.types import FILES
from api.feed import Feed
from api.handshakes import GraphQLOverWebSocket
from api.http import GraphQLOverHttp, timed
from api.imports.upload import Uploads
from api.origins import shared_with
from api.pages import Pages
from api.plan import metrics
from api.requests import Gate
from api.rights.download import Copies
from api.rights.types import COPIES
from api.settings import ApiSettings
from api.sse import GraphQLOverSse
from api.trusted import Documents
from domain.accounts.revocations import TOPIC as ACCESS
from domain.database import Database

PATH = "/graphql"


class Application(Starlette):
    """Starlette, but an operation over HTTP goes straight to its endpoint.

    Middleware and routing take as long as a third of the rest of a small answer, and a socket would
    hold their memory for as long as it lives. All other answers tell our time too.
    """

    def __init__(
        self,
        graphql: GraphQLOverHttp,
        sockets: GraphQLOverWebSocket,
        origins: tuple[str, ...],
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._graphql = shared_with(origins, graphql)
        self._sockets = sockets
        self._others = shared_with(origins, super().__call__)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Anything that a server has for us."""
        if scope["type"] == "lifespan":
            await super().__call__(scope, receive, send)
        elif scope["path"] == PATH:
            endpoint = self._graphql if scope["type"] == "http" else self._sockets
            await endpoint(scope, receive, send)
        else:
            await self._others(scope, receive, timed(send))


@dataclass(frozen=True)
class Parts:
    """What the application's doors share for as long as it runs."""

    settings: ApiSettings
    database: Database
    feed: Feed
    buckets: Buckets
    documents: Documents
    revocations: Revocations
    connections: Connections

    @classmethod
    def of(cls, settings: ApiSettings) -> Self:
        """Parts that know of each other, none of them at work yet."""
        database = Database(settings.database_url, read_url=settings.database_read_url)
        feed = Feed(settings.database_url)
        revocations = Revocations(database)
        connections = Connections(settings.origins)
        feed.tell(ACCESS, revocations.heard)
        feed.sift(Audience(database).wake)
        revocations.told = lambda: connections.end_void(revocations.void)
        documents = Documents(settings.trusted_documents, automatic=settings.persisted_queries)
        buckets = Buckets(database, settings.budget)
        return cls(settings, database, feed, buckets, documents, revocations, connections)

    @asynccontextmanager
    async def at_work(self) -> AsyncGenerator[None, None]:
        """Connections open and close."""
        self.revocations.heard()
        await self.feed.start()
        await self.buckets.start()
        try:
            with self.documents.reloaded_on_hangup():
                yield
        finally:
            await self.buckets.stop()
            await self.feed.stop()
            if self.settings.wechat:
                await self.settings.wechat.close()
            await self.database.close()

    def gate(self) -> Gate:
        """Where every request comes in."""
        return Gate(
            self.database,
            self.feed,
            self.settings.token_key,
            self.settings.vault,
            self.settings.planned,
            self.documents,
            self.buckets,
            self.revocations,
            self.settings.webhooks_anywhere,
            self.settings.push_templates,
            self.settings.wechat,
        )


def create_app(
    settings: ApiSettings, at_start: Callable[[Connections], None] | None = None
) -> Starlette:
    """An application of its own: connections open and close with its lifespan.

    Parameters:
        at_start: called on the event loop before the first request, with what is to be drained
            before the server closes sockets.
    """
    parts = Parts.of(settings)
    gate = parts.gate()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None, None]:
        async with parts.at_work():
            if at_start:
                at_start(parts.connections)
            yield

    sse = GraphQLOverSse(gate, parts.connections)
    over_http = GraphQLOverHttp(gate, sse, settings.edition)
    over_websocket = GraphQLOverWebSocket(gate, parts.connections)
    routes = [Route(PATH, over_http), *_routes(parts, gate)]
    return Application(
        over_http, over_websocket, settings.origins, routes=routes, lifespan=lifespan
    )


def _routes(parts: Parts, gate: Gate) -> list[Route | Mount]:
    """All other doors."""
    settings, database = parts.settings, parts.database
    attempts = Attempts(database, settings.vault)
    issuer = Issuer(settings.token_key, settings.lifetimes)
    server = Server(Endpoints(settings.public_url), settings.token_key, parts.revocations)
    return [
        *_watch_routes(database),
        *Doors(server, database, attempts).routes(),
        *Sessions(gate, issuer, attempts).routes(),
        Route(f"{FILES}/{{id}}", Downloads(gate, parts.connections).answer),
        Route(f"{COPIES}/{{id}}", Copies(gate, parts.connections).answer),
        *Uploads(gate, parts.connections).routes(),
        Route(f"{CALENDARS}/{{token}}.ics", Calendars(database).answer),
        *_wechat_routes(settings, database, issuer, attempts),
        *_staff_routes(settings, database),
        *(Mount(path, Pages(folder)) for path, folder in settings.pages.items()),
    ]


def _watch_routes(database: Database) -> list[Route]:
    """What operators ask."""

    async def health(_: Request) -> Response:
        try:
            await database.fetch(select(literal(1)))
        except (SQLAlchemyError, OSError):
            return JSONResponse({"status": "no database"}, 503)
        return JSONResponse({"status": "ok"})

    async def counters(_: Request) -> Response:
        return PlainTextResponse(metrics.exposition())

    return [Route("/health", health), Route("/metrics", counters)]


def _wechat_routes(
    settings: ApiSettings, database: Database, issuer: Issuer, attempts: Attempts
) -> list[Route]:
    """The doors of mini-programs, where there are any."""
    if settings.wechat is None:
        return []
    return WechatLogin(database, settings.vault, settings.wechat, issuer, attempts).routes()


def _staff_routes(settings: ApiSettings, database: Database) -> list[Route]:
    """The doors of staff, where there is an identity provider."""
    if settings.staff_login is None:
        return []
    # Authlib and an HTTP client take a third of a second to import; the demo has no use for them.
    from api.auth.staff.routes import routes

    return routes(settings, database)

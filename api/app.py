"""The Starlette application."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import literal, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from api.auth.attempts import Attempts
from api.auth.issuing import Issuer
from api.auth.oauth.addresses import Endpoints
from api.auth.oauth.doors import Doors
from api.auth.oauth.exchange import Server
from api.auth.revocations import Revocations
from api.auth.sessions import Sessions
from api.auth.wechat import WechatLogin
from api.buckets import Buckets
from api.connections import Connections
from api.exports.download import Downloads
from api.exports.types import FILES
from api.feed import Feed
from api.handshakes import GraphQLOverWebSocket
from api.http import GraphQLOverHttp, timed
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


def create_app(
    settings: ApiSettings, at_start: Callable[[Connections], None] | None = None
) -> Starlette:
    """An application of its own: connections open and close with its lifespan.

    Parameters:
        at_start: called on the event loop before the first request, with what is to be drained
            before the server closes sockets.
    """
    database = Database(settings.database_url, read_url=settings.database_read_url)
    feed = Feed(settings.database_url)
    buckets = Buckets(database, settings.budget)
    documents = Documents(settings.trusted_documents, automatic=settings.persisted_queries)
    revocations = Revocations(database)
    feed.tell(ACCESS, revocations.heard)
    attempts = Attempts(database, settings.vault)
    issuer = Issuer(settings.token_key, settings.lifetimes)
    gate = Gate(
        database,
        feed,
        settings.token_key,
        settings.vault,
        settings.planned,
        documents,
        buckets,
        revocations,
        settings.webhooks_anywhere,
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None, None]:
        revocations.heard()
        await feed.start()
        await buckets.start()
        if at_start:
            at_start(connections)
        try:
            with documents.reloaded_on_hangup():
                yield
        finally:
            await buckets.stop()
            await feed.stop()
            if settings.wechat:
                await settings.wechat.close()
            await database.close()

    connections = Connections(settings.origins)
    server = Server(Endpoints(settings.public_url), settings.token_key, revocations)
    oauth = Doors(server, database, attempts)
    revocations.told = lambda: connections.end_void(revocations.void)
    over_http = GraphQLOverHttp(gate, GraphQLOverSse(gate, connections), settings.edition)
    over_websocket = GraphQLOverWebSocket(gate, connections)

    pages = [Mount(path, Pages(folder)) for path, folder in settings.pages.items()]
    routes = [
        Route(PATH, over_http),
        *_watch_routes(database),
        *oauth.routes(),
        *Sessions(gate, issuer, attempts).routes(),
        Route(f"{FILES}/{{id}}", Downloads(gate, connections).answer),
        Route(f"{COPIES}/{{id}}", Copies(gate, connections).answer),
        *_wechat_routes(settings, database, issuer, attempts),
        *_staff_routes(settings, database),
        *pages,
    ]
    return Application(
        over_http, over_websocket, settings.origins, routes=routes, lifespan=lifespan
    )


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

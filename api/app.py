"""The Starlette application."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import literal, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from api.feed import Feed
from api.http import GraphQLOverHttp, timed
from api.pages import Pages
from api.plan import metrics
from api.requests import Gate
from api.settings import ApiSettings
from api.trusted import Documents
from api.websocket import graphql_over_websocket
from domain.database import Database

PATH = "/graphql"


class Application(Starlette):
    """Starlette, but an operation over HTTP goes straight to its endpoint.

    Middleware and routing take as long as a third of the rest of a small answer. All other answers
    tell our time too.
    """

    def __init__(self, graphql: GraphQLOverHttp, **options: Any) -> None:
        super().__init__(**options)
        self._graphql = graphql

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Anything that a server has for us."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
        elif scope["path"] == PATH:
            await self._graphql(scope, receive, send)
        else:
            await super().__call__(scope, receive, timed(send))


def create_app(settings: ApiSettings) -> Starlette:
    """An application of its own: connections open and close with its lifespan."""
    database = Database(settings.database_url, read_url=settings.database_read_url)
    feed = Feed(settings.database_url)
    documents = Documents(settings.trusted_documents, automatic=settings.persisted_queries)
    gate = Gate(database, feed, settings.token_key, settings.vault, settings.planned, documents)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None, None]:
        await feed.start()
        try:
            yield
        finally:
            await feed.stop()
            await database.close()

    over_http = GraphQLOverHttp(gate, settings.edition)

    async def over_websocket(websocket: WebSocket) -> None:
        await graphql_over_websocket(websocket, gate)

    async def health(_: Request) -> Response:
        try:
            await database.fetch(select(literal(1)))
        except (SQLAlchemyError, OSError):
            return JSONResponse({"status": "no database"}, 503)
        return JSONResponse({"status": "ok"})

    async def counters(_: Request) -> Response:
        return PlainTextResponse(metrics.exposition())

    pages = [Mount(path, Pages(folder)) for path, folder in settings.pages.items()]
    routes = [
        Route(PATH, over_http),
        WebSocketRoute(PATH, over_websocket),
        Route("/health", health),
        Route("/metrics", counters),
        *pages,
    ]
    return Application(over_http, routes=routes, lifespan=lifespan)

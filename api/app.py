"""The Starlette application."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy import literal, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket

from api.feed import Feed
from api.http import graphql_over_http
from api.pages import Pages
from api.requests import Gate
from api.settings import ApiSettings
from api.websocket import graphql_over_websocket
from domain.database import Database


def create_app(settings: ApiSettings) -> Starlette:
    """An application of its own: connections open and close with its lifespan."""
    database = Database(settings.database_url, read_url=settings.database_read_url)
    feed = Feed(settings.database_url)
    gate = Gate(database, feed, settings.token_key, settings.vault)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None, None]:
        await feed.start()
        try:
            yield
        finally:
            await feed.stop()
            await database.close()

    async def over_http(request: Request) -> Response:
        return await graphql_over_http(request, gate)

    async def over_websocket(websocket: WebSocket) -> None:
        await graphql_over_websocket(websocket, gate)

    async def health(_: Request) -> Response:
        try:
            await database.fetch(select(literal(1)))
        except (SQLAlchemyError, OSError):
            return JSONResponse({"status": "no database"}, 503)
        return JSONResponse({"status": "ok"})

    pages = [Mount(path, Pages(folder)) for path, folder in settings.pages.items()]
    routes = [
        Route("/graphql", over_http, methods=["POST"]),
        WebSocketRoute("/graphql", over_websocket),
        Route("/health", health),
        *pages,
    ]
    return Starlette(routes=routes, lifespan=lifespan)

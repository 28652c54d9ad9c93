"""The floor: one hand-written statement for each operation, whose JSON is built in PostgreSQL.

Nothing is parsed, validated or executed as GraphQL: the operation's name chooses the statement, and
the bytes that come from PostgreSQL are the answer. Rows are limited to the caller's at the root.

    uvicorn benchmarks.reads.floor:app
"""

import asyncio
import base64
import json
import os
from collections.abc import Awaitable, Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson
from asyncpg.prepared_stmt import PreparedStatement

from api.auth.tokens import TokenKey
from domain.access import Actor
from domain.ids import parse_public_id

_HERE = Path(__file__).parent
_CONNECTIONS = 10
_HEAD = {"type": "http.response.start", "status": 200}
_TYPE = (b"content-type", b"application/json; charset=utf-8")

Message = dict[str, Any]
Statements: TypeAlias = "dict[str, PreparedStatement[Any]]"


@lru_cache(maxsize=4096)
def _caller(token: str) -> Actor:
    """Whose token it is; its signature is looked at once."""
    return TokenKey(json.loads(os.environ["YIYANG_TOKEN_KEY"])).verify(token).actor


def _key(global_id: str) -> UUID:
    parsed = parse_public_id(global_id)
    assert parsed
    return parsed[1]


def _range(region: str | None) -> tuple[str, str]:
    assert region
    return region, region[:-1] + chr(ord(region[-1]) + 1)


def _after(cursor: str) -> UUID:
    (key,) = orjson.loads(base64.b64decode(cursor))
    return UUID(key)


Arguments = Callable[[Actor, dict[str, Any]], tuple[Any, ...]]
OPERATIONS: dict[str, tuple[str, Arguments]] = {
    "Home": ("home", lambda actor, given: (_key(given["id"]), actor.id)),
    "Dispatcher": (
        "dispatcher",
        lambda actor, given: (*_range(given["region"]), *_range(actor.region)),
    ),
    "Roster": ("roster", lambda actor, given: (*_range(given["region"]), *_range(actor.region))),
    "History": ("history", lambda actor, given: (_after(given["after"]), *_range(actor.region))),
    "Acknowledge": (
        "mutation",
        lambda actor, given: (_key(given["id"]), actor.id, *_range(actor.region)),
    ),
}
"""Operation -> its statement's file, and what the statement is given."""


class Floor:
    """Connections with their prepared statements; none is ever reset."""

    def __init__(self) -> None:
        self._free: asyncio.LifoQueue[Statements] = asyncio.LifoQueue()

    async def start(self) -> None:
        """Connect and prepare."""
        texts = {name: (_HERE / f"{name}.sql").read_text() for name, _ in OPERATIONS.values()}
        for _ in range(_CONNECTIONS):
            connection = await asyncpg.connect(
                os.environ["YIYANG_DATABASE_URL"], server_settings={"jit": "off"}
            )
            self._free.put_nowait(
                {name: await connection.prepare(text) for name, text in texts.items()}
            )

    async def answer(self, actor: Actor, asked: dict[str, Any]) -> bytes:
        """The answer as bytes."""
        name, arguments = OPERATIONS[asked["operationName"]]
        given = arguments(actor, asked["variables"])
        statements = await self._free.get()
        try:
            return await statements[name].fetchval(*given)
        finally:
            self._free.put_nowait(statements)


floor = Floor()


async def app(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """The ASGI application."""
    if scope["type"] == "lifespan":
        await receive()
        await floor.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    token = dict(scope["headers"])[b"authorization"][7:].decode()
    message = await receive()
    body = message["body"]
    while message.get("more_body"):
        message = await receive()
        body += message["body"]
    answer = await floor.answer(_caller(token), orjson.loads(body))
    length = (b"content-length", str(len(answer)).encode())
    await send({**_HEAD, "headers": [_TYPE, length]})
    await send({"type": "http.response.body", "body": answer})

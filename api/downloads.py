"""Files about people, sent to whoever asked for them: what their addresses share."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.auth.tokens import InvalidToken, bearer
from api.connections import MAX_A_CLIENT, Connections, TooMany
from api.refusals import TRY_LATER, Refusal, new_request_id
from api.requests import Gate, source_of
from api.texts import preferred
from domain.access import Actor
from domain.audit.service import Act, record_alone
from domain.ids import parse_public_id
from domain.pieces import Part

T = TypeVar("T")

PRIVATE = {
    # Lines about people: no cache keeps them, whoever runs it.
    "Cache-Control": "private, no-store",
    "Vary": "Authorization",
    "X-Content-Type-Options": "nosniff",
}


class Transfer(Response):
    """A file on its way: one more connection of its client's, for as long as it takes.

    Parameters:
        file: what is sent if the client may have one more.
    """

    def __init__(self, file: Response, client: UUID, connections: Connections) -> None:
        super().__init__(status_code=file.status_code)
        self._file, self._client, self._connections = file, client, connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            self._connections.hold(self._client)
        except TooMany:
            many = refused(Request(scope), TRY_LATER, "TOO_MANY_CONNECTIONS", most=MAX_A_CLIENT)
            await many(scope, receive, send)
            return
        try:
            await self._file(scope, receive, send)
        finally:
            self._connections.let_go(self._client)


class CutOff(Exception):
    """The file is no longer theirs to have who fetch it: the transfer ends before its length."""


async def sent(
    part_at: Callable[[int], Awaitable[Part | None]], start: int, stop: int
) -> AsyncGenerator[bytes, None]:
    """Bytes of a file, read piece by piece while they are sent: memory holds one piece, and no
    connection to the database waits for a slow client.

    Parameters:
        part_at: the piece that holds the byte at an offset; None where it is not to be had now.
    Raises: CutOff once there is no more of it to be had.
    """
    offset = start
    while offset < stop:
        part = await part_at(offset)
        if part is None:
            raise CutOff
        content = part.content[offset - part.starts_at : stop - part.starts_at]
        yield content
        offset += len(content)


def admitted(gate: Gate, request: Request) -> Actor:
    """Who asks, by the bearer token. Raises: InvalidToken."""
    return gate.admit(bearer(request.headers.get("authorization"))).actor


async def asked_for(
    gate: Gate, request: Request, prefix: str, owned: Callable[[Actor, UUID], Awaitable[T | None]]
) -> tuple[Actor, T] | Response:
    """Who asks, and the row whose file it is; or the refusal, where there is none to be had.

    Parameters:
        prefix: of the row's id in the path.
        owned: finds a row by its key, if it is the actor's.
    """
    try:
        actor = admitted(gate, request)
    except InvalidToken:
        return refused(request, 401, "UNAUTHENTICATED", {"WWW-Authenticate": "Bearer"})
    parsed = parse_public_id(request.path_params["id"])
    if parsed is not None and parsed[0] == prefix:
        found = await owned(actor, parsed[1])
        if found is not None:
            return actor, found
    return refused(request, 404, "NOT_FOUND")


async def noted(gate: Gate, request: Request, actor: Actor, act: Act) -> None:
    """Have it in the audit trail, before the first byte leaves. Raises: asyncpg's errors."""
    await record_alone(gate.database, actor, source_of(request), [act])


def refused(
    request: Request, status: int, code: str, headers: dict[str, str] | None = None, **facts: int
) -> Response:
    """Why somebody is not given a file, in their language."""
    language = preferred(request.headers.get("accept-language"))
    body = Refusal(code, status, **facts).body(language, new_request_id())
    return Response(
        orjson.dumps(body), status, {**PRIVATE, **(headers or {})}, media_type="application/json"
    )

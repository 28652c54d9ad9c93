"""A small graphql-transport-ws client: operations on a socket, and a stream that outlives sockets.

The stream is resumed by its cursor, so nothing is missed and nothing comes twice.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Generic, TypeAlias, TypeVar

import orjson
import websockets
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

T = TypeVar("T")

_PROTOCOL = websockets.Subprotocol("graphql-transport-ws")
_ANSWER_SECONDS = 10
_SIGN_OF_LIFE_SECONDS = 10
_FIRST_WAIT_SECONDS = 0.25
_LONGEST_WAIT_SECONDS = 15.0
_UNAUTHORIZED = (4401, 4403)
_CURSOR_IS_NO_USE = ("CURSOR_EXPIRED", "INVALID_INPUT")


class Lost(Exception):
    """There is no connection, or no longer; the text says why. Another attempt may succeed."""


class Refused(Exception):
    """The server does not accept the token, or not any more."""


class Failed(Exception):
    """The server answered an operation with errors; the text is the first one's message.

    Parameters:
        code: the first error's ``extensions.code``.
    """

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        first = errors[0] if errors else {}
        super().__init__(first.get("message", "an error without a message"))
        self.code = str(first.get("extensions", {}).get("code", ""))


@dataclass(frozen=True)
class Endpoint:
    """Where to connect, and as whom.

    Parameters:
        url: ``ws://…`` or ``wss://…`` of the GraphQL endpoint.
        token: an access token.
        language: of texts, as in Accept-Language.
    """

    url: str
    token: str
    language: str


class Connection:
    """An acknowledged socket. One operation at a time."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket
        self._ids = count(1)

    async def execute(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of a query or a mutation.

        Raises: Failed, Lost, Refused.
        """
        answers = [data async for data in self.stream(query, **variables)]
        if not answers:
            raise Lost("the server gave no answer")
        return answers[-1]

    async def stream(self, query: str, **variables: Any) -> AsyncGenerator[dict[str, Any], None]:
        """The data of each result of an operation.

        Raises: Failed, Lost, Refused.
        """
        name = str(next(self._ids))
        payload = {"query": query, "variables": variables}
        await self.send({"id": name, "type": "subscribe", "payload": payload})
        while True:
            frame = await self.receive()
            if frame.get("id") != name:
                continue
            if frame["type"] == "complete":
                return
            answer = frame["payload"]
            errors = answer if frame["type"] == "error" else answer.get("errors")
            if errors:
                raise Failed(errors)
            yield answer["data"]

    async def send(self, frame: dict[str, Any]) -> None:
        """One frame."""
        await self._socket.send(orjson.dumps(frame).decode())

    async def receive(self) -> dict[str, Any]:
        """The next frame that is no ping."""
        while True:
            frame = orjson.loads(await self._socket.recv())
            if frame["type"] != "ping":
                return frame
            await self.send({"type": "pong"})


@asynccontextmanager
async def connected(endpoint: Endpoint) -> AsyncGenerator[Connection, None]:
    """A connection that the server has acknowledged.

    Raises: Lost, Refused; also from within, where the connection ends.
    """
    try:
        async with websockets.connect(
            endpoint.url,
            subprotocols=[_PROTOCOL],
            open_timeout=_ANSWER_SECONDS,
            ping_interval=_SIGN_OF_LIFE_SECONDS,
            ping_timeout=_SIGN_OF_LIFE_SECONDS,
            close_timeout=1,
        ) as socket:
            connection = Connection(socket)
            payload = {"token": endpoint.token, "language": endpoint.language}
            await connection.send({"type": "connection_init", "payload": payload})
            async with asyncio.timeout(_ANSWER_SECONDS):
                await connection.receive()
            yield connection
    except ConnectionClosed as error:
        code = error.rcvd.code if error.rcvd else None
        if code in _UNAUTHORIZED:
            raise Refused from error
        raise Lost("the connection ended") from error
    except (InvalidURI, InvalidHandshake, OSError) as error:
        raise Lost(_reason(error)) from error


@dataclass(frozen=True)
class Snapshot(Generic[T]):
    """What there was when the stream began, or began anew because its cursor was forgotten."""

    data: T


@dataclass(frozen=True)
class Resumed:
    """The stream goes on where it broke."""


@dataclass(frozen=True)
class Change:
    """What the subscription's field gave."""

    data: dict[str, Any]


@dataclass(frozen=True)
class Broken:
    """The connection is gone.

    Parameters:
        reason: why.
        wait: seconds until the next attempt.
    """

    reason: str
    wait: float


Happening: TypeAlias = Snapshot[T] | Resumed | Change | Broken


async def follow(
    endpoint: Endpoint,
    snapshot: Callable[[Connection], Awaitable[tuple[T, str]]],
    changes: str,
) -> AsyncGenerator[Happening[T], None]:
    """A snapshot, then every change after it, for ever.

    Parameters:
        snapshot: reads what there is, and the stream's cursor as of just before.
        changes: a subscription with the variable ``$after`` and one root field, whose object has
            a ``cursor``.
    Raises: Refused; Lost and Failed before the first snapshot alone.
    """
    cursor: str | None = None
    began = False
    waits = _waits()
    while True:
        resuming = cursor is not None
        try:
            connection = _while_connected(endpoint, cursor, snapshot, changes)
            async with aclosing(connection) as happenings:
                async for reached, happening in happenings:
                    cursor, began = reached, True
                    if isinstance(happening, Change):
                        waits = _waits()
                    yield happening
        except (Lost, Failed) as error:
            if not began:
                raise
            if resuming and isinstance(error, Failed) and error.code in _CURSOR_IS_NO_USE:
                cursor = None
                continue
            wait = next(waits)
            yield Broken(str(error), wait)
            await asyncio.sleep(wait)


async def _while_connected(
    endpoint: Endpoint,
    cursor: str | None,
    snapshot: Callable[[Connection], Awaitable[tuple[T, str]]],
    changes: str,
) -> AsyncGenerator[tuple[str, Happening[T]], None]:
    """What happens on one connection, each with the cursor to resume from afterwards."""
    async with connected(endpoint) as connection:
        if cursor is None:
            data, cursor = await snapshot(connection)
            yield cursor, Snapshot(data)
        else:
            yield cursor, Resumed()
        async with aclosing(connection.stream(changes, after=cursor)) as results:
            async for result in results:
                (change,) = result.values()
                yield change["cursor"], Change(change)
    raise Lost("the server ended the stream")


def _waits() -> Generator[float, None, None]:
    """Seconds to wait before each further attempt: longer each time, and never all at once."""
    for attempt in count():
        full = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2.0**attempt)
        yield full * random.uniform(0.5, 1)


def _reason(error: Exception) -> str:
    match error:
        case InvalidStatus():
            return f"HTTP {error.response.status_code}"
        case TimeoutError():
            return "no answer in time"
        case ConnectionRefusedError():
            return "connection refused"
        case OSError():
            return error.strerror or str(error)
        case _:
            return str(error)

"""graphql-transport-ws: a token at the beginning and before it expires, a context for each
operation, and an answer or a close code for whatever a client sends."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import Any

import orjson
from starlette.types import Receive, Send

from api.auth.tokens import Grant, InvalidToken, bearer
from api.connections import Connections, TooMany
from api.context import Context
from api.errors import as_internal
from api.execution import errors_of, streamed
from api.frames import (
    FORBIDDEN,
    GOING_AWAY,
    ID_IN_USE,
    INIT_TIMEOUT,
    INVALID,
    PROTOCOL,
    TERMINATED,
    TOO_MANY,
    UNAUTHORIZED,
    End,
    closing,
    decoded,
    id_of,
    payload_of,
)
from api.refusals import TRY_LATER, Refusal, new_request_id
from api.requests import BadRequest, Gate, Request, TooLong
from api.standing import Standing
from api.texts import preferred
from api.turns import Turn

INIT_SECONDS = 5.0
PING_SECONDS = 15.0
"""How often a ping goes out, and how long its pong may take."""
MAX_OPERATIONS = 100
AT_WORK = 4
"""How many queries and mutations of one socket execute at a time, of a database pool's ten."""

_FAREWELL_SECONDS = 1.0
"""How long a close frame may take to get into a socket that nobody may be reading."""


class Operation:
    """One operation of a socket, from its subscription to its last message."""

    __slots__ = ("name", "task")

    def __init__(self, name: str) -> None:
        self.name = name
        self.task: asyncio.Task[None] | None = None

    def frame(self, kind: str, payload: Any) -> dict[str, Any]:
        """A message about it."""
        return {"id": self.name, "type": kind, "payload": payload}


class Socket:
    """One client's socket.

    Parameters:
        headers: of the handshake.
        address: of the client.
    """

    def __init__(
        self,
        headers: dict[bytes, str],
        address: str | None,
        receive: Receive,
        send: Send,
        gate: Gate,
        connections: Connections,
    ) -> None:
        self._address, self._receive, self._asgi_send = address, receive, send
        self._gate, self._connections = gate, connections
        self._authorization = headers.get(b"authorization")
        self._language = preferred(headers.get(b"accept-language"))
        self._standing: Standing | None = None
        self._turns = asyncio.Semaphore(AT_WORK)
        self._operations: dict[str, Operation] = {}
        self._reader: asyncio.Task[Any] | None = None
        self._goodbye: End | None = None
        self._leaving = False
        self._ping: asyncio.Task[None] | None = None
        self._pong_is_due = False
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(
            INIT_SECONDS, self._end, End(INIT_TIMEOUT, "Connection initialisation timeout")
        )
        self._beat = loop.call_later(PING_SECONDS, self._on_beat)

    async def serve(self) -> None:
        """Read until the end."""
        self._reader = asyncio.current_task()
        goodbye: End | None = None
        try:
            with self._connections.live(self):
                await self._asgi_send({"type": "websocket.accept", "subprotocol": PROTOCOL})
                await self._read()
        except End as end:
            goodbye = end
        except asyncio.CancelledError:
            if self._goodbye is None or self._reader is None:
                raise
            self._reader.uncancel()
            goodbye = self._goodbye
        finally:
            self._reader = None
            tasks = self._let_go()
        if goodbye:
            with suppress(OSError, RuntimeError, TimeoutError):
                async with asyncio.timeout(_FAREWELL_SECONDS):
                    await self._asgi_send(closing(goodbye))
        await asyncio.gather(*tasks, return_exceptions=True)

    async def leave(self) -> None:
        """Finish what is at work, and close: the server goes away."""
        self._leaving = True
        # Behind all who wait for their turn; subscriptions have left theirs.
        for _ in range(AT_WORK):
            await self._turns.acquire()
        reader = self._reader
        self._end(End(GOING_AWAY, "Going away"))
        if reader:
            await asyncio.wait([reader])

    def end_if(self, void: Callable[[Grant], bool]) -> None:
        """End at once where the token that it goes by is void."""
        if self._standing is not None and void(self._standing.grant):
            self._end(End(UNAUTHORIZED, "Token revoked"))

    async def _read(self) -> None:
        while (message := await self._receive())["type"] != "websocket.disconnect":
            await self._take(decoded(message.get("text")))

    async def _take(self, message: dict[str, Any]) -> None:
        """Do what a message asks for. Raises: End."""
        match message["type"]:
            case "connection_init":
                await self._initialise(payload_of(message))
            case "ping":
                await self._answer_ping(payload_of(message))
            case "pong":
                payload_of(message)
                self._pong_is_due = False
            case "subscribe":
                await self._subscribe(id_of(message), message.get("payload"))
            case "complete":
                operation = self._operations.pop(id_of(message), None)
                if operation and operation.task:
                    operation.task.cancel()
            case _:
                raise End(INVALID, "Unknown type")

    async def _initialise(self, payload: dict[str, Any]) -> None:
        if self._standing is not None:
            raise End(TOO_MANY, "Too many initialisation requests")
        language = payload.get("language")
        if isinstance(language, str):
            self._language = preferred(language)
        token = payload.get("token")
        if token is None:
            token = _bearer(payload.get("Authorization")) or bearer(self._authorization)
        standing = Standing(self._admitted(token))
        try:
            self._connections.hold(standing.client)
        except TooMany as error:
            raise End(TOO_MANY, "Too many sockets") from error
        self._standing = standing
        await self._send({"type": "connection_ack", "payload": self._expiry(standing)})

    async def _answer_ping(self, payload: dict[str, Any]) -> None:
        """A ping may carry a new token: what runs goes on as it says from the next event on."""
        if "token" not in payload:
            await self._send({"type": "pong"})
            return
        if self._standing is None:
            raise End(UNAUTHORIZED, "Unauthorized")
        try:
            self._standing.renew(self._admitted(payload["token"]))
        except InvalidToken as error:
            raise End(FORBIDDEN, "The token is of another subject") from error
        await self._send({"type": "pong", "payload": self._expiry(self._standing)})

    def _admitted(self, token: Any) -> Grant:
        try:
            return self._gate.admit(token if isinstance(token, str) else None)
        except InvalidToken as error:
            raise End(FORBIDDEN, "Forbidden") from error

    def _expiry(self, standing: Standing) -> dict[str, Any]:
        """Have the socket end with its token; when that is."""
        self._deadline.cancel()
        self._deadline = asyncio.get_running_loop().call_later(
            standing.seconds_left, self._end, End(UNAUTHORIZED, "Token expired")
        )
        return {"expiresAt": standing.grant.expires_at.isoformat()}

    async def _subscribe(self, name: str, payload: Any) -> None:
        operation = Operation(name)
        try:
            request = Request.of(payload)
        except TooLong as error:
            await self._refuse(operation, Refusal("BAD_REQUEST", 400, reason=str(error)))
            return
        except BadRequest as error:
            raise End(INVALID, str(error)) from error
        if self._standing is None:
            raise End(UNAUTHORIZED, "Unauthorized")
        if name in self._operations:
            raise End(ID_IN_USE, f"Subscriber for {name} already exists")
        if self._leaving:
            return  # the socket is about to be closed, and a client asks again elsewhere
        if len(self._operations) >= MAX_OPERATIONS:
            too_many = Refusal("TOO_MANY_OPERATIONS", TRY_LATER, most=MAX_OPERATIONS)
            await self._refuse(operation, too_many)
            return
        self._operations[name] = operation
        operation.task = asyncio.create_task(self._run(operation, request, self._standing))

    async def _refuse(self, operation: Operation, reason: Refusal) -> None:
        body = reason.body(self._language, new_request_id())
        await self._send(operation.frame("error", body["errors"]))

    async def _run(self, operation: Operation, request: Request, standing: Standing) -> None:
        """Run one operation when it is its turn, and send what it yields."""
        context = self._gate.context(standing.grant, self._language, self._address)
        context.standing = standing
        async with Turn(self._turns) as context.turn:
            try:
                last = await self._send_results(operation, request, context)
            except Exception as error:
                # A defect of ours; the client still learns that its operation has ended.
                last = operation.frame("error", errors_of([as_internal(error)], context))
            finally:
                # Before the last message, for which the client may wait to use the id again.
                if self._operations.get(operation.name) is operation:
                    del self._operations[operation.name]
            await self._send(last)

    async def _send_results(
        self, operation: Operation, request: Request, context: Context
    ) -> dict[str, Any]:
        """Send each result; the message that ends the operation is left to the caller."""
        async with aclosing(streamed(request, context, planned=self._gate.planned)) as answers:
            async for answer in answers:
                if not answer.ran:
                    return operation.frame("error", answer.body["errors"])
                if context.is_outdated:
                    context.withdraw()
                else:
                    await self._send(operation.frame("next", answer.body))
        return {"id": operation.name, "type": "complete"}

    async def _send(self, message: dict[str, Any]) -> None:
        """One message; nothing where the socket has gone. Waits while the client does not read."""
        text = orjson.dumps(message).decode()
        with suppress(OSError, RuntimeError):
            await self._asgi_send({"type": "websocket.send", "text": text})

    def _on_beat(self) -> None:
        """Send a ping; a client that has not answered the last one is gone, or does not read."""
        if self._pong_is_due:
            self._end(End(TERMINATED, "No pong"))
            return
        self._pong_is_due = True
        self._ping = asyncio.create_task(self._send({"type": "ping"}))
        self._beat = asyncio.get_running_loop().call_later(PING_SECONDS, self._on_beat)

    def _end(self, end: End) -> None:
        """Have the reader end the socket, wherever it waits."""
        if self._reader and self._goodbye is None:
            self._goodbye = end
            self._reader.cancel()

    def _let_go(self) -> list[asyncio.Task[None]]:
        """Stop all that belongs to the socket; its tasks, which are about to end."""
        self._deadline.cancel()
        self._beat.cancel()
        if self._standing is not None:
            self._connections.let_go(self._standing.client)
        tasks = [one.task for one in self._operations.values() if one.task]
        if self._ping:
            tasks.append(self._ping)
        for task in tasks:
            task.cancel()
        return tasks


def _bearer(authorization: Any) -> str | None:
    return bearer(authorization) if isinstance(authorization, str) else None

"""graphql-transport-ws: Strawberry's handler with a token, a context for each operation, and an
answer instead of a crash for whatever a client sends."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.async_base_view import AsyncWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.types.unset import UNSET

from api.auth.tokens import Grant, InvalidToken, bearer
from api.context import Context
from api.errors import as_internal
from api.execution import errors_of, streamed
from api.requests import BadRequest, Gate, Request
from api.schema import schema
from api.texts import preferred
from api.turns import Turn

PROTOCOL = "graphql-transport-ws"
INIT_TIMEOUT = timedelta(seconds=5)
MAX_OPERATIONS = 100
AT_WORK = 4
"""How many queries and mutations of one socket execute at a time, of a database pool's ten."""
MAX_MESSAGE_BYTES = 64 * 1024

_UNAUTHORIZED, _TOO_LARGE = 4401, 1009


@dataclass
class Handshake:
    """What the socket knows before its first operation."""

    headers: Mapping[str, str]
    connection_params: dict[str, Any] = field(default_factory=dict[str, Any])


async def graphql_over_websocket(websocket: WebSocket, gate: Gate) -> None:
    """Serve one socket until either side ends it."""
    if PROTOCOL not in websocket.scope["subprotocols"]:
        await websocket.close(4406, "Subprotocol not acceptable")
        return
    await websocket.accept(PROTOCOL)
    await Socket(websocket, gate).handle()


class Frames(AsyncWebSocketAdapter):
    """JSON frames of a Starlette socket, limited in size."""

    def __init__(self, websocket: WebSocket) -> None:
        # Strawberry's adapters keep their view, to encode; these frames need none.
        self._websocket = websocket

    async def iter_json(
        self, *, ignore_parsing_errors: bool = False
    ) -> AsyncGenerator[object, None]:
        """Each frame, decoded."""
        with suppress(WebSocketDisconnect):
            while self._websocket.application_state is WebSocketState.CONNECTED:
                message = await self._websocket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                text = message.get("text")
                if text is None:
                    raise NonTextMessageReceived
                if len(text) > MAX_MESSAGE_BYTES:
                    await self.close(_TOO_LARGE, "Message too large")
                    return
                yield _decoded(text)

    async def send_json(self, message: Mapping[str, object]) -> None:
        """One frame; nothing where the socket has gone."""
        with suppress(WebSocketDisconnect, RuntimeError):
            await self._websocket.send_text(orjson.dumps(message).decode())

    async def close(self, code: int, reason: str) -> None:
        """End the socket, once."""
        if self._websocket.application_state is WebSocketState.CONNECTED:
            with suppress(WebSocketDisconnect, RuntimeError):
                await self._websocket.close(code, reason)


class Socket(BaseGraphQLTransportWSHandler[Any, None]):
    """One client's socket."""

    def __init__(self, websocket: WebSocket, gate: Gate) -> None:
        super().__init__(
            view=cast(Any, self),
            websocket=Frames(websocket),
            context=Handshake(websocket.headers),
            root_value=None,
            schema=schema,
            connection_init_wait_timeout=INIT_TIMEOUT,
            max_subscriptions_per_connection=MAX_OPERATIONS,
        )
        self._gate = gate
        self._turns = asyncio.Semaphore(AT_WORK)
        self._language = preferred(websocket.headers.get("accept-language"))
        self._grant: Grant | None = None
        self._expiry: asyncio.Task[None] | None = None

    async def on_ws_connect(self, handshake: Handshake) -> object:
        """Admit the client by the token in ``connection_init``, or in the header."""
        payload = handshake.connection_params
        language = payload.get("language")
        if isinstance(language, str):
            self._language = preferred(language)
        try:
            token = payload.get("token") or bearer(payload.get("Authorization"))
            self._grant = self._gate.admit(token or bearer(handshake.headers.get("authorization")))
        except (InvalidToken, AttributeError, TypeError) as error:
            raise ConnectionRejectionError from error
        self._expiry = asyncio.create_task(self._end_at(self._grant.expires_at))
        return UNSET

    async def shutdown(self) -> None:
        """Let go of the socket's tasks."""
        if self._expiry:
            self._expiry.cancel()
        await super().shutdown()

    async def handle_message(self, message: Any) -> None:
        """Refuse what the protocol does not know before Strawberry sees it."""
        problem = _problem(message)
        if problem:
            await self.handle_invalid_message(problem)
        else:
            await super().handle_message(message)

    async def run_operation(self, operation: Operation[Any, None]) -> None:
        """Run one operation when it is its turn, and send what it yields."""
        assert self._grant is not None
        context = self._gate.context(self._grant, self._language)
        async with Turn(self._turns) as context.turn:
            try:
                last = await self._sent_results(operation, context)
            except Exception as error:
                # A defect of ours; the client still learns that its operation has ended.
                last = _frame(operation, "error", errors_of([as_internal(error)], context))
            await operation.send_operation_message(cast(Any, last))

    async def _sent_results(
        self, operation: Operation[Any, None], context: Context
    ) -> dict[str, Any]:
        """Send each result; the message that ends the operation is left to the caller."""
        request = Request(operation.query, operation.variables, operation.operation_name)
        async with aclosing(streamed(request, context, planned=self._gate.planned)) as answers:
            async for answer in answers:
                if not answer.ran:
                    return _frame(operation, "error", answer.body["errors"])
                frame = _frame(operation, "next", answer.body)
                await operation.send_operation_message(cast(Any, frame))
        return {"id": operation.id, "type": "complete"}

    async def _end_at(self, moment: datetime) -> None:
        await asyncio.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))
        await self.websocket.close(_UNAUTHORIZED, "Token expired")


def _frame(operation: Operation[Any, None], kind: str, payload: Any) -> dict[str, Any]:
    return {"id": operation.id, "type": kind, "payload": payload}


def _decoded(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise NonJsonMessageReceived from error


def _problem(message: Any) -> str | None:
    """Why a frame is none of the protocol's; None for one that is."""
    if not isinstance(message, dict):
        return "a message must be a JSON object"
    frame = cast(dict[str, Any], message)
    kind = frame.get("type")
    if kind in ("subscribe", "complete") and not (isinstance(frame.get("id"), str) and frame["id"]):
        return "id must be a string that is not empty"
    if kind != "subscribe":
        return None if isinstance(kind, str) else "type must be a string"
    try:
        Request.of(frame.get("payload"))
    except BadRequest as error:
        return str(error)
    return None

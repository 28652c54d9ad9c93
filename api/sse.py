"""GraphQL over server-sent events, one operation a stream ("distinct connections" of the npm client
graphql-sse): for whoever can hold an HTTP request open but no socket.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass

import orjson
from starlette.types import Receive, Send

from api.auth.tokens import Grant
from api.connections import MAX_A_CLIENT, Connections, TooMany
from api.context import Context
from api.execution import streamed
from api.refusals import TRY_LATER, Refusal
from api.requests import Gate, Request
from api.standing import Standing
from api.turns import Turn

BEAT_SECONDS = 15.0
"""How often a comment goes out, and how long it may take to be taken."""

_UNAVAILABLE = 503
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    # No proxy may keep, change or gather it.
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]
# A line, not an event: graphql-sse drops what shares a chunk with an empty event.
_COMMENT = b":\n"
# Without data a browser's EventSource would not dispatch it.
_COMPLETE = b"event: complete\ndata:\n\n"


@dataclass(frozen=True)
class GraphQLOverSse:
    """Streams what an operation yields."""

    gate: Gate
    connections: Connections

    async def __call__(
        self,
        grant: Grant,
        context: Context,
        request: Request,
        headers: Mapping[bytes, bytes],
        receive: Receive,
        send: Send,
    ) -> None:
        """One stream, from a request that has been read to its end.

        Parameters:
            context: fresh, for this operation.
            headers: of the request.
        Raises: Refusal before anything is sent.
        """
        if self.connections.draining:
            raise Refusal("UNAVAILABLE", _UNAVAILABLE, retry_after=1)
        context.standing = Standing(grant)
        context.resume_after = headers.get(b"last-event-id", b"").decode("latin-1") or None
        try:
            self.connections.hold(grant.actor.id)
        except TooMany as error:
            raise Refusal("TOO_MANY_CONNECTIONS", TRY_LATER, most=MAX_A_CLIENT) from error
        try:
            stream = EventStream(request, context, receive, send, planned=self.gate.planned)
            with self.connections.live(stream):
                await stream.serve()
        finally:
            self.connections.let_go(grant.actor.id)


class EventStream:
    """One operation's stream.

    Parameters:
        context: with a standing.
    """

    def __init__(
        self, request: Request, context: Context, receive: Receive, send: Send, *, planned: bool
    ) -> None:
        self._request, self._context, self._planned = request, context, planned
        self._receive, self._send = receive, send
        self._turns = asyncio.Semaphore()
        self._leaving = asyncio.Event()
        self._void = asyncio.Event()
        self._ended = asyncio.Event()

    async def serve(self) -> None:
        """Send until the operation, the token, the client or the server ends it."""
        await self._send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        results = asyncio.create_task(self._send_results())
        ends = [asyncio.create_task(each) for each in (self._gone(), self._left())]
        void = asyncio.create_task(self._is_void())
        try:
            await self._beat_until({results, void, *ends})
            if results.done():
                results.result()
            elif not any(each.done() for each in ends):
                await _cancelled(results)
                await self._write(self._expired() + _COMPLETE)
        except TimeoutError:
            return  # nobody reads
        finally:
            self._ended.set()
            await _cancelled(results, void, *ends)
        await self._send({"type": "http.response.body", "body": b""})

    async def leave(self) -> None:
        """End without saying that the operation is complete: the client connects again."""
        self._leaving.set()
        await self._ended.wait()

    def end_if(self, void: Callable[[Grant], bool]) -> None:
        """End as when the token expires, where it is void."""
        standing = self._context.standing
        if standing and void(standing.grant):
            self._void.set()

    async def _beat_until(self, ends: set[asyncio.Task[None]]) -> None:
        """Send comments until something ends, or the token.

        Raises: TimeoutError where nobody reads.
        """
        standing = self._context.standing
        done: set[asyncio.Task[None]] = set()
        while not done and standing and standing.seconds_left:
            async with asyncio.timeout(BEAT_SECONDS):
                await self._write(_COMMENT)
            patience = min(BEAT_SECONDS, standing.seconds_left)
            done, _ = await asyncio.wait(
                ends, timeout=patience, return_when=asyncio.FIRST_COMPLETED
            )

    async def _send_results(self) -> None:
        context = self._context
        answers = streamed(self._request, context, planned=self._planned)
        async with Turn(self._turns) as context.turn, aclosing(answers):
            async for answer in answers:
                place = f"id: {context.cursor}\n".encode() if context.cursor else b""
                data = orjson.dumps(answer.body)
                await self._write(b"event: next\n%bdata: %b\n\n" % (place, data))
        await self._write(_COMPLETE)

    async def _gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _left(self) -> None:
        """The server goes away: what only streams has left its turn, what runs ends first."""
        await self._leaving.wait()
        await self._turns.acquire()

    async def _is_void(self) -> None:
        await self._void.wait()

    def _expired(self) -> bytes:
        refusal = Refusal("UNAUTHENTICATED", 401)
        body = refusal.body(self._context.language, self._context.request_id)
        return b"event: next\ndata: %b\n\n" % orjson.dumps(body)

    async def _write(self, chunk: bytes) -> None:
        await self._send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _cancelled(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

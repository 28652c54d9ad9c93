"""Who may open a WebSocket, and who is turned down before there is one."""

from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from api.connections import Connections
from api.frames import PROTOCOL, SUBPROTOCOL, End, closing
from api.requests import Gate, address_of
from api.websocket import Socket

_REFUSED_ORIGIN, _DRAINING = 403, 503


@dataclass(frozen=True)
class GraphQLOverWebSocket:
    """Serves each socket until either side ends it."""

    gate: Gate
    connections: Connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One socket, as ASGI has it."""
        await receive()  # websocket.connect
        # Of several headers of one name the first holds.
        headers = {name: value.decode("latin-1") for name, value in reversed(scope["headers"])}
        if self.connections.draining:
            await _refuse(scope, send, _DRAINING)
        elif not self.connections.admits(headers.get(b"origin"), headers.get(b"host")):
            await _refuse(scope, send, _REFUSED_ORIGIN)
        elif PROTOCOL not in scope["subprotocols"]:
            # Only a socket that has been accepted can be closed with a code.
            await send({"type": "websocket.accept"})
            await send(closing(End(SUBPROTOCOL, "Subprotocol not acceptable")))
        else:
            address = address_of(scope)
            await Socket(headers, address, receive, send, self.gate, self.connections).serve()


async def _refuse(scope: Scope, send: Send, status: int) -> None:
    """Turn a handshake down."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close"})
        return
    await send({"type": "websocket.http.response.start", "status": status, "headers": []})
    await send({"type": "websocket.http.response.body", "body": b""})

"""An API server on the tests' own event loop: uvicorn without its clock.

uvicorn looks every tenth of a second whether it is to end, and waits as long again before it does;
a thousand tests have no time for that. `yiyang serve`, as it is, has tests of its own.
"""

import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from tests.waiting import until
from yiyang.serve import PROTOCOLS


@asynccontextmanager
async def serving(app: ASGIApp, **options: Any) -> AsyncGenerator[int, None]:
    """A server that is up; its port on 127.0.0.1.

    Parameters:
        options: for uvicorn.
    """
    config = uvicorn.Config(app, log_level="warning", **{**PROTOCOLS, **options})
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # uvloop, on which Yiyang serves, does this by itself. Without it an answer, which is two
        # packets, waits 40 ms for the client to acknowledge the first.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await server.startup(sockets=[listener])
        await server.on_tick(0)  # the headers of every answer
        try:
            yield listener.getsockname()[1]
        finally:
            await _end(server)


async def _end(server: uvicorn.Server) -> None:
    for listening in server.servers:
        listening.close()
    state = server.server_state
    for connection in list(state.connections):
        connection.shutdown()
    await until(lambda: not (state.connections or state.tasks))
    await server.lifespan.shutdown()

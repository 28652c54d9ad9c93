"""A server that is told to end says goodbye to its sockets first.

uvicorn, at SIGTERM, closes every socket at once, in the middle of an operation and with a code that
does not say why. So the signal waits until sockets and streams have been drained.
"""

import asyncio
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

from api.connections import Connections

SIGNALS = (signal.SIGTERM, signal.SIGINT)


def drain_first(connections: Connections, grace: float) -> None:
    """Have SIGTERM and SIGINT drain before whoever handles them now; a second one does not wait.

    On the event loop's thread, which must be the main one.

    Parameters:
        grace: seconds at most.
    """
    loop = asyncio.get_running_loop()
    draining: set[asyncio.Task[None]] = set()

    async def drain(proceed: Callable[[], None]) -> None:
        try:
            await connections.drain(grace)
        finally:
            proceed()

    def begin(proceed: Callable[[], None]) -> None:
        if draining:
            proceed()
        else:
            draining.add(loop.create_task(drain(proceed)))

    for each in SIGNALS:
        handler: Any = signal.getsignal(each)
        if not callable(handler):
            continue  # nobody handles it: it ends the process as it always does

        def heard(
            signum: int, frame: FrameType | None, handle: Callable[..., Any] = handler
        ) -> None:
            loop.call_soon_threadsafe(begin, lambda: handle(signum, None))

        signal.signal(each, heard)

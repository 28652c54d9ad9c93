"""To wait for what nobody tells: a lock, a row, a line in a log."""

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.005


async def until(
    condition: Callable[[], bool | Awaitable[Any]], patience: float = PATIENCE_SECONDS
) -> None:
    """Ask again and again until the answer is true, or says so when awaited.

    Parameters:
        patience: seconds.
    Raises: TimeoutError where it takes longer.
    """
    async with asyncio.timeout(patience):
        while True:
            answer = condition()
            if await answer if isawaitable(answer) else answer:
                return
            await asyncio.sleep(_PAUSE_SECONDS)

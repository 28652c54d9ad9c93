"""To wait for what nobody tells: a lock, a row, a line in a log."""

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

from sqlalchemy import literal_column, select, text

from domain.database import Database

_BLOCKED = select(literal_column("1").label("one")).where(
    text("EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock')")
)
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


async def until_it_waits(database: Database, task: "asyncio.Task[Any]") -> None:
    """Until somebody waits for a lock, or a task is through without having waited for one."""

    async def waits() -> bool:
        return task.done() or bool(await database.fetch(_BLOCKED))

    await until(waits)

"""Reads that many subscribers want after the same news, run once."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Sequence
from typing import Any, TypeVar, cast

SHARED_SECONDS = 1.0
"""How long others may use a read: nobody is shown for longer what they may no longer see."""


Value = TypeVar("Value")


class SharedReads:
    """Reads that several subscribers want after the same news: run once, whoever asks first.

    There are new ones for each piece of news, so that none is older than what it is about.
    """

    def __init__(self) -> None:
        self._reads: dict[Hashable, asyncio.Task[Any]] = {}

    async def value(
        self, key: tuple[Any, ...], read: Callable[[], Coroutine[Any, Any, Value]]
    ) -> Value:
        """What a read gives.

        Parameters:
            key: whatever its result depends on.
        """
        known = _hashable(key)
        task = self._reads.get(known)
        if task is None:
            task = self._reads[known] = asyncio.create_task(read())
            asyncio.get_running_loop().call_later(SHARED_SECONDS, self._reads.pop, known, None)
        elif task.done() and not task.exception():
            return task.result()
        try:
            # Who goes away in the middle takes nothing from the others.
            return await asyncio.shield(task)
        except Exception:
            self._reads.pop(known, None)
            raise


def _hashable(value: Any) -> Hashable:
    try:
        hash(value)
    except TypeError:  # there is a list in it
        return tuple(map(_hashable, cast(Sequence[Any], value)))
    return value

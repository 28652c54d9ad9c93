"""The order of things: hand over, then keep the cursor, then ask on.

Nothing is remembered but the cursor in the file. So a poller that is killed at any moment goes on
as if it had only waited; what it had handed over without keeping the cursor comes once more.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeAlias

from .backoff import Backoff, about
from .cursor_file import CursorFile
from .documents import CHANGES, OPEN, Notice
from .failures import CursorLost, Unavailable
from .server import Server

log = logging.getLogger("vendor_python")

HandOver: TypeAlias = Callable[[Sequence[Notice]], None]
"""Returns once the notices are safe with whoever wants them, or raises."""


async def follow(
    server: Server, cursors: CursorFile, hand_over: HandOver, every: float
) -> NoReturn:
    """Hand over what befalls the vendor's alarms, for ever.

    Parameters:
        every: seconds between two questions while nothing happens.
    Raises: Refused, Unusable, and whatever ``hand_over`` and the file raise.
    """
    backoff = Backoff()
    while True:
        try:
            has_more = await step(server, cursors, hand_over)
        except CursorLost as lost:
            log.warning("%s; reading the open alarms anew", lost)
            cursors.forget()
            wait = backoff.next()
        except Unavailable as trouble:
            wait = backoff.next(trouble.retry_after)
            log.warning("%s; trying again in %.1f s", trouble, wait)
        else:
            backoff.reset()
            wait = 0.0 if has_more else about(every)
        await asyncio.sleep(wait)


async def step(server: Server, cursors: CursorFile, hand_over: HandOver) -> bool:
    """One question and what follows from it; whether to ask on at once."""
    after = cursors.read()
    if after is None:
        cursors.write(await _read_open(server, hand_over))
        return True
    page = (await server.ask(CHANGES, after=after))["alarmChanges"]
    if page["changes"]:
        hand_over(page["changes"])
    cursors.write(page["cursor"])
    return page["hasMore"]


async def _read_open(server: Server, hand_over: HandOver) -> str:
    """Hand over every open alarm; the cursor of the moment before the first page was read."""
    cursor, after, count = None, None, 0
    while True:
        page = (await server.ask(OPEN, after=after))["alarms"]
        # What happens while we turn the pages comes after the first page's cursor, not the last's.
        cursor = cursor or page["streamCursor"]
        notices = [Notice(cursor=cursor, change=None, at=None, alarm=a) for a in page["nodes"]]
        if notices:
            hand_over(notices)
        count += len(notices)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            log.info("following from here; open alarms: %d", count)
            return cursor

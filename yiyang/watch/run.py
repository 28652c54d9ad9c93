"""Follows the alarms and shows them: as a board on a terminal, as lines anywhere else."""

import asyncio
import os
import sys
from contextlib import aclosing
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.live import Live

from api.texts import Language
from domain.calendar import DISTRICT_ZONE, now
from yiyang.failures import Failure
from yiyang.graphql_ws import (
    Broken,
    Change,
    Endpoint,
    Failed,
    Happening,
    Lost,
    Refused,
    Resumed,
    Snapshot,
)
from yiyang.watch.board import Board, Row
from yiyang.watch.screen import Screen
from yiyang.watch.source import Happenings, alarms
from yiyang.watch.words import WORDS, Words

_TICK_SECONDS = 0.5
"""Twice a second, so that no second of a wait is skipped."""


class WatchFailure(Failure):
    """There is nothing to watch: no server, or one that does not accept the token."""


async def watch(
    ws_url: str,
    token: str,
    *,
    language: Language = Language.ZH_CN,
    changes: int | None = None,
    console: Console | None = None,
) -> None:
    """Show alarms as they happen, until cancelled: a board on a terminal, else a line a change.

    A line has tabs between: the time by the district's clock, the change (``OPEN`` for what was
    open at the start), severity, type, state, level, elder or station, age, community, who
    acknowledged, the alarm's id and its purpose, REAL or DRILL; ``-`` where there is nothing. The
    words are the API's, in every language.

    Parameters:
        ws_url: ``ws://…/graphql`` or ``wss://…``.
        token: of the one whose alarms they are.
        language: the board's.
        changes: end after so many changes; for ever if None.
        console: where to write; standard output if None.
    Raises: WatchFailure where the server cannot be reached at the start, or refuses the token.
    """
    shown = console or Console()
    endpoint = Endpoint(ws_url, token, language.value)
    try:
        async with aclosing(alarms(endpoint)) as stream:
            happenings = _at_most(changes, stream)
            if shown.is_terminal:
                await _on_screen(happenings, shown, WORDS[language])
            else:
                await _in_lines(happenings, shown)
    except Refused:
        raise WatchFailure(
            f"the server at {ws_url} does not accept the token; it may have expired: take a new "
            "one (`yiyang token`), or leave --token out."
        ) from None
    except Lost as error:
        raise WatchFailure(
            f"no answer from {ws_url} ({error}): start a server (`yiyang demo`), or name another "
            "one by --url."
        ) from None
    except Failed as error:
        raise WatchFailure(f"the server at {ws_url} refuses the board's query: {error}") from None


async def _at_most(changes: int | None, happenings: Happenings) -> Happenings:
    """What happens, until there have been so many changes."""
    async for happening in happenings:
        yield happening
        if changes is not None and isinstance(happening, Change):
            changes -= 1
        if changes == 0:
            return


async def _on_screen(happenings: Happenings, console: Console, words: Words) -> None:
    board = Board()
    with Live(console=console, screen=True, auto_refresh=False) as live:

        def draw() -> None:
            live.update(Screen(board, words, now()), refresh=True)

        async def count_seconds() -> None:
            while True:
                draw()
                await asyncio.sleep(_TICK_SECONDS)

        clock = asyncio.create_task(count_seconds())
        try:
            async for happening in happenings:
                board.take(happening, now())
                draw()
        finally:
            clock.cancel()


async def _in_lines(happenings: Happenings, console: Console) -> None:
    try:
        async for happening in happenings:
            for line in _lines(happening):
                print(line, file=console.file, flush=True)
    except BrokenPipeError:
        # Who reads the lines has read enough. Python would complain of it once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _lines(happening: Happening[list[Row]]) -> list[str]:
    match happening:
        case Snapshot():
            return [_line("OPEN", row.raised_at, row) for row in happening.data]
        case Change():
            data: dict[str, Any] = happening.data
            at = datetime.fromisoformat(data["at"])
            return [_line(data["change"], at, Row.of(data["alarm"]))]
        case Broken():
            print(
                f"yiyang watch: {happening.reason}; trying again in {happening.wait:.1f} s",
                file=sys.stderr,
            )
            return []
        case Resumed():
            return []


def _line(change: str, at: datetime, row: Row) -> str:
    local = at.astimezone(DISTRICT_ZONE).isoformat(timespec="seconds")
    fields = (
        *(local, change, row.severity, row.type, row.state, row.level),
        *(
            row.elder or row.station,
            row.age,
            row.community,
            row.acknowledged_by,
            row.id,
            row.purpose,
        ),
    )
    return "\t".join("-" if field is None else str(field) for field in fields)

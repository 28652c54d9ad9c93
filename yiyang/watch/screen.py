"""The board on a terminal, from 80 columns on, as high as the window."""

from datetime import datetime, timedelta

from rich.align import Align
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from domain.calendar import DISTRICT_ZONE
from yiyang.watch.board import Board, Link, Row
from yiyang.watch.words import Words

# The terminal's own sixteen colours: they suit its theme, dark or light.
_SEVERITY_STYLES = {
    "CRITICAL": "bold white on red",
    "MAJOR": "bold black on yellow",
    "MINOR": "black on cyan",
    "WARNING": "black on white",
}
_STATE_STYLES = {
    "RAISED": "bold red",
    "ACKNOWLEDGED": "yellow",
    "DISPATCHED": "cyan",
    "ARRIVED": "green",
}
_DRILL_STYLE = "black on green"
_LINK_STYLES = {Link.CONNECTING: "yellow", Link.LIVE: "green", Link.BROKEN: "bold yellow"}
_CLEARED_STYLE = "yellow"
"""Its cause is gone; a person still has to end it."""
_GIVE_WAY = (3, 4, 8)
"""The columns that are cut where the window is narrow: whose, community, who acknowledged."""
_WAITED = 7
_LINES_AROUND_ROWS = 6
"""Header, headings, the space between them, and the line that says there is more."""


class Screen:
    """Draws the board as of a moment.

    Parameters:
        now: UTC.
    """

    def __init__(self, board: Board, words: Words, now: datetime) -> None:
        self._board = board
        self._words = words
        self._now = now

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The header and as many alarms as fit."""
        rows = self._board.rows(self._now)
        room = max(1, console.height - _LINES_AROUND_ROWS)
        parts: list[RenderableType] = [self._header(), ""]
        if rows:
            parts.append(self._table(rows[:room]))
        else:
            parts.append(Padding(Align.center(Text(self._words.calm, "green")), (2, 0)))
        if len(rows) > room:
            parts.append(Text(self._words.more.format(count=len(rows) - room), "yellow"))
        yield Padding(Group(*parts), (0, 1))

    def _header(self) -> Table:
        words, board = self._words, self._board
        counts = Text.assemble(
            (words.waiting.format(count=board.waiting), "bold red" if board.waiting else "dim"),
            "   ",
            (words.handled.format(count=board.handled), "" if board.handled else "dim"),
        )
        state = {
            Link.CONNECTING: words.connecting,
            Link.LIVE: words.live,
            Link.BROKEN: words.broken,
        }[board.link]
        clock = f"{self._now.astimezone(DISTRICT_ZONE):%H:%M:%S}"
        link = Text.assemble((f"● {state}", _LINK_STYLES[board.link]), "  ", clock)
        header = Table.grid(expand=True, padding=(0, 3))
        header.add_column(no_wrap=True)
        header.add_column(no_wrap=True)
        header.add_column(no_wrap=True, justify="right", ratio=1)
        header.add_row(Text(words.title, "bold"), counts, link)
        return header

    def _table(self, rows: list[Row]) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
        for place, heading in enumerate(self._words.columns):
            justify = "right" if place == _WAITED else "left"
            table.add_column(heading, justify=justify, no_wrap=place not in _GIVE_WAY)
        for row in rows:
            cells = self._cells(row)
            for cell in cells:
                cell.no_wrap, cell.overflow = True, "ellipsis"
            table.add_row(*cells, style="dim" if row.is_over else "")
        return table

    def _cells(self, row: Row) -> list[Text]:
        words = self._words
        repeats = f" ×{row.repeat_count + 1}" if row.repeat_count else ""
        whose = f"{row.elder} {row.age}" if row.elder else row.station or "—"
        return [
            Text(_clock(row.raised_at, self._now)),
            self._severity(row),
            Text(row.title + repeats),
            Text(whose, "" if row.is_over else "bold"),
            Text(row.community),
            self._state(row),
            Text(words.levels[row.level] if 0 <= row.level < len(words.levels) else "?"),
            Text(_span(row.waited(self._now)), self._patience(row)),
            Text(row.acknowledged_by or "—"),
        ]

    def _severity(self, row: Row) -> Text:
        """How urgent; in its place that it is a drill, for then it is not."""
        if row.is_drill:
            return Text(self._words.drill, "" if row.is_over else _DRILL_STYLE)
        severity = self._words.severities.get(row.severity, row.severity)
        return Text(severity, "" if row.is_over else _SEVERITY_STYLES.get(row.severity, ""))

    def _state(self, row: Row) -> Text:
        if row.is_over and row.resolve_reason:
            return Text(self._words.reasons.get(row.resolve_reason, row.resolve_reason))
        if row.is_waiting and row.cleared_at:
            return Text(self._words.cleared, _CLEARED_STYLE)
        return Text(self._words.states.get(row.state, row.state), _STATE_STYLES.get(row.state, ""))

    def _patience(self, row: Row) -> str:
        """Colours a wait by who has been told meanwhile: the street, the district."""
        if not row.is_waiting:
            return "" if row.is_over else "dim"
        return {2: "bold yellow", 3: "bold red"}.get(row.level, "bold")


def _clock(moment: datetime, now: datetime) -> str:
    """By the district's clock; of another day only the day, the wait says the rest."""
    local, today = moment.astimezone(DISTRICT_ZONE), now.astimezone(DISTRICT_ZONE).date()
    return f"{local:%H:%M:%S}" if local.date() == today else f"{local:%m-%d}"


def _span(span: timedelta) -> str:
    """``0:05``, ``12:40``, ``3:05:00``, ``41h``, ``5d``."""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 100:
        return f"{hours // 24}d"
    if hours >= 10:
        return f"{hours}h"
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"

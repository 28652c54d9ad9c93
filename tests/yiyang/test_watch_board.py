"""The live board: what stands where, and when it goes."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from api.alarms.spoken import title_of
from api.texts import Language
from domain.access import Role
from domain.alarms.lifecycle import AlarmState
from domain.alarms.models import AlarmSeverity, AlarmType, ResolveReason
from domain.database import Database
from tests.client_examples.story import answer, ring
from tests.client_examples.wire import wire_to
from tests.clients import Api
from tests.yiyang.watcher import watching
from yiyang.watch.board import Board, Link, Row
from yiyang.watch.screen import Screen
from yiyang.watch.words import WORDS

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
"""12:00 by the district's clock."""

WAITING = Row(
    id="alarm_1",
    type="SOS",
    title="呼救",
    severity="CRITICAL",
    purpose="REAL",
    state="RAISED",
    level=1,
    raised_at=NOON - timedelta(seconds=5),
    repeat_count=0,
    cleared_at=None,
    acknowledged_at=None,
    resolved_at=None,
    resolve_reason=None,
    acknowledged_by=None,
    elder="王筱琴",
    age=78,
    station=None,
    community="清波门社区",
)
OVER = replace(WAITING, id="alarm_2", state="RESOLVED", resolved_at=NOON, resolve_reason="DRILL")


WAIT = re.compile(r"(?<![\d:])\d+:\d\d(?![\d:])")
"""A wait on the board, not the time of day."""


def drawn(
    board: Board,
    now: datetime = NOON,
    *,
    width: int = 80,
    height: int = 24,
    language: Language = Language.ZH_CN,
) -> list[str]:
    """The board's lines as a terminal of that size shows them."""
    console = Console(file=StringIO(), record=True, width=width, height=height)
    console.print(Screen(board, WORDS[language], now))
    return console.export_text().splitlines()


def board_of(*rows: Row) -> Board:
    """A board that has heard of these."""
    board = Board(Link.LIVE)
    for row in rows:
        board.put(row, NOON)
    return board


async def test_a_board_on_a_terminal(api: Api, database: Database) -> None:
    dispatcher = api.actor(Role.DISPATCHER)
    async with watching(api.ws_url, api.token(dispatcher), terminal=True) as watcher:
        await watcher.until(lambda: "现在没有警报" in watcher.text and "实时" in watcher.text)
        await ring(database, api.district.sos_button_id, ago=timedelta(seconds=58))
        await watcher.until(lambda: "待处理 1" in watcher.text)
        await watcher.until(
            lambda: len(set(WAIT.findall(watcher.text))) >= 3
        )  # it counts by itself
        await answer(database, dispatcher, api.district.mother_id)
        name = api.district.players[Role.DISPATCHER].name
        await watcher.until(lambda: name in watcher.text)
    shown = watcher.console.export_text()
    for words in ("王筱琴 78", "清波门社区", "呼救", "危急", "处理中 1", "已确认"):
        assert words in shown
    # The terminal is given back as it was: its own screen, its cursor.
    assert watcher.text.count("\x1b[?1049h") == watcher.text.count("\x1b[?1049l") == 1
    assert watcher.text.rindex("\x1b[?25h") > watcher.text.rindex("\x1b[?25l")


async def test_a_board_that_reconnects(api: Api, database: Database) -> None:
    async with (
        wire_to(api.port) as wire,
        watching(
            f"ws://127.0.0.1:{wire.port}/graphql", api.token(Role.DISPATCHER), terminal=True
        ) as watcher,
    ):
        await watcher.until(lambda: "实时" in watcher.text)
        await wire.cut()
        await ring(database, api.district.sos_button_id)
        await watcher.until(lambda: "正在重连…" in watcher.text)
        assert "王筱琴" not in watcher.text
        await wire.mend()
        await watcher.until(lambda: "王筱琴" in watcher.text)


def test_the_most_urgent_and_among_these_the_newest_come_first() -> None:
    earlier = replace(WAITING, id="alarm_3", raised_at=NOON - timedelta(minutes=9))
    answered = replace(WAITING, id="alarm_4", state="ACKNOWLEDGED", acknowledged_at=NOON)
    major = replace(WAITING, id="alarm_5", severity="MAJOR")
    board = board_of(OVER, major, answered, earlier, WAITING)
    order = [row.id for row in board.rows(NOON)]
    assert order == ["alarm_1", "alarm_3", "alarm_4", "alarm_5", "alarm_2"]
    assert (board.waiting, board.handled) == (3, 1)


def test_drills_come_last_of_what_is_open_and_are_not_counted() -> None:
    drill = replace(WAITING, id="alarm_3", purpose="DRILL")
    practised = replace(drill, id="alarm_4", state="ARRIVED", acknowledged_at=NOON)
    board = board_of(OVER, drill, practised, replace(WAITING, severity="WARNING"))
    order = [row.id for row in board.rows(NOON)]
    assert order == ["alarm_1", "alarm_3", "alarm_4", "alarm_2"]
    assert (board.waiting, board.handled) == (1, 0)
    real, *drills, _ = drawn(board)[3:]
    assert "演练" not in real
    assert all("演练" in line and "危急" not in line for line in drills)


def test_whose_alarm_it_is_and_whether_its_cause_is_gone() -> None:
    silent = replace(WAITING, elder=None, age=None, station="清波门站", cleared_at=NOON)
    (line,) = drawn(board_of(silent))[3:]
    assert "清波门站" in line
    assert "已恢复" in line
    answered = replace(silent, state="ACKNOWLEDGED", acknowledged_at=NOON)
    (line,) = drawn(board_of(answered))[3:]
    assert "已确认" in line


def test_what_is_over_leaves_after_a_minute() -> None:
    board = board_of(WAITING, OVER)
    assert [row.id for row in board.rows(NOON + timedelta(seconds=59))] == ["alarm_1", "alarm_2"]
    assert [row.id for row in board.rows(NOON + timedelta(seconds=60))] == ["alarm_1"]


def test_what_ended_unseen_leaves_at_once() -> None:
    board = board_of(WAITING, OVER)
    board.replace([replace(WAITING, id="alarm_6")])
    assert [row.id for row in board.rows(NOON)] == ["alarm_6", "alarm_2"]


@pytest.mark.parametrize(
    ("wait", "shown"),
    [
        (timedelta(seconds=-3), "0:00"),
        (timedelta(seconds=65), "1:05"),
        (timedelta(hours=3, minutes=5), "3:05:00"),
        (timedelta(hours=41), "41h"),
        (timedelta(days=5), "5d"),
    ],
)
def test_a_wait_in_short(wait: timedelta, shown: str) -> None:
    (line,) = drawn(board_of(replace(WAITING, raised_at=NOON - wait)))[3:]
    assert shown in line.split()


def test_a_wait_ends_with_the_answer() -> None:
    row = replace(WAITING, state="ARRIVED", acknowledged_at=NOON, acknowledged_by="林知衡")
    (line,) = drawn(board_of(row), NOON + timedelta(hours=1))[3:]
    assert "0:05" in line.split()
    assert "林知衡" in line


def test_a_row_by_the_districts_clock() -> None:
    today, another_day = WAITING, replace(WAITING, id="z", raised_at=NOON - timedelta(days=2))
    first, second = drawn(board_of(today, another_day))[3:]
    assert first.split()[0] == "11:59:55"
    assert second.split()[0] == "11-20"


def test_a_low_window_says_that_there_is_more() -> None:
    rows = [replace(WAITING, id=f"alarm_{number}") for number in range(20)]
    lines = drawn(board_of(*rows), height=16)
    assert len(lines) <= 16
    assert sum("王筱琴" in line for line in lines) == 10
    assert "还有 10 条" in lines[-1]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("width", [80, 100, 140])
def test_every_value_has_room_and_a_word(language: Language, width: int) -> None:
    titles = [title_of(kind, language) for kind in AlarmType]
    variants = [
        *(replace(WAITING, id=f"state {state}", state=state.value) for state in AlarmState),
        *(replace(WAITING, id=f"type {title}", title=title) for title in titles),
        *(replace(WAITING, id=f"grade {grade}", severity=grade.value) for grade in AlarmSeverity),
        *(
            replace(OVER, id=f"end {reason}", resolve_reason=reason.value)
            for reason in ResolveReason
        ),
        *(replace(WAITING, id=f"level {level}", level=level) for level in range(4)),
        replace(WAITING, id="nobody", elder=None, age=None),
        replace(WAITING, id="station", elder=None, age=None, station="清波门驿站" * 3),
        replace(WAITING, id="drill", purpose="DRILL"),
        replace(WAITING, id="cleared", cleared_at=NOON),
        replace(WAITING, id="long", elder="欧阳" * 9, community="社区" * 30, repeat_count=12),
    ]
    lines = drawn(board_of(*variants), width=width, height=80, language=language)
    assert max(map(cell_len, lines)) <= width
    table = lines[2:]
    assert len(table) == 1 + len(variants)
    codes = [code for line in table for code in line.split() if code.isupper() and len(code) > 3]
    assert codes == []
    # Only the elder, the community and the name at the end ever give way.
    whole = " ".join(table)
    for words in (WORDS[language].states.values(), WORDS[language].severities.values(), titles):
        assert [word for word in words if word not in whole] == []

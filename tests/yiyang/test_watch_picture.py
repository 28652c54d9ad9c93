"""Takes the README's picture of the board: `YIYANG_PICTURES=1 make test ARGS="-k picture"`."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import timedelta
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from rich.console import Console
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api.texts import Language
from domain.access import Actor, Role
from domain.alarms import service
from domain.alarms.models import Alarm, AlarmSeverity, AlarmType, ResolveReason
from domain.calendar import now
from domain.database import Database
from domain.devices.models import DeviceKind
from tests.client_examples.story import devices_of_kind, ring
from tests.clients import Api
from tests.signals import lift
from tests.yiyang.terminal_picture import svg_of
from yiyang.graphql_ws import Change, Endpoint
from yiyang.watch.board import Board
from yiyang.watch.screen import Screen
from yiyang.watch.source import alarms
from yiyang.watch.words import WORDS

PICTURE = Path("docs/pictures/watch.svg")

pytestmark = pytest.mark.skipif(
    not os.environ.get("YIYANG_PICTURES"), reason="takes a picture only for YIYANG_PICTURES=1"
)


async def test_a_picture_of_the_board(api: Api, database: Database) -> None:
    endpoint = Endpoint(api.ws_url, api.token(Role.DISPATCHER), Language.ZH_CN)
    board = Board()
    async with aclosing(alarms(endpoint)) as happenings:
        board.take(await anext(happenings), now())
        last = await a_busy_quarter_of_an_hour(api, database)
        async for happening in happenings:
            board.take(happening, now())
            if isinstance(happening, Change) and happening.data["alarm"]["id"].endswith(last.hex):
                break
    console = Console(file=StringIO(), record=True, width=92, height=20)
    console.print(Screen(board, WORDS[Language.ZH_CN], now()))
    svg = svg_of(console, "yiyang watch")
    assert "王筱琴" in svg
    await asyncio.to_thread(PICTURE.write_text, svg, encoding="utf-8")


async def a_busy_quarter_of_an_hour(api: Api, database: Database) -> UUID:
    """Alarms in every state; returns the one that was touched last."""
    buttons = await devices_of_kind(database, DeviceKind.SOS_BUTTON)
    bands = await devices_of_kind(database, DeviceKind.SLEEP_BAND)
    slow, fast = AlarmType.BRADYCARDIA, AlarmType.TACHYCARDIA
    major = AlarmSeverity.MAJOR
    await ring(database, buttons[0], ago=timedelta(seconds=24))
    await ring(database, buttons[6], ago=timedelta(seconds=95))
    await ring(database, buttons[6], ago=timedelta(seconds=40))
    await ring(database, bands[2], type=slow, severity=major, ago=timedelta(seconds=51))
    await ring(database, bands[7], type=fast, severity=major, ago=timedelta(minutes=4))
    await ring(database, buttons[2], ago=timedelta(minutes=9, seconds=40))
    await ring(database, buttons[28], ago=timedelta(minutes=6, seconds=12))
    await ring(database, bands[9], type=slow, severity=major, ago=timedelta(minutes=11))
    await ring(database, buttons[21], ago=timedelta(minutes=14, seconds=3))
    rows = await in_order(database)
    _, repeated, _, quick, arrived, called, answered, over = (row.id for row in rows)
    await escalated(database, repeated, 2)
    await escalated(database, called, 2)
    await escalated(database, quick, 3)
    await acted(api, database, answered, 25, service.acknowledge)
    await acted(api, database, called, 71, service.acknowledge, service.dispatch)
    verbs = (service.acknowledge, service.dispatch, service.arrive)
    await acted(api, database, arrived, 38, *verbs, role=Role.STATION)
    await acted(api, database, over, 47, service.acknowledge)
    async with database.transaction("test") as session:
        drill = ResolveReason.FALSE_ALARM
        await service.resolve(session, api.actor(Role.DISPATCHER), over, drill)
    return over


async def in_order(database: Database) -> list[Alarm]:
    """Alarms in the order in which they were raised here."""
    async with database.transaction("test") as session:
        return list((await session.scalars(select(Alarm).order_by(col(Alarm.id)))).all())


async def escalated(database: Database, alarm_id: UUID, level: int) -> None:
    async with database.transaction("test") as session:
        await lift(session, alarm_id, level)


async def acted(
    api: Api,
    database: Database,
    alarm_id: UUID,
    seconds: int,
    *verbs: Callable[[AsyncSession, Actor, UUID], Awaitable[Alarm]],
    role: Role = Role.DISPATCHER,
) -> None:
    """Someone answered so many seconds after the alarm, and went on."""
    for verb in verbs:
        async with database.transaction("test") as session:
            alarm = await verb(session, api.actor(role), alarm_id)
            alarm.acknowledged_at = alarm.raised_at + timedelta(seconds=seconds)

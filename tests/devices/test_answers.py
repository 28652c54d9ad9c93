"""What an elder sees on her button: stored, seen, on the way; whatever restarts meanwhile."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from devices.bridge import BridgeSettings
from domain.access import Actor, Role
from domain.alarms import service
from domain.alarms.models import Alarm
from domain.database import Database
from domain.devices.models import AnswerCursor
from domain.outbox import OutboxEvent
from tests.conftest import Broker
from tests.devices.wire import Field, in_the_field, running
from tests.waiting import until
from yiyang.district.cast import District


class Desk:
    """A dispatcher, and the one alarm there is."""

    def __init__(self, database: Database, district: District) -> None:
        player = district.players[Role.DISPATCHER]
        self._actor = Actor(player.account_id, Role.DISPATCHER, player.region_code)
        self._database = database

    async def does(self, verb: Callable[..., Awaitable[Any]]) -> UUID:
        """Do something about the alarm. Returns: its key."""
        async with self._database.transaction("test") as session:
            alarm_id = (await session.scalars(select(col(Alarm.id)))).one()
            await verb(session, self._actor, alarm_id)
        return alarm_id


def shown(field: Field, ident: str) -> list[str]:
    """What the button has been told of one press, in order."""
    return [receipt["status"] for receipt in field.receipts.get(ident, [])]


async def test_a_button_shows_stored_seen_and_on_the_way(
    field: Field, button: str, database: Database, district: District
) -> None:
    desk = Desk(database, district)
    press = (await field.press(button))["id"]
    await field.receipt(press)
    await desk.does(service.acknowledge)
    await field.receipt(press, 2)
    await desk.does(service.dispatch)
    await field.receipt(press, 3)
    assert shown(field, press) == ["stored", "seen", "on_the_way"]
    # Whoever presses again is told at once how far they have got.
    again = (await field.press(button))["id"]
    await field.receipt(again, 2)
    assert shown(field, again) == ["stored", "on_the_way"]
    assert len(shown(field, press)) == 3


async def test_what_happens_while_no_bridge_is_there_is_told_by_the_next(
    settings: BridgeSettings,
    broker: Broker,
    button: str,
    database: Database,
    district: District,
) -> None:
    desk = Desk(database, district)
    async with in_the_field(broker.mqtt_url, settings.tenant) as field:
        async with running(settings):
            press = (await field.press(button))["id"]
            await field.receipt(press)
            await until(lambda: _told(database))
        await desk.does(service.acknowledge)
        async with running(settings):
            await field.receipt(press, 2)
            await until(lambda: _told(database))
        # A third one finds that it has been told.
        async with running(settings):
            await desk.does(service.dispatch)
            await field.receipt(press, 3)
    assert shown(field, press) == ["stored", "seen", "on_the_way"]


async def _told(database: Database) -> bool:
    """Whether devices have been told of all that has happened."""
    newest = select(func.max(col(OutboxEvent.position))).scalar_subquery()
    return await database.fetch(select(col(AnswerCursor.position) == newest)) == [(True,)]

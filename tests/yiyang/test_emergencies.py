"""The emergency service is called for what may cost a life, once it has reached the district."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from domain.access import Actor, Role
from domain.alarms.models import Alarm, AlarmLog, AlarmPurpose, AlarmSeverity
from domain.alarms.service import acknowledge, dispatch, raise_alarms
from domain.audit.models import AuditEntry
from domain.crypto import Vault
from domain.database import Database
from domain.elders.models import Elder
from domain.emergency.calling import FRESH, take
from domain.emergency.models import EmergencyCall
from domain.ids import public_id
from domain.webhooks.signing import shown_secret
from tests.receiver import Receiver, receiving
from tests.signals import lift, sos
from yiyang.district.cast import District
from yiyang.emergencies import call_one
from yiyang.outbound.emergency import HttpEmergencyServices
from yiyang.outbound.signed import SignedPosts
from yiyang.outbound.webhooks import HttpSender

SECRET = bytes(range(32))


@pytest.fixture
async def city() -> AsyncGenerator[Receiver, None]:
    async with receiving() as server:
        yield server


@pytest.fixture
def services(city: Receiver) -> HttpEmergencyServices:
    sender = HttpSender(anywhere=True, seconds=1)
    return HttpEmergencyServices(SignedPosts(city.url, SECRET, sender))


async def unanswered(database: Database, district: District, **different: Any) -> UUID:
    """The mother's alarm has reached the district."""
    async with database.transaction("test") as session:
        await raise_alarms(session, [replace(await sos(session, district), **different)])
        alarm_id = (await session.scalars(select(col(Alarm.id)))).one()
        await lift(session, alarm_id, 3)
    return alarm_id


async def logged(database: Database) -> list[tuple[str, str | None]]:
    told = select(col(AlarmLog.change), col(AlarmLog.note)).order_by(col(AlarmLog.id))
    return [(row[0].value, row[1]) for row in await database.fetch(told) if row[1]]


async def due_again(database: Database) -> None:
    """The rest after a failure is over."""
    async with database.transaction("test") as session:
        await session.execute(update(EmergencyCall).values(due_at=func.now()))


async def test_it_is_told_once_where_to_come(
    database: Database,
    district: District,
    vault: Vault,
    city: Receiver,
    services: HttpEmergencyServices,
) -> None:
    alarm_id = await unanswered(database, district)
    assert await call_one(database, vault, services)
    assert not await call_one(database, vault, services)
    told = city.verified(shown_secret(SECRET))
    (elder,) = await database.fetch(
        select(col(Elder.name), col(Elder.address_cipher)).where(
            col(Elder.id) == district.mother_id
        )
    )
    assert (told["id"], told["type"], told["name"]) == (
        public_id("alarm", alarm_id),
        "SOS",
        elder[0],
    )
    assert told["address"] == vault.open(elder[1], "elder.address_cipher")
    assert await logged(database) == [("NOTIFIED", "120")]
    seen = select(col(AuditEntry.elder_id), col(AuditEntry.fields)).where(
        col(AuditEntry.action) == "emergency_call"
    )
    ((whose, fields),) = await database.fetch(seen)
    assert whose == district.mother_id
    assert "Elder.address" in fields


async def test_what_does_not_arrive_is_sent_again_as_the_same(
    database: Database,
    district: District,
    vault: Vault,
    city: Receiver,
    services: HttpEmergencyServices,
) -> None:
    await unanswered(database, district)
    city.statuses = [503, 500]
    for _ in range(3):
        assert await call_one(database, vault, services)
        assert not await call_one(database, vault, services)
        await due_again(database)
    assert len(city.got) == 3
    assert len(set(city.ids)) == 1
    assert await logged(database) == [("NOTIFICATION_FAILED", "120: HTTP 503"), ("NOTIFIED", "120")]


async def test_a_call_that_a_worker_died_over_is_made_by_the_next(
    database: Database,
    district: District,
    vault: Vault,
    city: Receiver,
    services: HttpEmergencyServices,
) -> None:
    await unanswered(database, district)
    async with database.transaction("worker") as session:
        assert await take(session, vault)
    assert not await call_one(database, vault, services)
    await due_again(database)
    assert await call_one(database, vault, services)
    assert len(city.got) == 1


@pytest.mark.parametrize(
    "different",
    [
        {"purpose": AlarmPurpose.DRILL},
        {"purpose": AlarmPurpose.CANARY},
        {"severity": AlarmSeverity.MAJOR},
    ],
    ids=["drill", "canary", "major"],
)
async def test_for_anything_less_it_is_never_asked(
    database: Database, district: District, different: dict[str, Any]
) -> None:
    await unanswered(database, district, **different)
    assert await database.fetch(select(EmergencyCall)) == []


async def test_who_is_being_helped_or_rang_long_ago_is_not_called_for(
    database: Database,
    district: District,
    vault: Vault,
    city: Receiver,
    services: HttpEmergencyServices,
) -> None:
    player = district.players[Role.DISPATCHER]
    dispatcher = Actor(player.account_id, Role.DISPATCHER, player.region_code)
    alarm_id = await unanswered(database, district)
    async with database.transaction("test") as session:
        long_ago = func.now() - FRESH
        await session.execute(update(EmergencyCall).values(asked_at=long_ago))
    assert not await call_one(database, vault, services)
    async with database.transaction("test") as session:
        await session.execute(update(EmergencyCall).values(asked_at=func.now(), due_at=func.now()))
        await acknowledge(session, dispatcher, alarm_id)
        await dispatch(session, dispatcher, alarm_id)
    assert not await call_one(database, vault, services)
    assert city.got == []
    assert await logged(database) == []

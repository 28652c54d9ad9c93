"""Who is told of which level, when, and how often: as the rules have it, without any vendor."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from domain.access import ConsentScope, Role
from domain.accounts.models import Account
from domain.alarms.models import Alarm, AlarmPurpose, AlarmSeverity
from domain.crypto import Vault
from domain.database import Database
from domain.elders.models import Contact
from domain.notifications.models import (
    Notification,
    NotificationChannel,
    NotificationPreference,
    NotificationStep,
)
from domain.notifications.planning import Means, plan
from domain.notifications.preferences import quiet_until
from domain.notifications.telling import notify, prune
from tests.makers.accounts import make_account, make_person
from tests.makers.family import link_of, make_relative, set_scopes
from tests.makers.notifications import make_reachable, nobody_reachable
from tests.signals import press
from yiyang.district.cast import District

ALL = Means(frozenset(NotificationChannel))


@pytest.fixture
async def alarm(database: Database, vault: Vault, district: District) -> UUID:
    """The mother's, just raised; her daughter alone has a phone."""
    await nobody_reachable(database)
    await make_reachable(database, vault, district.daughter_id, "13900000001")
    await press(database, district)
    ((key,),) = await database.fetch(select(col(Alarm.id)))
    await forget(database)
    return key


async def forget(database: Database) -> None:
    async with database.transaction("test") as session:
        await session.execute(update(NotificationStep).values(planned_at=col(NotificationStep.at)))


async def change(database: Database, table: Any, **values: Any) -> None:
    async with database.transaction("test") as session:
        await session.execute(update(table).values(**values))


async def told(
    database: Database, vault: Vault, alarm_id: UUID, level: int = 1
) -> list[tuple[UUID, str, float]]:
    """Who is told after a level was to be: account, channel, and how many seconds after
    their first."""
    async with database.transaction("test") as session:
        notify(session, alarm_id, level)
    async with database.transaction("test") as session:
        while await plan(session, vault, ALL):
            pass
    columns = (Notification.account_id, Notification.channel, Notification.due_at)
    ordered = select(*map(col, columns)).order_by(col(Notification.rank), col(Notification.id))
    first: dict[UUID, datetime] = {}
    return [
        (account, channel.value, _seconds(due, first.setdefault(account, due)))
        for account, channel, due in await database.fetch(ordered)
    ]


def _seconds(due: datetime, since: datetime) -> float:
    return float("inf") if due.tzinfo is None else (due - since).total_seconds()


async def test_what_is_critical_has_its_channels_close_together(
    database: Database, vault: Vault, district: District, alarm: UUID
) -> None:
    daughter = district.daughter_id
    assert await told(database, vault, alarm) == [(daughter, "SMS", 0), (daughter, "VOICE", 30)]


async def test_what_is_not_waits_for_a_failure(
    database: Database, vault: Vault, district: District, alarm: UUID
) -> None:
    await change(database, Alarm, severity=AlarmSeverity.MAJOR)
    daughter, never = district.daughter_id, float("inf")
    assert await told(database, vault, alarm) == [(daughter, "SMS", 0), (daughter, "VOICE", never)]


async def test_a_level_is_told_again_after_a_minute_and_not_before(
    database: Database, vault: Vault, alarm: UUID
) -> None:
    assert len(await told(database, vault, alarm)) == 2
    assert len(await told(database, vault, alarm)) == 2
    earlier = col(NotificationStep.at) - timedelta(seconds=61)
    await change(database, NotificationStep, at=earlier)
    assert len(await told(database, vault, alarm)) == 4
    rounds = select(col(Notification.round)).distinct().order_by(col(Notification.round))
    assert await database.fetch(rounds) == [(1,), (2,)]


async def test_the_family_is_told_by_consent_and_in_the_order_that_the_elder_wants(
    database: Database, vault: Vault, district: District, alarm: UUID
) -> None:
    first = await make_relative(database, district.mother_id)
    await make_reachable(database, vault, first.id, "13900000007")
    hidden = await make_relative(database, district.mother_id, set(ConsentScope))
    await make_reachable(database, vault, hidden.id, "13900000008")
    link = await link_of(database, hidden.id, district.mother_id)
    await set_scopes(database, link, set(ConsentScope) - {ConsentScope.ALARMS})
    async with database.transaction("test") as session:
        sealed = vault.seal("13900000007", "contact.phone_cipher")
        hers = col(Contact.elder_id) == district.mother_id, col(Contact.calling_order) == 1
        await session.execute(update(Contact).where(*hers).values(phone_cipher=sealed))
    people = [account for account, channel, _ in await told(database, vault, alarm)]
    assert people == [first.id] * 2 + [district.daughter_id] * 2


@pytest.mark.parametrize(
    ("level", "role", "region"),
    [
        (1, Role.STATION, "330102001"),
        (2, Role.DISPATCHER, "330102001"),
        (3, Role.DISPATCHER, "330102"),
        (3, Role.OFFICIAL, "330102"),
    ],
)
async def test_a_level_is_told_to_the_nearest_who_work_for_it(
    database: Database, vault: Vault, alarm: UUID, level: int, role: Role, region: str
) -> None:
    community = (await database.fetch(select(col(Alarm.region_code))))[0][0]
    phones = iter(range(13911110000, 13911119999))
    found: dict[str, UUID] = {}
    for code in (community[:6], community[:9]):
        person = await make_person(database, vault=vault, phone=str(next(phones)))
        found[code] = (await make_account(database, role, person, region_code=code)).id
    people = {account for account, _, _ in await told(database, vault, alarm, level)}
    assert found[community[: len(region)]] in people
    assert not people & {one for code, one in found.items() if len(code) != len(region)}


@pytest.mark.parametrize(
    ("purpose", "family_too", "tells"),
    [
        (AlarmPurpose.DRILL, False, False),
        (AlarmPurpose.DRILL, True, True),
        (AlarmPurpose.CANARY, True, False),
    ],
)
async def test_the_family_learns_of_no_drill_that_is_not_for_them(
    database: Database,
    vault: Vault,
    alarm: UUID,
    purpose: AlarmPurpose,
    family_too: bool,
    tells: bool,
) -> None:
    await change(database, Alarm, purpose=purpose, family_too=family_too)
    assert bool(await told(database, vault, alarm)) is tells


async def _wish(database: Database, account_id: UUID, **wishes: Any) -> None:
    async with database.transaction("test") as session:
        person_id = (await session.get_one(Account, account_id)).person_id
        assert person_id is not None
        session.add(NotificationPreference(person_id=person_id, **wishes))


async def test_who_has_muted_a_channel_is_told_by_another(
    database: Database, vault: Vault, district: District, alarm: UUID
) -> None:
    await _wish(database, district.daughter_id, sms_muted=True)
    assert [channel for _, channel, _ in await told(database, vault, alarm)] == ["VOICE"]


async def test_who_is_on_duty_is_told_whatever_they_have_muted(
    database: Database, vault: Vault, alarm: UUID
) -> None:
    await change(database, Alarm, severity=AlarmSeverity.MINOR)
    person = await make_person(database, vault=vault, phone="13911112222")
    code = (await database.fetch(select(col(Alarm.region_code))))[0][0]
    desk = await make_account(database, Role.DISPATCHER, person, region_code=code[:9])
    whole_day = {"quiet_from": time(0, 0), "quiet_until": time(23, 59)}
    await _wish(database, desk.id, sms_muted=True, **whole_day)
    found = await told(database, vault, alarm, level=2)
    assert (desk.id, "SMS", 0) in found


async def test_of_the_family_and_on_duty_is_on_duty(
    database: Database, vault: Vault, district: District, alarm: UUID
) -> None:
    person = await make_reachable(database, vault, district.daughter_id, "13900000001")
    code = (await database.fetch(select(col(Alarm.region_code))))[0][0]
    desk = await make_account(database, Role.STATION, person, region_code=code)
    await _wish(database, district.daughter_id, sms_muted=True)
    assert await told(database, vault, alarm) == [(desk.id, "SMS", 0), (desk.id, "VOICE", 30)]


NOBODY = UUID(int=0)
NIGHT = NotificationPreference(person_id=NOBODY, quiet_from=time(22, 0), quiet_until=time(6, 30))
DAY = NotificationPreference(person_id=NOBODY, quiet_from=time(13, 0), quiet_until=time(15, 0))


@pytest.mark.parametrize(
    ("wishes", "hour", "told_at"),
    [
        (NIGHT, "2026-11-22 21:59", None),
        (NIGHT, "2026-11-22 22:00", "2026-11-23 06:30"),
        (NIGHT, "2026-11-23 03:00", "2026-11-23 06:30"),
        (NIGHT, "2026-11-23 06:30", None),
        (DAY, "2026-11-22 14:00", "2026-11-22 15:00"),
        (DAY, "2026-11-22 15:00", None),
        (NotificationPreference(person_id=NOBODY), "2026-11-22 03:00", None),
    ],
)
def test_quiet_hours_are_the_districts(
    wishes: NotificationPreference, hour: str, told_at: str | None
) -> None:
    def moment(text: str) -> datetime:
        return datetime.fromisoformat(f"{text}:00+08:00").astimezone(UTC)

    assert quiet_until(wishes, moment(hour)) == moment(told_at or hour)


async def test_steps_are_forgotten_in_time(database: Database, vault: Vault, alarm: UUID) -> None:
    await told(database, vault, alarm)
    await change(database, NotificationStep, at=col(NotificationStep.at) - timedelta(days=8))
    async with database.transaction("test") as session:
        assert await prune(session) > 0
    assert await database.fetch(select(col(NotificationStep.id))) == []

"""What time does to an alarm, by the rules and by what a division has set."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from domain.access import Actor, Role
from domain.alarms import service
from domain.alarms.escalation import CANCELLABLE, ON_THE_WAY, escalate_due
from domain.alarms.models import (
    Alarm,
    AlarmChange,
    AlarmLog,
    AlarmPurpose,
    AlarmSeverity,
    AlarmType,
    ResolveReason,
)
from domain.database import Database
from domain.errors import InvalidInput
from domain.escalation.models import EscalationPolicy
from domain.notifications.models import NotificationStep
from tests.signals import its_time_comes, sos
from yiyang.district.cast import District

TEN_MINUTES = timedelta(minutes=10)


@pytest.fixture
def dispatcher(district: District) -> Actor:
    player = district.players[Role.DISPATCHER]
    return Actor(player.account_id, Role.DISPATCHER, player.region_code)


async def raised(database: Database, district: District, **different: Any) -> UUID:
    """The mother's alarm; an SOS in time unless told otherwise."""
    async with database.transaction("test") as session:
        usual = await sos(session, district)
        await service.raise_alarms(session, [replace(usual, **different)])
        return (await session.scalars(select(col(Alarm.id)))).one()


async def alarm_of(database: Database) -> tuple[Alarm, timedelta | None]:
    """The alarm, and how long it is until its next step."""
    async with database.transaction("test") as session:
        alarm, moment = (await session.execute(select(Alarm, func.now()))).one()
    return alarm, alarm.escalate_at and round_s(alarm.escalate_at - moment)


def round_s(span: timedelta) -> timedelta:
    """Up to ten seconds, which a slow machine may take."""
    return timedelta(seconds=-(-span.total_seconds() // 10) * 10)


async def told(database: Database) -> list[int]:
    """The levels whose people were asked to be told, in order."""
    steps = select(col(NotificationStep.level)).order_by(col(NotificationStep.id))
    return [row[0] for row in await database.fetch(steps)]


async def passes(database: Database, alarm_id: UUID) -> None:
    async with database.transaction("test") as session:
        await its_time_comes(session, alarm_id)


async def changes(database: Database) -> list[AlarmChange]:
    rows = await database.fetch(select(col(AlarmLog.change)).order_by(col(AlarmLog.id)))
    return [row[0] for row in rows]


async def test_an_alarm_is_the_familys_then_the_streets_then_the_districts(
    database: Database, district: District
) -> None:
    alarm_id = await raised(database, district)
    alarm, waits = await alarm_of(database)
    assert (alarm.level, waits) == (1, timedelta(seconds=60))
    await passes(database, alarm_id)
    alarm, waits = await alarm_of(database)
    assert (alarm.level, waits) == (2, timedelta(seconds=120))
    await passes(database, alarm_id)
    alarm, waits = await alarm_of(database)
    assert (alarm.level, waits) == (3, None)
    assert await changes(database) == [
        AlarmChange.RAISED,
        AlarmChange.ESCALATED,
        AlarmChange.ESCALATED,
    ]
    assert await told(database) == [1, 2, 3]


async def test_lateness_of_a_step_is_not_handed_on(database: Database, district: District) -> None:
    """After an hour without any worker both steps are taken at once, one after the other."""
    await raised(database, district)
    an_hour_ago = func.now() - timedelta(hours=1)
    async with database.transaction("test") as session:
        await session.execute(update(Alarm).values(escalate_at=an_hour_ago))
        for level in (2, 3):
            await escalate_due(session, 10)
            assert await session.scalar(select(col(Alarm.level))) == level


async def test_what_was_acknowledged_and_is_not_over_begins_again(
    database: Database, district: District, dispatcher: Actor
) -> None:
    alarm_id = await raised(database, district)
    async with database.transaction("test") as session:
        await service.acknowledge(session, dispatcher, alarm_id)
    alarm, waits = await alarm_of(database)
    assert (alarm.state, alarm.level, waits) == (alarm.state.ACKNOWLEDGED, 1, TEN_MINUTES)
    seen = [(alarm.level, waits)]
    for _ in range(4):
        await passes(database, alarm_id)
        alarm, waits = await alarm_of(database)
        assert alarm.state is alarm.state.ACKNOWLEDGED
        assert alarm.rearmed_at is not None
        seen.append((alarm.level, waits))
    minute = timedelta(minutes=1)
    assert seen == [
        (1, TEN_MINUTES),
        (1, minute),
        (2, 2 * minute),
        (3, TEN_MINUTES),
        (3, TEN_MINUTES),
    ]
    assert (await changes(database))[2:] == [
        AlarmChange.REARMED,
        AlarmChange.ESCALATED,
        AlarmChange.ESCALATED,
        AlarmChange.REARMED,
    ]
    assert await told(database) == [1, 1, 2, 3, 3]


async def test_an_answer_is_one_version_of_its_alarm(
    database: Database, district: District, dispatcher: Actor
) -> None:
    alarm_id = await raised(database, district)
    before, _ = await alarm_of(database)
    async with database.transaction("test") as session:
        await service.acknowledge(session, dispatcher, alarm_id)
    after, _ = await alarm_of(database)
    assert after.version == before.version + 1


async def test_who_was_sent_has_a_quarter_of_an_hour_and_who_arrived_is_left_alone(
    database: Database, district: District, dispatcher: Actor
) -> None:
    alarm_id = await raised(database, district)
    async with database.transaction("test") as session:
        await service.acknowledge(session, dispatcher, alarm_id)
        await service.dispatch(session, dispatcher, alarm_id)
    assert (await alarm_of(database))[1] == ON_THE_WAY
    await passes(database, alarm_id)
    alarm, waits = await alarm_of(database)
    assert (alarm.state, waits) == (alarm.state.DISPATCHED, timedelta(minutes=1))
    async with database.transaction("test") as session:
        await service.arrive(session, dispatcher, alarm_id)
    alarm, waits = await alarm_of(database)
    assert (alarm.rearmed_at, waits) == (None, None)


async def test_what_is_over_is_due_never(
    database: Database, district: District, dispatcher: Actor
) -> None:
    alarm_id = await raised(database, district)
    async with database.transaction("test") as session:
        await service.resolve(session, dispatcher, alarm_id, ResolveReason.TRUE_ALARM)
    assert (await alarm_of(database))[1] is None


async def test_a_late_one_stays_at_level_zero_answered_or_not(
    database: Database, district: District, dispatcher: Actor
) -> None:
    alarm_id = await raised(database, district, late=True)
    alarm, waits = await alarm_of(database)
    assert (alarm.level, waits) == (0, None)
    async with database.transaction("test") as session:
        await service.acknowledge(session, dispatcher, alarm_id)
    assert (await alarm_of(database))[1] is None
    assert await told(database) == []


async def test_a_test_call_calls_nobody(database: Database, district: District) -> None:
    await raised(database, district, purpose=AlarmPurpose.CANARY)
    alarm, waits = await alarm_of(database)
    assert (alarm.level, waits) == (0, None)
    assert await told(database) == []


async def test_a_repeat_tells_the_level_that_is_reached(
    database: Database, district: District
) -> None:
    alarm_id = await raised(database, district)
    await passes(database, alarm_id)
    await raised(database, district)
    assert await told(database) == [1, 2, 2]


async def test_a_fall_waits_for_the_elders_word_first(
    database: Database, district: District
) -> None:
    alarm_id = await raised(database, district, type=AlarmType.FALL)
    alarm, waits = await alarm_of(database)
    assert (alarm.level, waits) == (0, CANCELLABLE[AlarmType.FALL])
    assert await told(database) == []
    await passes(database, alarm_id)
    alarm, waits = await alarm_of(database)
    assert (alarm.level, waits) == (1, timedelta(minutes=1))
    assert await told(database) == [1]


async def set_times(
    database: Database, district: District, region: str, street: int, whose: AlarmSeverity
) -> None:
    async with database.transaction("test") as session:
        session.add(
            EscalationPolicy(
                region_code=region,
                severity=whose,
                street_after_seconds=street,
                district_after_seconds=2 * street,
                rearm_after_seconds=60,
                set_by=district.players[Role.ADMIN].account_id,
            )
        )


async def test_the_most_specific_division_decides(database: Database, district: District) -> None:
    async with database.transaction("test") as session:
        community = (await sos(session, district)).region_code
    street = community[:9]
    for code, seconds in ((street[:4], 50), (street[:6], 40), (street, 30)):
        await set_times(database, district, code, seconds, AlarmSeverity.CRITICAL)
    await set_times(database, district, street, 10, AlarmSeverity.MAJOR)
    alarm_id = await raised(database, district)
    assert (await alarm_of(database))[1] == timedelta(seconds=30)
    await passes(database, alarm_id)
    assert (await alarm_of(database))[1] == timedelta(seconds=30)


@pytest.mark.parametrize("street", [5, 61, 100_000])
async def test_nobody_is_given_longer_than_the_rules_where_a_life_may_be_at_stake(
    database: Database, district: District, street: int
) -> None:
    region = district.players[Role.DISPATCHER].region_code
    assert region is not None
    with pytest.raises(InvalidInput):
        await set_times(database, district, region, street, AlarmSeverity.CRITICAL)
    assert await database.fetch(select(EscalationPolicy)) == []

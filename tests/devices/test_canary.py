"""A test call through the real chain: broker, bridge, database, API, socket; and what is made of
one that does not come through."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from api.auth.tokens import TokenKey
from devices.bridge import BridgeSettings
from domain.access import Role
from domain.alarms.models import Alarm
from domain.calendar import now
from domain.canary.judging import OVERDUE, SILENT, judge
from domain.canary.models import CanaryRun
from domain.canary.service import prune
from domain.canary.setting_up import canaries, install
from domain.database import Database
from domain.devices.models import Device
from domain.devices.service import rows_of
from domain.ids import public_id
from tests.clients import Api
from tests.conftest import Broker
from tests.devices.wire import MASTER_KEY, number, running
from tests.makers.canary import ran
from tests.parts import database_away
from tests.waiting import until
from yiyang.canary import CanarySettings, keep_ringing

HEALTH = """query ($region: String) { chainHealth(region: $region) {
  stations broken { id } runs steps { step runs lastMs p50Ms p99Ms } } }"""


@pytest.fixture
async def stations(database: Database) -> list[UUID]:
    """The two that have a test button in use: more would only take time."""
    async with database.transaction("test") as session:
        await install(session)
        everywhere = await canaries(session)
        rest = [canary.device_id for canary in everywhere[2:]]
        await session.execute(
            update(Device).where(col(Device.id).in_(rest)).values(revoked_at=now())
        )
        return [canary.station_id for canary in everywhere[:2]]


@asynccontextmanager
async def ringing(
    api: Api, bridge: BridgeSettings, broker: Broker, token_key: TokenKey
) -> AsyncGenerator[None, None]:
    """As `yiyang canary` does it, but without the minute between."""
    settings = CanarySettings(
        database_url=bridge.database_url,
        mqtt_url=broker.mqtt_url,
        tenant=bridge.tenant,
        master_key=MASTER_KEY,
        token_key=token_key,
        api_url=api.ws_url,
        every_s=1,
    )
    task = asyncio.create_task(keep_ringing(settings, lambda: None))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def shown(database: Database) -> int:
    return await number(database, "SELECT count(*) FROM canary_run WHERE shown_at IS NOT NULL")


@pytest.mark.usefixtures("stations")
async def test_a_test_call_is_shown_and_taken_back_and_nobody_else_sees_it(
    api: Api,
    database: Database,
    settings: BridgeSettings,
    broker: Broker,
    token_key: TokenKey,
) -> None:
    async with running(settings), ringing(api, settings, broker, token_key):
        await until(lambda: _at_least(database, 3))
    (run, *_) = await database.fetch(
        select(*rows_of(CanaryRun).c).where(col(CanaryRun.shown_at).is_not(None))
    )
    places = [run.pressed_at, run.received_at, run.recorded_at, run.shown_at]
    assert places == sorted(places)
    assert run.confirmed_at >= run.received_at
    over = "state = 'RESOLVED' AND resolve_reason = 'TEST' AND level = 0"
    open_now = "SELECT count(*) FROM alarm WHERE NOT (" + over + ")"
    assert await number(database, open_now) <= 2, "of those that were cut off at the end"
    for role in (Role.OFFICIAL, Role.DISPATCHER, Role.STATION, Role.FAMILY):
        seen = await api.data(role, "{ alarms(first: 0) { totalCount } }")
        assert seen["alarms"]["totalCount"] == 0, role
    health = (await api.data(Role.ADMIN, HEALTH))["chainHealth"]
    assert (health["stations"], health["broken"]) == (2, [])
    assert [step["step"] for step in health["steps"]] == [
        "TO_BRIDGE",
        "TO_RECEIPT",
        "TO_SCREEN",
        "WHOLE",
    ]
    assert all(step["p99Ms"] >= step["p50Ms"] > 0 for step in health["steps"])


@pytest.mark.usefixtures("stations")
async def test_it_waits_for_a_database_that_is_away_when_it_starts(
    api: Api,
    database: Database,
    settings: BridgeSettings,
    broker: Broker,
    token_key: TokenKey,
    cluster: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with AsyncExitStack() as parts:
        async with database_away(cluster, settings.database_url):
            await parts.enter_async_context(ringing(api, settings, broker, token_key))
            await until(lambda: "The database is away" in caplog.text)
        await parts.enter_async_context(running(settings))
        await until(lambda: _at_least(database, 1))


async def _at_least(database: Database, runs: int) -> bool:
    return await shown(database) >= runs


async def judged(database: Database) -> list[tuple[str, UUID, bool]]:
    """Of each alarm its type, its station and whether it is cleared, once it has been judged."""
    async with database.transaction("test") as session:
        await judge(session, now())
    rows = await database.fetch(
        select(col(Alarm.type), col(Alarm.station_id), col(Alarm.cleared_at)).order_by(
            col(Alarm.id)
        )
    )
    return [(kind, station, cleared is not None) for kind, station, cleared in rows]


NEW, OLD = timedelta(seconds=1), OVERDUE + timedelta(seconds=1)


async def test_one_that_does_not_come_is_its_stations_alarm_until_one_comes(
    api: Api, database: Database, stations: list[UUID]
) -> None:
    good, bad = stations
    assert await judged(database) == [], "nobody has rung"
    await ran(database, good, NEW, came=True)
    await ran(database, bad, NEW, came=False)
    assert await judged(database) == [], "it may still come"
    await ran(database, bad, OLD, came=False)
    for _ in range(2):
        assert await judged(database) == [("CHAIN_BROKEN", bad, False)]
    health = (await api.data(Role.ADMIN, HEALTH))["chainHealth"]
    assert [station["id"] for station in health["broken"]] == [public_id("station", bad)]
    assert await number(database, "SELECT sum(repeat_count) FROM alarm") == 0
    await ran(database, bad, timedelta(), came=True)
    assert await judged(database) == [("CHAIN_BROKEN", bad, True)]


@pytest.mark.parametrize("ago", [OLD, SILENT + timedelta(seconds=1)], ids=["lost", "not rung"])
async def test_where_none_comes_there_is_one_alarm_of_all(
    database: Database, stations: list[UUID], ago: timedelta
) -> None:
    for station in stations:
        await ran(database, station, ago, came=ago is not OLD)
    for _ in range(2):
        assert [kind for kind, _, _ in await judged(database)] == ["CHAIN_BROKEN"]
    found = await database.fetch(select(col(Alarm.severity), col(Alarm.repeat_count)))
    assert [tuple(row) for row in found] == [("CRITICAL", 0)]


async def test_figures_are_of_the_last_hour_and_of_ones_own_region(
    api: Api, database: Database, stations: list[UUID]
) -> None:
    await ran(database, stations[0], timedelta(hours=2), came=True)
    for ago in (1, 2, 3):
        await ran(database, stations[0], timedelta(minutes=ago), came=True)
    health = (await api.data(Role.ADMIN, HEALTH))["chainHealth"]
    assert health["runs"] == 3
    assert {step["step"]: step["p50Ms"] for step in health["steps"]} == {
        "TO_BRIDGE": 10,
        "TO_RECEIPT": 20,
        "TO_SCREEN": 20,
        "WHOLE": 40,
    }
    for role in (Role.FAMILY, Role.VENDOR):
        assert (await api.data(role, HEALTH))["chainHealth"]["stations"] == 0
    elsewhere = await api.data(Role.ADMIN, HEALTH, region="11")
    assert (elsewhere["chainHealth"]["stations"], elsewhere["chainHealth"]["runs"]) == (0, 0)


async def test_old_runs_and_their_alarms_are_dropped(
    database: Database, stations: list[UUID]
) -> None:
    await ran(database, stations[0], timedelta(days=8), came=True)
    await ran(database, stations[0], timedelta(days=6), came=True)
    async with database.transaction("test") as session:
        assert await prune(session) == 1
    assert await number(database, "SELECT count(*) FROM canary_run") == 1

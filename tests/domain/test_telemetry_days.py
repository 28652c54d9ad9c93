"""Partitions are made ahead, rows move into theirs, old ones go, and nobody waits for long."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from devices.mac import Trust
from devices.pipeline import Status
from devices.storing import Store
from domain.database import Database
from domain.devices.models import DeviceKind
from domain.devices.partitions import AHEAD_DAYS, drop_days, make_ahead
from domain.devices.retention import Retention, tend
from tests.devices.reported import uplink
from tests.devices.wire import MASTER_KEY, names, number, rows

PLACES = "SELECT tableoid::regclass::text AS place, seq FROM telemetry ORDER BY seq"
DAYS = """
    SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid
    WHERE inhparent = 'telemetry'::regclass AND relname ~ '[0-9]{8}$' ORDER BY 1
"""


@pytest.fixture
async def band(database: Database) -> str:
    """A sleep band's name."""
    return (await names(database, DeviceKind.SLEEP_BAND, 1))[0]


@pytest.fixture
def store(service: Database) -> Store:
    """Takes batches, with the rights of the service."""
    return Store(service, Trust(MASTER_KEY))


@pytest.fixture
async def service(database_url: str):  # a generator of Database
    """The database as the parts of the service see it: they own no table."""
    opened = Database(database_url)
    yield opened
    await opened.close()


def name(at: datetime) -> str:
    return f"telemetry_{at.astimezone(UTC):%Y%m%d}"


async def report(store: Store, band: str, at: datetime, seq: int) -> Status:
    ts = round(at.timestamp() * 1000)
    message = {"v": 1, "id": f"r-{seq}", "boot": 1, "seq": seq, "ts": ts, "type": "telemetry"}
    (outcome,) = await store.take([uplink(band, message | {"m": {"heart_rate": 61}})])
    return outcome.status


async def days(database: Database) -> list[str]:
    return [row.relname for row in await rows(database, DAYS)]


async def execute(database: Database, statement: str) -> None:
    async with database.transaction("test") as session:
        await session.execute(text(statement))


async def test_each_reading_lies_in_its_day_and_a_wrong_clock_in_the_default(
    store: Store, band: str, database: Database
) -> None:
    now = datetime.now(UTC)
    claims = [now, now + timedelta(days=1), datetime(1970, 1, 2, tzinfo=UTC), now.replace(2090)]
    for seq, at in enumerate(claims):
        assert await report(store, band, at, seq) is Status.STORED
        assert await report(store, band, at, seq) is Status.DUPLICATE
    found = [row.place for row in await rows(database, PLACES)]
    assert found == [name(claims[0]), name(claims[1]), "telemetry_default", "telemetry_default"]


async def test_a_day_that_is_made_late_takes_its_readings_along(
    store: Store, service: Database, band: str, database: Database
) -> None:
    at = datetime.now(UTC) + timedelta(days=3)
    await execute(database, f"DROP TABLE {name(at)}")
    assert await report(store, band, at, 1) is Status.STORED
    assert (await rows(database, PLACES))[0].place == "telemetry_default"
    # As the service, and two at once: each day is made by one of them.
    assert sorted(await asyncio.gather(make_ahead(service), make_ahead(service))) == [0, 1]
    assert (await rows(database, PLACES))[0].place == name(at)
    assert await report(store, band, at, 1) is Status.DUPLICATE
    assert len(await days(database)) == AHEAD_DAYS + 1


async def test_what_is_over_goes_and_the_rest_stays(
    store: Store, service: Database, band: str, database: Database
) -> None:
    now = datetime.now(UTC)
    for age in (2, 5):
        day = (now - timedelta(days=age)).date()
        await execute(database, f"SELECT make_telemetry_day('{day}')")
    for seq, age in enumerate((0, 2, 5, 10_000, 10_001)):
        assert await report(store, band, now - timedelta(days=age), seq) is Status.STORED
    await execute(
        database, "UPDATE telemetry SET received_at = now() - interval '9 days' WHERE seq = 4"
    )
    letters = "INSERT INTO dead_letter (received_at, topic, reason, size, payload)"
    for age in (1, 3):
        await execute(
            database, f"{letters} VALUES (now() - interval '{age} days', 't', 'r', 0, '')"
        )
    assert await tend(service, Retention(telemetry=3, events=1, dead_letters=2)) == 3
    assert [row.seq for row in await rows(database, PLACES)] == [0, 1, 3]
    assert name(now - timedelta(days=2)) in await days(database)
    assert name(now - timedelta(days=5)) not in await days(database)
    assert await number(database, "SELECT count(*) FROM dead_letter") == 1


async def test_a_drop_lets_go_at_once_of_what_it_cannot_have(
    store: Store, service: Database, band: str, database: Database
) -> None:
    now = datetime.now(UTC)
    day = (now - timedelta(days=50)).date()
    await execute(database, f"SELECT make_telemetry_day('{day}')")
    # Somebody reads for long; the drop would wait, and every bridge behind it.
    async with database.transaction("reader") as reader:
        await reader.execute(text("SELECT count(*) FROM telemetry"))
        dropping = asyncio.create_task(drop_days(service, timedelta(days=10)))
        for seq in range(5):
            assert await report(store, band, now, seq) is Status.STORED
        assert not dropping.done()
    assert await dropping == 1
    assert await number(database, "SELECT count(*) FROM telemetry") == 5

"""Whatever is done to the audit trail by hand is found, and the first row of it is named."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from random import Random

import asyncpg
import pytest

from domain.access import Actor, Role
from domain.audit.chain import Head, connect, head, seal
from domain.audit.heads import BadLine, HeadLog
from domain.audit.models import Outcome
from domain.audit.service import Act, Source, record, record_alone
from domain.audit.verifying import Finding, Tampering, Verdict, verify
from domain.database import Database
from tests.waiting import until
from yiyang.district.cast import District
from yiyang.sealing import keep_sealing

SEALED = 10


@pytest.fixture
async def sealer(database_url: str) -> AsyncGenerator[asyncpg.Connection, None]:
    """A connection as the sealer has it."""
    connection = await connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def sql(database_url: str) -> AsyncGenerator[asyncpg.Connection, None]:
    """A superuser's."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def log(
    database: Database, sealer: asyncpg.Connection, district: District, tmp_path: Path
) -> HeadLog:
    """Of a trail with some sealed entries of every kind."""
    kept = HeadLog(tmp_path / "audit.log")
    actor = Actor(district.mother_id, Role.STATION, "330102")
    for number in range(SEALED):
        acts = [
            Act("read", "elder", district.mother_id, district.mother_id, ["Elder.fullAddress"]),
            Act("alarm_acknowledge", purpose="照护 \" '", outcome=Outcome.DENIED),
        ]
        source = Source(f"r{number}", "::1")
        await record_alone(database, (None, actor)[number % 2], source, [acts[number % 2]])
        await seal(sealer)
        kept.append(await head(sealer))
    return kept


async def verdict(sealer: asyncpg.Connection, log: HeadLog | None = None) -> Verdict:
    heads = log.heads() if log else iter(())
    return await verify(sealer, heads, lambda done, total: None)


async def test_what_nobody_has_touched_is_well(sealer: asyncpg.Connection, log: HeadLog) -> None:
    assert await verdict(sealer, log) == Verdict(SEALED, 0, None, SEALED)


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 microsecond'",
        "at = 'infinity'",
        "at = '20000-01-01'",
        "actor_id = gen_random_uuid()",
        "role = 'ADMIN'",
        "action = 'nothing'",
        "outcome = CASE outcome WHEN 'DONE' THEN 'DENIED' ELSE 'DONE' END",
        "object_type = 'alarm'",
        "object_id = gen_random_uuid()",
        "elder_id = gen_random_uuid()",
        "elder_id = CASE WHEN elder_id IS NULL THEN gen_random_uuid() END",
        "fields = ARRAY['name']",
        "purpose = 'care'",
        "request_id = NULL",
        "address = '::2'",
    ],
)
@pytest.mark.parametrize("place", [1, 6, SEALED])
async def test_a_row_that_was_changed_is_named(
    sealer: asyncpg.Connection, sql: asyncpg.Connection, log: HeadLog, change: str, place: int
) -> None:
    key = await sql.fetchval("SELECT entry_id FROM audit_chain WHERE seq = $1", place)
    await sql.execute(f"UPDATE audit_entry SET {change} WHERE id >= $1", key)
    wanted = Finding(Tampering.CHANGED, place, key)
    assert await verdict(sealer, log) == Verdict(place - 1, 0, wanted, place - 1)


async def test_a_row_that_was_deleted_is_named(
    sealer: asyncpg.Connection, sql: asyncpg.Connection, log: HeadLog
) -> None:
    key = await sql.fetchval("SELECT entry_id FROM audit_chain WHERE seq = 4")
    await sql.execute("DELETE FROM audit_entry WHERE id = $1", key)
    assert (await verdict(sealer, log)).finding == Finding(Tampering.DELETED, 4, key)
    await sql.execute("DELETE FROM audit_chain WHERE entry_id = $1", key)
    assert (await verdict(sealer, log)).finding == Finding(Tampering.UNLINKED, 4, None)
    await sql.execute("UPDATE audit_chain SET seq = seq - 1 WHERE seq > 4")
    following = await sql.fetchval("SELECT entry_id FROM audit_chain WHERE seq = 4")
    assert (await verdict(sealer, log)).finding == Finding(Tampering.CHANGED, 4, following)


async def test_rows_in_another_order_are_found(
    sealer: asyncpg.Connection, sql: asyncpg.Connection, log: HeadLog
) -> None:
    await sql.execute("UPDATE audit_chain SET seq = -seq WHERE seq IN (3, 4)")
    await sql.execute("UPDATE audit_chain SET seq = 7 + seq WHERE seq < 0")
    finding = (await verdict(sealer, log)).finding
    assert finding
    assert (finding.tampering, finding.seq) == (Tampering.CHANGED, 3)


async def test_a_row_that_came_in_past_the_service_is_named(
    sealer: asyncpg.Connection, sql: asyncpg.Connection, log: HeadLog
) -> None:
    key = await sql.fetchval(
        "INSERT INTO audit_entry (action, outcome) VALUES ('forged', 'DONE') RETURNING id"
    )
    assert (await verdict(sealer, log)).finding == Finding(Tampering.INSERTED, None, key)


async def test_a_row_that_was_yet_to_be_sealed_is_missed(
    database: Database, sealer: asyncpg.Connection, sql: asyncpg.Connection, log: HeadLog
) -> None:
    await record_alone(database, None, Source(), [Act("one"), Act("other")])
    keys = [row[0] for row in await sql.fetch("SELECT entry_id FROM audit_unsealed ORDER BY 1")]
    assert await verdict(sealer, log) == Verdict(SEALED, 2, None, SEALED)
    await sql.execute("DELETE FROM audit_entry WHERE id = $1", keys[0])
    assert await seal(sealer) == 1
    assert (await verdict(sealer, log)).finding == Finding(Tampering.VANISHED, None, keys[0])


async def test_nobody_stops_the_sealer_by_what_waits(
    database: Database, sealer: asyncpg.Connection, log: HeadLog
) -> None:
    """The service may add to the queue: what is sealed already, and what never was."""
    await database.run("INSERT INTO audit_unsealed SELECT entry_id FROM audit_chain", ())
    await database.run("INSERT INTO audit_unsealed SELECT generate_series(-2000, -1)", ())
    await record_alone(database, None, Source(), [Act("one")])
    assert await seal(sealer) == SEALED + 1
    assert (await head(sealer)).seq == SEALED + 1
    assert (await verdict(sealer, log)).finding == Finding(Tampering.VANISHED, None, -2000)
    await database.run("DELETE FROM audit_unsealed", ())
    assert await verdict(sealer, log) == Verdict(SEALED + 1, 0, None, SEALED)


async def test_a_hash_is_the_same_in_every_time_zone(
    database_url: str, sql: asyncpg.Connection, log: HeadLog
) -> None:
    name = database_url.rpartition("/")[2]
    await sql.execute(f"ALTER DATABASE {name} SET TimeZone = 'Asia/Shanghai'")
    elsewhere = await connect(database_url)
    assert await verdict(elsewhere, log) == Verdict(SEALED, 0, None, SEALED)
    await elsewhere.close()


async def test_a_tail_that_was_cut_off_is_known_to_the_log_alone(
    database: Database, sealer: asyncpg.Connection, sql: asyncpg.Connection, log: HeadLog
) -> None:
    await sql.execute(
        "DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_chain WHERE seq > 7)"
    )
    await sql.execute("DELETE FROM audit_chain WHERE seq > 7")
    assert (await verdict(sealer)).finding is None
    assert (await verdict(sealer, log)).finding == Finding(Tampering.CUT, 8, None)
    await record_alone(database, None, Source(), [Act("grown anew")] * 5)
    await seal(sealer)
    log.append(await head(sealer))
    finding = (await verdict(sealer, log)).finding
    assert finding
    assert (finding.tampering, finding.seq) == (Tampering.REWRITTEN, 8)


@pytest.mark.parametrize(("kept", "first"), [(range(1, 11), 5), ((3, 6, 9), 4), ((10,), 1)])
async def test_a_chain_that_was_made_anew_is_not_the_logs(
    sealer: asyncpg.Connection,
    sql: asyncpg.Connection,
    log: HeadLog,
    kept: Sequence[int],
    first: int,
) -> None:
    """The more heads the log has, the closer it names the first row."""
    key = await sql.fetchval("SELECT entry_id FROM audit_chain WHERE seq = 5")
    await sql.execute("UPDATE audit_entry SET purpose = 'care' WHERE id = $1", key)
    await sql.execute("INSERT INTO audit_unsealed SELECT id FROM audit_entry")
    await sql.execute("DELETE FROM audit_chain")
    assert await seal(sealer) == SEALED
    assert (await verdict(sealer)).finding is None
    heads = iter([head for head in log.heads() if head.seq in kept])
    found = await verify(sealer, heads, lambda done, total: None)
    assert found.finding == Finding(Tampering.REWRITTEN, first, None)


async def test_a_sealer_that_dies_in_the_middle_loses_nothing(
    database: Database, database_url: str, sealer: asyncpg.Connection, sql: asyncpg.Connection
) -> None:
    await record_alone(database, None, Source(), [Act("kept")] * 3)
    doomed = await connect(database_url)
    async with sql.transaction():
        await sql.execute("LOCK TABLE audit_unsealed IN SHARE MODE")
        sealing = asyncio.create_task(seal(doomed))

        async def waits() -> bool:
            return await sql.fetchval(WAITS, doomed.get_server_pid())

        await until(waits)
        await sql.execute("SELECT pg_terminate_backend($1)", doomed.get_server_pid())
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
            await sealing
    assert await seal(sealer) == 3
    assert await verdict(sealer) == Verdict(3, 0, None, 0)


WAITS = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = $1"


async def test_who_commits_late_is_sealed_late_but_sealed(
    database: Database, sealer: asyncpg.Connection
) -> None:
    """Many writers with transactions of any length, and the sealer at work meanwhile."""
    random, written = Random(7), 0
    busy = True

    async def write(number: int) -> None:
        nonlocal written
        for turn in range(8):
            async with database.transaction("test") as session:
                record(session, None, Source(f"{number}.{turn}"), [Act("a"), Act("b")])
                await session.connection()
                await asyncio.sleep(random.random() / 50)
            written += 2

    async def keep() -> None:
        while busy:
            await seal(sealer)
            await asyncio.sleep(0.005)

    keeping = asyncio.create_task(keep())
    await asyncio.gather(*(write(number) for number in range(12)))
    busy = False
    await keeping
    await seal(sealer)
    assert await verdict(sealer) == Verdict(written, 0, None, 0)


async def test_of_several_sealers_one_seals_and_another_goes_on(
    database: Database, database_url: str, sealer: asyncpg.Connection, tmp_path: Path
) -> None:
    logs = [HeadLog(tmp_path / f"{number}.log") for number in range(2)]
    paths = [tmp_path / f"{number}.log" for number in range(2)]
    tasks = [asyncio.create_task(keep_sealing(database_url, path)) for path in paths]

    async def sealed(entries: int) -> None:
        async def is_sealed() -> bool:
            return (await head(sealer)).seq == entries and any(
                one.last().seq == entries for one in logs
            )

        await until(is_sealed)

    try:
        await record_alone(database, None, Source(), [Act("one")])
        await sealed(1)
        working = [log.last().seq == 1 for log in logs]
        assert sum(working) == 1
        tasks.pop(working.index(True)).cancel()
        await record_alone(database, None, Source(), [Act("other")] * 3)
        await sealed(4)
        assert [log.last().seq == 4 for log in logs] == [not one for one in working]
        for log in logs:
            assert (await verdict(sealer, log)).finding is None
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def test_a_line_that_lost_its_power_is_none_and_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    log = HeadLog(path)
    log.append(Head(1, bytes(32)))
    with path.open("a") as file:
        file.write("2 00")
    log.append(Head(3, bytes(32)))
    assert list(log.heads()) == [Head(1, bytes(32)), Head(3, bytes(32))]
    assert log.last() == Head(3, bytes(32))
    with path.open("a") as file:
        file.write("four 00 2026-01-01\n")
    with pytest.raises(BadLine, match="line 4"):
        list(log.heads())

"""Connections for planned reads: as many as allowed, none of them with another's answer."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import asyncpg
import pytest

from domain.reading import ReadPool
from tests.conftest import free_port
from tests.waiting import until
from yiyang.embedded.postgres import EmbeddedPostgres

WHO = "SELECT pg_backend_pid()"
WHO_SLOWLY = "SELECT pg_backend_pid(), pg_sleep(0.05)"
NAME = "a pool under test"
SIZE = 3


@pytest.fixture
async def pool(cluster: str) -> AsyncGenerator[ReadPool, None]:
    """Of three connections, which bear a name of their own."""
    # What a test gives up is given up by the server too.
    settings = {"application_name": NAME, "client_connection_check_interval": "20ms"}
    opened = ReadPool(cluster, SIZE, settings)
    yield opened
    await opened.close()


@pytest.fixture
async def other(cluster: str) -> AsyncGenerator[asyncpg.Connection, None]:
    """A connection past the pool."""
    connection = await asyncpg.connect(cluster)
    yield connection
    await connection.close()


@pytest.fixture
def server() -> Generator[EmbeddedPostgres, None, None]:
    """A PostgreSQL that is found at the same port after a restart."""
    with TemporaryDirectory(prefix="yiyang-restarted-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL's user has to get in when we are root
        with EmbeddedPostgres(Path(folder), port=free_port(), durable=False) as started:
            yield started


async def backend(pool: ReadPool, statement: str = WHO) -> int:
    """Which connection a read has."""
    return (await pool.fetch(statement, ()))[0][0]


async def test_one_reader_after_the_other_has_the_same_connection(pool: ReadPool) -> None:
    assert await backend(pool) == await backend(pool)


async def test_two_readers_at_once_have_two(pool: ReadPool) -> None:
    one, other = await asyncio.gather(backend(pool, WHO_SLOWLY), backend(pool, WHO_SLOWLY))
    assert one != other
    assert await backend(pool) in {one, other}


async def test_there_are_never_more_than_allowed(pool: ReadPool, other: asyncpg.Connection) -> None:
    readers = [asyncio.create_task(backend(pool, WHO_SLOWLY)) for _ in range(4 * SIZE)]
    seen: list[int] = []
    while not all(reader.done() for reader in readers):
        mine = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1"
        seen.append(await other.fetchval(mine, NAME))
        await asyncio.sleep(0.01)
    assert len({reader.result() for reader in readers}) == SIZE
    assert max(seen) == SIZE


@pytest.mark.parametrize("moments", [0, 1, 3, 20])
async def test_a_reader_who_goes_away_leaves_no_answer_behind(pool: ReadPool, moments: int) -> None:
    for number in range(2 * SIZE):
        reader = asyncio.create_task(pool.fetch("SELECT 'theirs', pg_sleep(30)", ()))
        for _ in range(moments):
            await asyncio.sleep(0.001)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        assert await pool.fetch("SELECT $1::int", (number,)) == [(number,)]
    assert len(await asyncio.gather(*(backend(pool, WHO_SLOWLY) for _ in range(SIZE)))) == SIZE


async def test_who_waits_for_a_connection_may_go_away_too(pool: ReadPool) -> None:
    busy = [asyncio.create_task(backend(pool, WHO_SLOWLY)) for _ in range(SIZE)]
    waiting = [asyncio.create_task(backend(pool)) for _ in range(SIZE)]
    await asyncio.sleep(0.01)
    waiting[0].cancel()
    waiting[1].cancel()
    assert set(await asyncio.gather(*busy)) >= {await waiting[2]}
    assert len(set(await asyncio.gather(*(backend(pool, WHO_SLOWLY) for _ in busy)))) == SIZE


@pytest.mark.parametrize(
    ("statement", "arguments", "error"),
    [
        ("SELECT 1 / $1::int", (0,), asyncpg.DivisionByZeroError),
        ("SELECT $1::text", ("\0",), asyncpg.CharacterNotInRepertoireError),
        ("SELECT $1::int", (2**40,), asyncpg.DataError),
        ("SELECT nothing", (), asyncpg.UndefinedColumnError),
        ("SELEC", (), asyncpg.PostgresSyntaxError),
    ],
)
async def test_what_is_refused_costs_no_connection(
    pool: ReadPool, statement: str, arguments: tuple[object, ...], error: type[Exception]
) -> None:
    before = await backend(pool)
    with pytest.raises(error):
        await pool.fetch(statement, arguments)
    assert await backend(pool) == before


async def test_a_connection_that_was_ended_while_it_was_idle_is_no_failure(
    pool: ReadPool, other: asyncpg.Connection
) -> None:
    idle = set(await asyncio.gather(backend(pool, WHO_SLOWLY), backend(pool, WHO_SLOWLY)))
    for pid in idle:
        assert await other.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)
    found = await asyncio.gather(*(backend(pool, WHO_SLOWLY) for _ in range(SIZE)))
    assert len(set(found)) == SIZE
    assert not idle & set(found)


async def test_a_read_whose_connection_ends_in_the_middle_is_run_again(
    pool: ReadPool, other: asyncpg.Connection
) -> None:
    before = await backend(pool)
    long_there = "SELECT pg_backend_pid(), CASE pg_backend_pid() WHEN $1 THEN pg_sleep(600) END"
    reader = asyncio.create_task(pool.fetch(long_there, (before,)))

    async def it_reads() -> bool:
        asleep = "SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = $1"
        return await other.fetchval(asleep, before)

    await until(it_reads)
    assert await other.fetchval("SELECT pg_terminate_backend($1, 5000)", before)
    ((process, _),) = await reader
    assert process != before
    assert await backend(pool) == process


async def test_the_server_may_be_restarted_between_two_reads(server: EmbeddedPostgres) -> None:
    pool = ReadPool(server.url, SIZE, {})
    await asyncio.gather(*(backend(pool, WHO_SLOWLY) for _ in range(SIZE)))
    server.stop()
    with pytest.raises(OSError):  # noqa: PT011  # whichever the system says
        await pool.fetch(WHO, ())
    server.launch()
    server.wait_ready()
    found = await asyncio.gather(*(backend(pool, WHO_SLOWLY) for _ in range(SIZE)))
    assert len(set(found)) == SIZE
    await pool.close()


async def test_nothing_is_sent_between_two_reads(pool: ReadPool, other: asyncpg.Connection) -> None:
    await pool.fetch("SELECT set_config('yiyang.left', 'behind', false)", ())
    ((process,),) = await pool.fetch("SELECT pg_backend_pid()", ())
    assert await pool.fetch("SELECT current_setting('yiyang.left')", ()) == [("behind",)]
    last = "SELECT query FROM pg_stat_activity WHERE pid = $1"
    assert await other.fetchval(last, process) == "SELECT current_setting('yiyang.left')"


async def test_a_statement_is_prepared_once(pool: ReadPool) -> None:
    for number in range(3):
        await pool.fetch("SELECT $1::int AS prepared_once", (number,))
    known = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%AS prepared_once'"
    assert await pool.fetch(known, ()) == [(1,)]


async def test_keys_come_as_digits_and_go_as_keys(pool: ReadPool) -> None:
    key = UUID("01a1fb67-1801-7000-a4ce-9016d6c85809")
    ((one, row, several),) = await pool.fetch(
        "SELECT $1::uuid, row($1::uuid, NULL::uuid), $2::uuid[]", (key, [key, key])
    )
    assert one == key.hex
    assert tuple(row) == (key.hex, None)
    assert several == [key.hex, key.hex]


async def test_what_is_closed_leaves_no_connection(cluster: str, other: asyncpg.Connection) -> None:
    pool = ReadPool(cluster, SIZE, {"application_name": "closed"})
    await asyncio.gather(*(backend(pool, WHO_SLOWLY) for _ in range(SIZE)))
    await pool.close()
    left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'closed'"

    async def none_left() -> bool:
        return await other.fetchval(left) == 0

    await until(none_left)

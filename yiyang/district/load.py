"""The demo district into an empty database: by COPY, in one transaction, in bounded memory."""

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import date
from itertools import islice

import asyncpg

from domain.crypto import Vault
from domain.regions.load import load_regions
from yiyang.district.cast import District, DistrictError, find_cast
from yiyang.district.columns import COLUMNS, Batch, no_rows
from yiyang.district.keys import Keys
from yiyang.district.people import Resident, residents
from yiyang.district.rows import Rows
from yiyang.district.scripts import SCRIPTS, STREET
from yiyang.district.services import Services
from yiyang.district.time_bank import LEDGER, add_time_bank
from yiyang.district.windows import WINDOWS, add_windows

_BATCH = 1_000
"""Elders at a time: a few megabytes of rows, a quarter of a second."""

FEWEST_ELDERS = len(SCRIPTS)


_REFERENCES = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
    FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY($1::text[]::regclass[])
"""

Progress = Callable[[int, int, str], None]
"""Is told how far the load has come: (done, total, what)."""


async def load_district(
    connection: asyncpg.Connection,
    vault: Vault,
    *,
    elders: int,
    seed: int,
    today: date,
    progress: Progress,
) -> District:
    """Fill an empty database with a district and its cast.

    The same seed and day give the same district, but for the nonces of what is encrypted; fewer
    elders are the first ones of more.

    Parameters:
        connection: to a migrated database; the load is one transaction on it.
        vault: seals the personal data.
        elders: how many, at least ``FEWEST_ELDERS``.
        today: the day on which they are 60 to 105 years old.
        progress: told after each step, ``what`` being ``regions`` or ``elders``.
    Raises: DistrictError where a table is not empty or the elders are too few.
    """
    if elders < FEWEST_ELDERS:
        raise DistrictError(
            f"a demo district of {elders} elders is too small: --elders must be at least "
            f"{FEWEST_ELDERS}, for the mother, her neighbour and the ward"
        )
    async with connection.transaction():
        await _refuse_unless_empty(connection)
        regions = await load_regions(connection)
        progress(regions, regions, "regions")
        keys = Keys(seed, today)
        rows, services = Rows(vault, keys, today), Services(seed, today, elders, keys, vault)
        async with _references_checked_at_once(connection):
            batch = no_rows()
            rows.add_staff(batch, services.staff)
            rows.add_volunteers(batch, services.volunteers.rows())
            services.add_houses(batch)
            await _copy(connection, batch)
            people = islice(residents(seed, today), elders)
            await _copy_all(connection, rows, services, people, progress, elders)
        station = services.offices.stations[STREET]
        await add_time_bank(connection, keys, today, station)
        await add_windows(connection, keys, today, station)
        # Without it the first minute's reads are planned for empty tables.
        await connection.execute(f"ANALYZE region, {', '.join([*COLUMNS, *LEDGER, *WINDOWS])}")
        return await find_cast(connection)


async def _refuse_unless_empty(connection: asyncpg.Connection) -> None:
    # The lock lets reads pass, but a second load waits and then finds the table full.
    await connection.execute("LOCK TABLE elder IN SHARE ROW EXCLUSIVE MODE")
    for table in ("elder", *COLUMNS):
        if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {table})"):
            raise DistrictError(
                f"the table {table} is not empty, and a demo district never mixes with what is "
                "there; load it into another database (`yiyang demo` with another --data-dir)"
            )


@asynccontextmanager
async def _references_checked_at_once(connection: asyncpg.Connection) -> AsyncGenerator[None, None]:
    """Check foreign keys by one join each at the end: row by row they are half of what PostgreSQL
    does for a load."""
    references = await connection.fetch(_REFERENCES, list(COLUMNS))
    for table, name, _ in references:
        await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    for table, name, definition in references:
        await connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


async def _copy_all(
    connection: asyncpg.Connection,
    rows: Rows,
    services: Services,
    people: Iterator[Resident],
    progress: Progress,
    total: int,
) -> None:
    # Making rows takes most of the time, and in here: a thread or a process beside it gained
    # nothing on two cores, one of which PostgreSQL has.
    done = 0
    while chunk := list(islice(people, _BATCH)):
        batch = no_rows()
        rows.add_residents(batch, chunk)
        services.add_residents(batch, chunk)
        await _copy(connection, batch)
        done += len(chunk)
        progress(done, total, "elders")


async def _copy(connection: asyncpg.Connection, batch: Batch) -> None:
    for table, columns in COLUMNS.items():
        if records := batch[table]:
            await connection.copy_records_to_table(table, records=records, columns=columns)

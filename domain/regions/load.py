"""Hangzhou's divisions from the file beside this one (its source: SOURCES.md) into the table."""

import csv
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import asyncpg

from domain.regions.models import Region, RegionLevel

_FILE = "regions_hangzhou.csv"

# A division may be renamed between two years' tables; its code is what others point at.
_UPSERT = """
    INSERT INTO region (code, name, level, parent_code)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
    ON CONFLICT (code) DO UPDATE
        SET name = excluded.name, level = excluded.level, parent_code = excluded.parent_code
        WHERE (region.name, region.level, region.parent_code)
            IS DISTINCT FROM (excluded.name, excluded.level, excluded.parent_code)
"""


@cache
def divisions() -> Sequence[Region]:
    """Every division of the file, a parent always before its children."""
    text = files("domain.regions").joinpath(_FILE).read_text(encoding="utf-8")
    return tuple(
        Region(
            code=row["code"],
            name=row["name"],
            level=RegionLevel(row["level"].upper()),
            parent_code=row["parent_code"] or None,
        )
        for row in csv.DictReader(text.splitlines())
    )


async def load_regions(connection: asyncpg.Connection) -> int:
    """Bring the table up to the file; rows that say the same already are left alone.

    Returns: how many divisions the file has.
    """
    rows = divisions()
    await connection.execute(
        _UPSERT,
        [row.code for row in rows],
        [row.name for row in rows],
        [row.level.value for row in rows],
        [row.parent_code for row in rows],
    )
    return len(rows)

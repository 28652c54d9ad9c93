"""How PostgreSQL would run a statement of a plan, on the very connection that runs it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import orjson

from domain.database import Database
from tests.api.plan.desk import Read

_EXPLAIN = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON)"


@dataclass(frozen=True)
class Scan:
    """One reading of a table.

    Parameters:
        index: None for a sequential scan.
        condition: what is looked up in the index; None where it is walked from one end.
        rows: read by each of its runs, those that a filter threw away included.
        runs: how often it was run.
    """

    table: str
    index: str | None
    condition: str | None
    rows: float
    runs: float


async def scans(database: Database, read: Read) -> list[Scan]:
    """The readings of a statement, from the outermost on, as it runs with its arguments.

    Parameters:
        database: with one connection of each kind.
    """
    if not read.once:
        return _of(await database.rows(f"{_EXPLAIN} {read.text}", read.arguments, once=False))
    given = ", ".join(map(_literal, read.arguments))
    await database.rows(f"PREPARE hot AS {read.text}", (), once=True)
    try:
        execute = f"EXECUTE hot({given})" if given else "EXECUTE hot"
        return _of(await database.rows(f"{_EXPLAIN} {execute}", (), once=True))
    finally:
        await database.rows("DEALLOCATE hot", (), once=True)


def _literal(value: Any) -> str:
    """A value in SQL; its type is the statement's to say."""
    if isinstance(value, list):
        return _literal("{" + ",".join(map(str, cast(list[Any], value))) + "}")
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def _of(rows: list[Any]) -> list[Scan]:
    ((text,),) = rows
    return list(_walked(orjson.loads(text)[0]["Plan"]))


def _walked(node: dict[str, Any]) -> Iterator[Scan]:
    below: list[dict[str, Any]] = node.get("Plans", [])
    if "Relation Name" in node:
        found = below[0] if node["Node Type"] == "Bitmap Heap Scan" else node
        while found["Node Type"] == "BitmapOr":
            found = found["Plans"][0]
        thrown = node.get("Rows Removed by Filter", 0)
        yield Scan(
            node["Relation Name"],
            found.get("Index Name"),
            _numbered(found.get("Index Cond")),
            node.get("Actual Rows", 0) + thrown,
            node.get("Actual Loops", 0),
        )
    for one in below:
        yield from _walked(one)


def _numbered(condition: str | None) -> str | None:
    """The condition without the names that a plan gives to what it reads."""
    return condition and re.sub(r"\b\w+\.(?=\w)|(?<=\$)\d+", "", condition)

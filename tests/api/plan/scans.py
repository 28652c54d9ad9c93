"""How PostgreSQL would run a statement of a plan, on the very connection that runs it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from domain.database import Database
from tests.api.plan.desk import Read


@dataclass(frozen=True)
class Scan:
    """One reading of a table.

    Parameters:
        index: None for a sequential scan.
        condition: what is looked up in the index; None where it is walked from one end.
        rows: read by each of its runs, those that a filter threw away included; 0 where the
            statement was only planned.
        runs: how often it was run.
    """

    table: str
    index: str | None
    condition: str | None
    rows: float
    runs: float


async def scans(database: Database, read: Read) -> list[Scan]:
    """The readings of a statement, from the outermost on.

    What is read by its key has a generic plan, which is looked at without running it.

    Parameters:
        database: with one connection of each kind.
    """
    if not read.by_key:
        explain = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {read.text}"
        return _of(await database.rows(explain, read.arguments, by_key=False))
    given = ", ".join("NULL" for _ in read.arguments)
    await database.rows(f"PREPARE hot AS {read.text}", (), by_key=True)
    explain = f"EXPLAIN (FORMAT JSON) EXECUTE hot({given})"
    found = _of(await database.rows(explain, (), by_key=True))
    await database.rows("DEALLOCATE hot", (), by_key=True)
    return found


def _of(rows: list[Any]) -> list[Scan]:
    ((text,),) = rows
    return list(_walked(orjson.loads(text)[0]["Plan"]))


def _walked(node: dict[str, Any]) -> Iterator[Scan]:
    below: list[dict[str, Any]] = node.get("Plans", [])
    if "Relation Name" in node:
        found = below[0] if node["Node Type"] == "Bitmap Heap Scan" else node
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

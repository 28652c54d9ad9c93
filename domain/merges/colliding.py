"""Which rows cannot stand beside another elder's, told by the rules of their table: all at once,
where to try each alone would take a savepoint each.

It saves tries, and decides nothing: what it does not know, such as a trigger's rule, PostgreSQL
still says when the rows are moved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.merges.rows import Belonging, key_of

_RULES = text("""
SELECT coalesce(pg_get_expr(indpred, indrelid), 'true'),
    ARRAY(SELECT pg_get_indexdef(indexrelid, place, true)
        FROM generate_series(1, indnkeyatts) AS place ORDER BY place),
    ARRAY(SELECT format('OPERATOR(%I.%s)', nspname, oprname)
        FROM unnest(conexclop) WITH ORDINALITY AS given (operator, place)
        JOIN pg_operator ON pg_operator.oid = operator
        JOIN pg_namespace ON pg_namespace.oid = oprnamespace ORDER BY place)
FROM pg_index
LEFT JOIN pg_constraint ON conindid = indexrelid AND contype = 'x'
WHERE indrelid = CAST(:table AS regclass) AND (indisunique OR indisexclusion)
""")

_EQUAL = "OPERATOR(pg_catalog.=)"


@dataclass(frozen=True)
class _Rule:
    """What two rows of one elder may not have in common.

    Parameters:
        applies: SQL of which rows the rule is for.
        parts: SQL of what is compared beside the elder.
        operators: by which, in the same order.
    """

    applies: str
    parts: Sequence[str]
    operators: Sequence[str]

    def broken(self, one: Belonging) -> str:
        """SQL of the keys of an elder's rows that break it beside another's."""
        names = [f"part_{place}" for place in range(len(self.parts))]
        parts = "".join(f", {part} AS {name}" for part, name in zip(self.parts, names, strict=True))
        table, column = one.table.name, one.column.name
        # Row by row, by the rule's own index: OFFSET keeps PostgreSQL from joining what it takes to
        # be a row or two, which takes the square of the time.
        alike = " AND ".join(
            f"this.{name} {operator} other.{name}"
            for name, operator in zip(names, self.operators, strict=True)
        )
        return (
            f"SELECT {key_of(one)} FROM"
            f" (SELECT *{parts} FROM {table} WHERE {column} = :whose AND ({self.applies})) AS this"
            " WHERE EXISTS (SELECT FROM"
            f" (SELECT true{parts} FROM {table} WHERE {column} = :to AND ({self.applies})) AS other"
            f" WHERE {alike or 'true'} OFFSET 0)"
        )


async def colliding(session: AsyncSession, one: Belonging, whose: UUID, to: UUID) -> list[Any]:
    """Keys of an elder's rows that cannot stand beside the other's."""
    rules = [rule for rule in await _rules(session, one) if rule is not None]
    if not rules:
        return []
    broken = " UNION ".join(rule.broken(one) for rule in rules)
    return list((await session.execute(text(broken), {"whose": whose, "to": to})).scalars())


async def _rules(session: AsyncSession, one: Belonging) -> list[_Rule | None]:
    rows = await session.execute(_RULES, {"table": one.table.name})
    return [_rule(one, *row) for row in rows.all()]


def _rule(
    one: Belonging, applies: str, parts: Sequence[str], operators: Sequence[str]
) -> _Rule | None:
    """A rule of an index; None for one that it does not matter to whose the row is."""
    if one.column.name not in parts:
        return None
    compared = [
        (part, operator)
        for part, operator in zip(parts, operators or [_EQUAL] * len(parts), strict=True)
        if part != one.column.name
    ]
    return _Rule(applies, [part for part, _ in compared], [operator for _, operator in compared])

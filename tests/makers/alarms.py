"""Alarms that rang at some time and were answered somehow, written past the verbs."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

_MOMENTS = ("acknowledged", "dispatched", "arrived", "resolved")

_INSERT = """
INSERT INTO alarm (elder_id, region_code, type, severity, purpose, late, level, state, raised_at,
                   stored_at, repeat_count, acknowledged_at, dispatched_at, arrived_at, resolved_at,
                   resolve_reason)
SELECT elder.id, elder.region_code, $2, $3, $4, $5, $6, 'RESOLVED', begun.at, begun.at, 0,
       begun.at + $8 * interval '1 s', begun.at + $9 * interval '1 s',
       begun.at + $10 * interval '1 s', begun.at + coalesce($11, 0) * interval '1 s', 'TEST'
FROM elder CROSS JOIN (SELECT now() - $7 * interval '1 s' AS at) AS begun WHERE elder.id = $1
RETURNING id
"""
_REOPEN = """
UPDATE alarm SET resolved_at = NULL, resolve_reason = NULL, state = 'RAISED' WHERE id = $1
"""


async def make_alarms(
    connection: asyncpg.Connection, elder_id: UUID, alarms: Sequence[Mapping[str, Any]]
) -> None:
    """Alarms of an elder.

    Parameters:
        alarms: each with its ``type``, ``severity``, ``purpose``, ``late``, ``level``, how many
            seconds ``ago`` it was stored, and after how many it was ``acknowledged``,
            ``dispatched``, ``arrived`` at and ``resolved``; None, or a time to come, for not yet.
    """
    # More of one type may be open here than would be: what is looked at is the ledger, not the
    # board.
    await connection.execute("DROP INDEX IF EXISTS alarm_open_once")
    async with connection.transaction():
        for one in alarms:
            names = ("type", "severity", "purpose", "late", "level", "ago")
            after = [_past(one, name) for name in _MOMENTS]
            values = [elder_id, *(one[name] for name in names), *after]
            key = await connection.fetchval(_INSERT, *values)
            if after[-1] is None:
                await connection.execute(_REOPEN, key)


def _past(alarm: Mapping[str, Any], name: str) -> float | None:
    after = alarm[name]
    return None if after is None or after >= alarm["ago"] else float(after)

"""Seals the audit trail: each entry's hash covers the entry and the hash before it.

Rows append freely, as a locked head of a chain would let one write happen at a time. One sealer
follows behind and chains what has been committed; what commits late is chained late.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from domain.audit.models import AuditEntry

SEALER_LOCK = 0x59_59_53_45_41_4C  # "YYSEAL"
"""The advisory lock of the one who seals."""

AT_ONCE = 1000
"""Entries that are sealed in one transaction."""

COLUMNS = tuple(AuditEntry.model_fields)

_WAITING = f"""
    SELECT {", ".join(COLUMNS)} FROM audit_entry
    WHERE id IN (SELECT entry_id FROM audit_unsealed) ORDER BY id LIMIT $1
"""
_HEAD = "SELECT seq, hash FROM audit_chain ORDER BY seq DESC LIMIT 1"
_CHAIN = """
    INSERT INTO audit_chain (seq, entry_id, hash)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[])
"""
_SEALED = "DELETE FROM audit_unsealed WHERE entry_id = ANY($1::bigint[])"


@dataclass(frozen=True, slots=True)
class Head:
    """How far the trail is sealed.

    Parameters:
        seq: entries in the chain.
        hash: of the last one.
    """

    seq: int
    hash: bytes


BEGINNING = Head(0, bytes(32))
"""Of a trail in which nothing is sealed."""


def chained(previous: bytes, entry: asyncpg.Record) -> bytes:
    """The hash of an entry that follows another: SHA-256 of that one's, and of every column that
    is not null, as JSON by the columns' names. So a column that is added later, and is null in old
    entries, leaves their hashes as they are.

    Parameters:
        entry: has COLUMNS.
    """
    values = {name: _plain(entry[name]) for name in COLUMNS if entry[name] is not None}
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(previous + text.encode()).digest()


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value


async def head(connection: asyncpg.Connection) -> Head:
    """How far the trail is sealed now."""
    row = await connection.fetchrow(_HEAD)
    return Head(row["seq"], row["hash"]) if row else BEGINNING


async def seal(connection: asyncpg.Connection) -> int:
    """Chain what waits for it, the oldest first.

    Parameters:
        connection: one that holds SEALER_LOCK.
    Returns: how many entries; fewer than AT_ONCE where none is left.
    """
    async with connection.transaction():
        waiting = await connection.fetch(_WAITING, AT_ONCE)
        if not waiting:
            return 0
        last = await head(connection)
        hashes: list[bytes] = []
        for entry in waiting:
            hashes.append(chained(hashes[-1] if hashes else last.hash, entry))
        keys = [entry["id"] for entry in waiting]
        places = list(range(last.seq + 1, last.seq + 1 + len(keys)))
        await connection.execute(_CHAIN, places, keys, hashes)
        await connection.execute(_SEALED, keys)
    return len(keys)

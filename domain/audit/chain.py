"""Seals the audit trail: each entry's hash covers the entry and the hash before it.

Rows append freely, as a locked head of a chain would let one write happen at a time. One sealer
follows behind and chains what has been committed; what commits late is chained late.
"""

import hashlib
from dataclasses import dataclass

import asyncpg

from domain.database import AS_SERVICE

SEALER_LOCK = 0x59_59_53_45_41_4C  # "YYSEAL"
"""The advisory lock of the one who seals."""

AT_ONCE = 1000
"""Entries that are sealed in one transaction."""

TEXT = "jsonb_strip_nulls(to_jsonb(entry))::text"
"""SQL of what a hash covers of an entry: every column that is not null, as PostgreSQL writes JSON
in UTC. So no column can be forgotten, no value is too strange to be read, and a column that is
added later, and is null in old entries, leaves their hashes as they are."""

# Each entry is looked up by its key, whatever the planner thinks of a queue that is empty mostly.
# Who is in the chain already needs no other place there, and must not stop those behind.
_WAITING = f"""
    SELECT waiting.entry_id, text, EXISTS (
        SELECT FROM audit_chain AS chain WHERE chain.entry_id = waiting.entry_id
    ) AS sealed
    FROM audit_unsealed AS waiting, LATERAL (
        SELECT {TEXT} AS text FROM audit_entry AS entry WHERE id = waiting.entry_id OFFSET 0
    ) AS written
    ORDER BY waiting.entry_id LIMIT $1
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


async def connect(url: str) -> asyncpg.Connection:
    """A connection on which entries read as they are hashed.

    Parameters:
        url: ``postgresql://…``
    """
    settings = {
        **AS_SERVICE,
        "TimeZone": "UTC",
        # A sealer whose machine is gone must not keep the lock for hours.
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
    }
    return await asyncpg.connect(url, server_settings=settings)


def chained(previous: bytes, text: str) -> bytes:
    """The hash of an entry that follows another: SHA-256 of that one's and the entry's TEXT."""
    return hashlib.sha256(previous + text.encode()).digest()


async def head(connection: asyncpg.Connection) -> Head:
    """How far the trail is sealed now."""
    row = await connection.fetchrow(_HEAD)
    return Head(row["seq"], row["hash"]) if row else BEGINNING


async def seal(connection: asyncpg.Connection) -> int:
    """Chain what waits for it, the oldest first.

    Parameters:
        connection: one that holds SEALER_LOCK.
    Returns: how many were looked at; fewer than AT_ONCE where none is left.
    """
    async with connection.transaction():
        waiting = await connection.fetch(_WAITING, AT_ONCE)
        if not waiting:
            return 0
        last = await head(connection)
        fresh = [entry for entry in waiting if not entry["sealed"]]
        hashes: list[bytes] = []
        for entry in fresh:
            hashes.append(chained(hashes[-1] if hashes else last.hash, entry["text"]))
        places = list(range(last.seq + 1, last.seq + 1 + len(fresh)))
        await connection.execute(_CHAIN, places, [entry["entry_id"] for entry in fresh], hashes)
        await connection.execute(_SEALED, [entry["entry_id"] for entry in waiting])
    return len(waiting)

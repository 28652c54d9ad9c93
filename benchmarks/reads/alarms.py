"""The alarms of the measured district: a long past, a busy present, and a way back to it."""

from uuid import UUID

import asyncpg

RAISED = 2_000
"""About as many alarms as anyone may acknowledge before they are raised anew."""

_CALM = """
    -- No simulator runs: half of the devices were heard of for the last time on another day, and
    -- the others stay online for as long as we measure.
    UPDATE device SET last_seen_at = date_trunc('day', now())
        + CASE WHEN hashtext(id::text) % 2 = 0 THEN interval '3 days' ELSE -interval '3 days' END
        + hashtext(id::text) % 80000 * interval '1 s'
"""

_FIRST_DEVICES = """
    SELECT DISTINCT ON (elder_id) device.id, elder_id, elder.region_code
    FROM device JOIN elder ON elder.id = device.elder_id ORDER BY elder_id, device.id
"""

_PAST = f"""
    INSERT INTO alarm (id, elder_id, device_id, region_code, type, severity, state, level,
        raised_at, stored_at, late, repeat_count, acknowledged_by, acknowledged_at, resolved_at,
        resolve_reason)
    SELECT uuidv7(-ago), elder_id, id, region_code,
        (ARRAY['SOS', 'BRADYCARDIA', 'TACHYCARDIA'])[number % 3 + 1],
        (ARRAY['CRITICAL', 'MAJOR', 'MINOR', 'WARNING'])[number % 4 + 1],
        'RESOLVED', 1, now() - ago, now() - ago, false, 0,
        $1, now() - ago + interval '40 s', now() - ago + interval '20 min',
        (ARRAY['TRUE_ALARM', 'FALSE_ALARM', 'TEST'])[number % 3 + 1]
    FROM ({_FIRST_DEVICES}) AS device
    CROSS JOIN generate_series(1, 8) AS number
    CROSS JOIN LATERAL (SELECT make_interval(days => number * 9,
        secs => abs(hashtext(id::text || number::text) % 700000)) AS ago) AS place
    ORDER BY ago DESC
"""

_PRESENT = f"""
    INSERT INTO alarm (id, elder_id, device_id, region_code, type, severity, state, level,
        raised_at, stored_at, late, repeat_count, acknowledged_by, acknowledged_at, dispatched_at)
    SELECT uuidv7(-ago), elder_id, id, region_code, type, severity,
        CASE WHEN sent THEN 'DISPATCHED' ELSE 'RAISED' END, 1, now() - ago, now() - ago, false, 0,
        CASE WHEN sent THEN $1::uuid END, CASE WHEN sent THEN now() - ago / 2 END,
        CASE WHEN sent THEN now() - ago / 3 END
    FROM (
        SELECT device.*, type, severity,
            row_number() OVER (ORDER BY md5(elder_id::text || type)) AS number
        FROM ({_FIRST_DEVICES}) AS device
        CROSS JOIN (VALUES ('SOS', 'CRITICAL'), ('BRADYCARDIA', 'MAJOR'), ('TACHYCARDIA', 'MINOR'))
            AS kind (type, severity)
        ORDER BY number LIMIT {RAISED * 11 // 10}
    ) AS rung
    CROSS JOIN LATERAL (SELECT number * interval '1.7 s' AS ago, number % 11 = 0 AS sent) AS place
    ORDER BY ago DESC
"""

_RAISE_ANEW = """
    UPDATE alarm SET state = 'RAISED', acknowledged_by = NULL, acknowledged_at = NULL
    WHERE state = 'ACKNOWLEDGED'
"""


async def ring(connection: asyncpg.Connection, dispatcher_id: UUID) -> None:
    """Give each elder with a device a past, and some of them something open.

    Parameters:
        dispatcher_id: the account that answered.
    """
    await connection.execute(_CALM)
    await connection.execute(_PAST, dispatcher_id)
    await connection.execute(_PRESENT, dispatcher_id)
    # We tidy up ourselves, between slices and not in one of them.
    await connection.execute("ALTER TABLE alarm SET (autovacuum_enabled = false)")
    await connection.execute("VACUUM (ANALYZE)")
    await connection.execute("CHECKPOINT")


async def raise_anew(connection: asyncpg.Connection) -> None:
    """Undo every acknowledgement since ``ring``."""
    await connection.execute(_RAISE_ANEW)
    await connection.execute("VACUUM alarm")


async def raised(connection: asyncpg.Connection) -> list[UUID]:
    """What may be acknowledged, the oldest first."""
    rows = await connection.fetch("SELECT id FROM alarm WHERE state = 'RAISED' ORDER BY id")
    return [row["id"] for row in rows]

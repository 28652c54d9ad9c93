"""A district of thousands, made by PostgreSQL itself, so that its planner has something to choose
between."""

import asyncpg

TIMES = 15
"""How often each elder of the small district stands in the large one, with tags, a device, three
alarms that are over, and a daughter."""

_CROWD = f"""
CREATE TEMP TABLE new ON COMMIT DROP AS
  SELECT uuidv7() AS id, uuidv7() AS device, uuidv7() AS account, elder.id AS old, number
  FROM elder, generate_series(2, {TIMES}) AS number;
INSERT INTO elder (id, region_code, name, spelling, gender, birth_date, care_level,
    id_number_masked, id_number_hash, id_number_cipher, id_number_end_hash, address_masked,
    address_cipher)
  SELECT new.id, region_code, name, spelling, gender, birth_date, care_level, id_number_masked,
    sha256(new.id::text::bytea), id_number_cipher, sha256(new.id::text::bytea), address_masked,
    address_cipher
  FROM new JOIN elder ON elder.id = old;
INSERT INTO elder_tag (elder_id, tag, since, until, source)
  SELECT new.id, tag, since, until, source FROM new JOIN elder_tag ON elder_id = old;
INSERT INTO device (id, kind, elder_id, vendor_id, secret_version)
  SELECT device, 'SOS_BUTTON', new.id, (SELECT min(id::text)::uuid FROM vendor), 1 FROM new;
INSERT INTO account (id, name, role) SELECT account, 'A daughter', 'FAMILY' FROM new;
INSERT INTO family_link (account_id, elder_id, relation, state, linked_at, alarms_until,
    vitals_until, location_until, meals_orders_until, health_record_until, finance_until)
  SELECT account, id, 'DAUGHTER', 'ACTIVE', now(), 'infinity', 'infinity', 'infinity', 'infinity',
    'infinity', 'infinity' FROM new;
INSERT INTO alarm (elder_id, device_id, region_code, type, severity, state, level, raised_at, late,
    repeat_count, acknowledged_by, acknowledged_at, resolved_at, resolve_reason)
  SELECT new.id, device, region_code, 'SOS', 'CRITICAL', 'RESOLVED', 1, now(), false,
    0, account, now(), now(), 'DRILL'
  FROM new JOIN elder ON elder.id = new.id, generate_series(1, 3);
"""


async def crowd(url: str) -> None:
    """Fill a database that holds the small district, and let PostgreSQL look at it."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(_CROWD)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()

"""Vital signs as they lie in the database."""

from sqlalchemy import text

from domain.database import Database

HEART_RATE, RESPIRATORY_RATE = 72.0, 14.5

FOR_ALL_WITH_DEVICES = f"""
INSERT INTO vital_sign (elder_id, kind, value, measured_at, device_id, seq)
SELECT DISTINCT ON (elder_id, sign.kind) elder_id, sign.kind, sign.value, now(), id, 0
FROM device, (VALUES ('HEART_RATE', {HEART_RATE}), ('RESPIRATORY_RATE', {RESPIRATORY_RATE}))
    AS sign (kind, value)
WHERE elder_id IS NOT NULL
ORDER BY elder_id, sign.kind, id
"""


async def make_vital_signs(database: Database) -> None:
    """Something was measured of every elder who has a device."""
    async with database.transaction("test") as session:
        await session.execute(text(FOR_ALL_WITH_DEVICES))

"""Thresholds as they lie in the database."""

from sqlalchemy import text

from domain.database import Database

_FOR_EACH_WITH_A_BAND = """
INSERT INTO rule_threshold (elder_id, kind, rule, raise_at, set_by)
SELECT DISTINCT elder_id, 'SLEEP_BAND', 'tachycardia', 140, (SELECT id FROM account LIMIT 1)
FROM device WHERE elder_id IS NOT NULL
"""
_IN_EACH_DIVISION = """
INSERT INTO rule_threshold (region_code, kind, rule, raise_at, set_by)
SELECT DISTINCT left(region_code, digits), 'SLEEP_BAND', 'tachycardia', 130,
    (SELECT id FROM account LIMIT 1)
FROM elder, unnest(ARRAY[4, 6, 9, 12]) AS digits
"""


async def make_thresholds(database: Database) -> None:
    """One of every elder who has a device, and one of each division where somebody lives."""
    async with database.transaction("test") as session:
        await session.execute(text(_FOR_EACH_WITH_A_BAND))
        await session.execute(text(_IN_EACH_DIVISION))

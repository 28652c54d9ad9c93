"""The demo district's households and merges, its own policies, and calendars read elsewhere."""

import asyncpg

from tests.yiyang.loaded import MIDNIGHT, number, numbers

STREET = "330102001"


async def test_who_lives_together_is_of_one_community_and_nobody_lives_alone(
    thousands: asyncpg.Connection,
) -> None:
    rows = await thousands.fetch(
        "SELECT m.household_id, count(*) AS members, count(m.until) AS moved_out,"
        " count(DISTINCT e.region_code) AS communities, min(e.region_code) AS community,"
        " bool_or(EXISTS (SELECT FROM elder_tag t WHERE t.elder_id = e.id"
        " AND t.tag IN ('LIVES_ALONE', 'CHILDLESS'))) AS alone,"
        " bool_or(EXISTS (SELECT FROM bed_stay s JOIN bed b ON b.id = s.bed_id"
        " WHERE s.elder_id = e.id AND b.kind = 'INSTITUTION'"
        " AND s.state IN ('OCCUPIED', 'ON_LEAVE'))) AS in_a_home"
        " FROM household_member m JOIN elder e ON e.id = m.elder_id GROUP BY m.household_id"
    )
    assert 3 <= len(rows) <= 12
    assert await number(thousands, "household") == len(rows)
    for row in rows:
        assert (row["members"], row["communities"]) == (2, 1)
        assert row["community"].startswith(STREET)
        assert (row["alone"], row["in_a_home"]) == (False, False)
    assert sum(row["moved_out"] for row in rows) == 1


async def test_one_merge_was_undone_and_one_is_for_good(thousands: asyncpg.Connection) -> None:
    undone, stands = await thousands.fetch(
        "SELECT m.*, EXISTS (SELECT FROM elder WHERE id = m.kept_id) AS kept,"
        " EXISTS (SELECT FROM elder WHERE id = m.duplicate_id) AS there, a.role"
        " FROM elder_merge m JOIN account a ON a.id = m.merged_by ORDER BY m.id"
    )
    assert (undone["kept"], undone["there"], undone["undone_by"]) == (
        *(True, True, undone["merged_by"]),
    )
    assert undone["merged_at"] < undone["undone_at"] < MIDNIGHT
    assert (stands["kept"], stands["there"], stands["undone_at"]) == (True, False, None)
    assert {undone["role"], stands["role"]} == {"OFFICIAL"}


async def test_the_district_has_policies_of_its_own(thousands: asyncpg.Connection) -> None:
    assert await numbers(thousands, "severity", "escalation_policy") == {"MINOR": 1, "WARNING": 1}
    own = "region_code = '330102' AND set_by IN (SELECT id FROM account WHERE role = 'OFFICIAL')"
    assert await number(thousands, f"escalation_policy WHERE {own}") == 2
    assert await number(thousands, f"assessment_policy WHERE {own}") == 1


async def test_who_works_outside_reads_a_calendar_elsewhere(thousands: asyncpg.Connection) -> None:
    rows = await thousands.fetch(
        "SELECT a.role, l.revoked_at IS NULL AS good FROM calendar_link l"
        " JOIN account a ON a.id = l.account_id ORDER BY l.id"
    )
    assert [tuple(row) for row in rows] == [
        *(("CAREGIVER", False), ("CAREGIVER", True), ("VOLUNTEER", True)),
    ]

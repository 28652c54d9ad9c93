"""How PostgreSQL finds the rows of the reads that come most often, in a district of thousands."""

from collections.abc import AsyncGenerator

import asyncpg
import pytest

from benchmarks.reads.documents import HOME, ROSTER
from domain.access import Role
from domain.crypto import Vault
from domain.ids import public_id
from tests.api.plan.crowd import crowd
from tests.api.plan.desk import Desk, Read, WatchedDatabase
from tests.api.plan.scans import Scan, scans
from tests.conftest import TEMPLATE, Template

LARGE = {"account", "alarm", "contact", "device", "elder", "elder_tag", "family_link"}

ELDER = """query ($id: ID!) { elder(id: $id) {
  name age tags region { name } contacts { name phone } devices { kind online }
  alarms(first: 3) { nodes { id state device { kind } } }
} }"""

LIST = """query ($region: String) { alarms(first: 50, filter: {region: $region}) {
  nodes { id state elder { name } device { kind } region { name } }
} }"""


@pytest.fixture(scope="module")
async def large(cluster: str, template: Template, vault: Vault) -> AsyncGenerator[Desk, None]:
    """In a database of thousands, with one connection of each kind."""
    admin = await asyncpg.connect(cluster)
    await admin.execute(f"CREATE DATABASE plans_large TEMPLATE {TEMPLATE}")
    url = f"{template.url.rpartition('/')[0]}/plans_large"
    await crowd(url)
    database = WatchedDatabase(url, pool_size=1)
    yield Desk(database, vault, template.district)
    await database.close()
    await admin.execute("DROP DATABASE plans_large WITH (FORCE)")
    await admin.close()


async def only_read(desk: Desk, who: Role, query: str, **variables: object) -> Read:
    """The one statement of an operation that is planned."""
    asked = await desk.ask(who, query, variables)
    assert asked.answer.planned, asked.context.unplanned
    (read,) = asked.reads
    return read


def of(found: list[Scan], table: str) -> list[tuple[str | None, str | None]]:
    """How a table is read."""
    return [(scan.index, scan.condition) for scan in found if scan.table == table]


def whole(found: list[Scan]) -> set[str]:
    """The large tables that are read from one end to the other."""
    return {scan.table for scan in found if scan.index is None} & LARGE


async def test_each_kind_of_read_has_its_kind_of_plan(large: Desk) -> None:
    for once, mode in ((True, "force_generic_plan"), (False, "force_custom_plan")):
        ((found,),) = await large.database.rows("SHOW plan_cache_mode", (), once=once)
        assert found == mode


@pytest.mark.parametrize("role", [Role.FAMILY, Role.ADMIN, Role.DISPATCHER])
async def test_a_row_by_its_id_is_found_by_its_key(large: Desk, role: Role) -> None:
    read = await only_read(large, role, ELDER, id=public_id("elder", large.district.mother_id))
    assert read.once
    assert "unnest" not in read.text
    assert "ANY" not in read.text
    found = await scans(large.database, read)
    assert of(found, "elder")[0] == ("elder_pkey", "(id = $)")
    assert of(found, "alarm") == [("alarm_elder_id_id", "(elder_id = id)")]
    assert of(found, "device")[0] == ("device_elder_id_id", "(elder_id = id)")
    assert of(found, "region") == [("region_pkey", "(code = region_code)")]
    assert {index for index, _ in of(found, "elder_tag")} == {"elder_tag_elder_id_since_id"}
    assert whole(found) == set()


async def test_a_family_s_first_screen_reads_no_table_from_end_to_end(large: Desk) -> None:
    mother = public_id("elder", large.district.mother_id)
    found = await scans(large.database, await only_read(large, Role.FAMILY, HOME, id=mother))
    assert of(found, "elder") == [("elder_pkey", "(id = $)")]
    assert of(found, "alarm") == [("alarm_elder_id_id", "(elder_id = id)")]
    by_key = {("account_pkey", "(id = $)"), ("account_pkey", "(id = acknowledged_by)")}
    assert set(of(found, "account")) == by_key
    assert whole(found) == set()


@pytest.mark.parametrize("role", [Role.FAMILY, Role.ADMIN, Role.DISPATCHER])
async def test_what_a_row_points_to_is_found_by_its_key(large: Desk, role: Role) -> None:
    query = """query ($id: ID!) { alarm(id: $id) {
      state elder { name region { name } } device { kind } } }"""
    read = await only_read(large, role, query, id=public_id("alarm", large.district.mother_id))
    found = await scans(large.database, read)
    assert of(found, "alarm") == [("alarm_pkey", "(id = $)")]
    assert ("elder_pkey", "(id = elder_id)") in of(found, "elder")
    assert of(found, "device") == [("device_pkey", "(id = device_id)")]
    assert whole(found) == set()
    # By the region's index only with the key in it: PostgreSQL then steps from community to
    # community, and never walks through the elders of one.
    by_region = [scan for scan in found if scan.index == "elder_region_code_id"]
    assert all("(id = elder_id)" in str(scan.condition) for scan in by_region)


async def test_several_rows_by_their_ids_are_found_by_their_keys(large: Desk) -> None:
    ids = [public_id("elder", large.district.mother_id), public_id("elder", large.district.ward_id)]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Elder { name } } }"
    read = await only_read(large, Role.DISPATCHER, query, ids=ids)
    (scan,) = await scans(large.database, read)
    assert (scan.index, scan.rows) == ("elder_pkey", 2)


async def test_a_page_below_each_row_is_found_by_the_row(large: Desk) -> None:
    roster = """query ($after: String) { elders(first: 200) { nodes {
      alarms(first: 2, after: $after) { nodes { id } } } } }"""
    newest = "{ alarms(first: 200) { edges { cursor } } }"
    edges = (await large.ask(Role.ADMIN, newest)).body["data"]["alarms"]["edges"]
    for after in (None, edges[-1]["cursor"]):
        read = await only_read(large, Role.STATION, roster, after=after)
        found = await scans(large.database, read)
        (alarms,) = (scan for scan in found if scan.table == "alarm")
        assert alarms.index == "alarm_elder_id_id"
        assert str(alarms.condition).lstrip("(").startswith("elder_id = id)")
        assert alarms.rows <= 3
        assert whole(found) == set()


async def test_a_station_s_roster_reads_its_own_elders_only(large: Desk) -> None:
    region = large.actor(Role.STATION).region
    found = await scans(large.database, await only_read(large, Role.STATION, ROSTER, region=region))
    (elders,) = (scan for scan in found if scan.table == "elder")
    assert elders.index == "elder_region_code_id"
    assert elders.rows <= 201
    assert of(found, "device") == [("device_elder_id_id", "(elder_id = id)")]
    assert whole(found) == set()


async def test_the_newest_alarms_of_a_district_are_read_and_no_others(large: Desk) -> None:
    read = await only_read(large, Role.DISPATCHER, LIST)
    found = await scans(large.database, read)
    (alarms,) = (scan for scan in found if scan.table == "alarm")
    assert (alarms.index, alarms.rows, alarms.runs) == ("alarm_pkey", 51, 1)
    assert of(found, "device") == [("device_pkey", "(id = device_id)")]
    assert set(of(found, "elder")) == {("elder_pkey", "(id = elder_id)")}
    assert whole(found) == set()


async def test_the_alarms_of_a_quiet_community_are_found_by_its_code(large: Desk) -> None:
    quietest = "SELECT region_code, count(*) FROM alarm GROUP BY 1 ORDER BY 2, 1 LIMIT 1"
    ((code, count),) = await large.database.rows(quietest, (), once=False)
    read = await only_read(large, Role.DISPATCHER, LIST, region=code)
    found = await scans(large.database, read)
    (alarms,) = (scan for scan in found if scan.table == "alarm")
    assert (alarms.index, alarms.rows) == ("alarm_region_code_id", min(count, 51))
    assert whole(found) == set()


async def test_a_street_s_elders_are_read_as_they_are_many_or_few(large: Desk) -> None:
    roster = """query ($region: String) { elders(first: 20, filter: {region: $region}) {
      nodes { name } } }"""
    count = "SELECT left(region_code, $1) FROM elder GROUP BY 1 ORDER BY count(*), 1 LIMIT 1"
    for digits, index in ((6, "elder_pkey"), (9, "elder_region_code_id")):
        ((code,),) = await large.database.rows(count, (digits,), once=False)
        read = await only_read(large, Role.ADMIN, roster, region=code)
        assert read.once
        (elders,) = await scans(large.database, read)
        assert elders.index == index


async def test_what_has_happened_to_an_alarm_is_matched_by_its_key(large: Desk) -> None:
    changes = """query ($region: String) { alarmChanges(first: 9, filter: {region: $region}) {
      cursor } }"""
    asked = await large.ask(Role.DISPATCHER, changes, {"region": "330102001"})
    assert "data" in asked.body, asked.body
    (read,) = (one for one in asked.reads if "alarm" in one.text)
    assert of(await scans(large.database, read), "alarm") == [("alarm_pkey", "(id = subject_id)")]


async def test_the_alarms_of_one_s_own_are_found_by_the_elders(large: Desk) -> None:
    read = await only_read(large, Role.FAMILY, LIST)
    found = await scans(large.database, read)
    assert found[0].table == "family_link"
    assert found[0].index == "family_link_account_id"
    assert of(found, "alarm") == [("alarm_elder_id_id", "(elder_id = elder_id)")]
    assert whole(found) == set()


LOOKED_UP = """query ($filter: ElderFilter) { elders(first: 50, filter: $filter) {
  nodes { id name tags } } }"""


@pytest.mark.parametrize("typed", ["name", "pinyin", "initials"])
async def test_somebody_who_is_looked_up_is_found_by_the_spelling(large: Desk, typed: str) -> None:
    rarest = "SELECT name, spelling FROM elder GROUP BY 1, 2 ORDER BY count(*), 1 LIMIT 1"
    ((name, spelling),) = await large.database.rows(rarest, (), once=False)
    _, pinyin, *_, initials = spelling.split()
    search = {"name": name, "pinyin": pinyin, "initials": initials}[typed]
    read = await only_read(large, Role.DISPATCHER, LOOKED_UP, filter={"search": search})
    found = await scans(large.database, read)
    assert [scan.index for scan in found if scan.table == "elder"] == ["elder_spelling"]
    assert whole(found) == set()


async def test_the_end_of_a_number_is_found_by_its_hash(large: Desk) -> None:
    read = await only_read(large, Role.DISPATCHER, LOOKED_UP, filter={"idNumber": "0028"})
    assert b"0028" not in b"".join(one for one in read.arguments if isinstance(one, bytes))
    assert "0028" not in read.text
    found = await scans(large.database, read)
    (elders,) = (scan for scan in found if scan.table == "elder")
    assert elders.index in ("elder_id_number_once", "elder_id_number_end_hash")
    assert whole(found) == set()


async def test_who_carries_a_tag_on_a_day_is_found_by_the_tag(large: Desk) -> None:
    asked = {"tagsAny": ["FAMILY_PLANNING_SPECIAL"], "asOf": "2026-03-01"}
    read = await only_read(large, Role.OFFICIAL, LOOKED_UP, filter=asked)
    found = await scans(large.database, read)
    assert found[0].table == "elder_tag"
    assert found[0].index == "elder_tag_believed"
    assert {index for index, _ in of(found, "elder")} == {"elder_pkey"}
    assert whole(found) == set()

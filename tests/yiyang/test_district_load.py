"""The demo district in a database: it loads whole or not at all."""

from itertools import islice

import asyncpg
import pytest

from domain.crypto import Vault
from tests.yiyang.filled import EMPTY, OF_ELDERS, SEED, TODAY, load, one
from yiyang.district.cast import DistrictError
from yiyang.district.columns import COLUMNS
from yiyang.district.load import load_district
from yiyang.district.people import residents

ALL_TABLES = ("region", *COLUMNS)


async def test_everyone_who_works_has_an_account(
    connection: asyncpg.Connection, vault: Vault
) -> None:
    await load(connection, vault)

    counted = await connection.fetch("SELECT role, count(*) FROM account GROUP BY role")
    roles = {row["role"]: row["count"] for row in counted}
    assert roles["ADVISOR"] == 18
    assert roles["ELDER"] == 3
    streets = await connection.fetch("SELECT code FROM region WHERE parent_code = '330102'")
    codes = sorted(row["code"] for row in streets)
    for role in ("STATION", "OFFICIAL", "CANTEEN"):
        rows = await connection.fetch(
            "SELECT region_code FROM account WHERE role = $1 AND length(region_code) = 9", role
        )
        assert sorted(row["region_code"] for row in rows) == codes
    vendors = await connection.fetch(
        "SELECT v.name, a.role FROM vendor v JOIN account a ON a.vendor_id = v.id"
    )
    assert {tuple(row) for row in vendors} == {("安颐科技", "VENDOR"), ("康护物联", "VENDOR")}


async def test_accounts_are_persons_but_for_houses_and_some_hold_two_roles(
    connection: asyncpg.Connection, vault: Vault
) -> None:
    await load(connection, vault, elders=400)

    nobodys = await connection.fetch("SELECT DISTINCT role FROM account WHERE person_id IS NULL")
    assert {row["role"] for row in nobodys} == {"STATION", "CANTEEN", "VENDOR"}
    pairs = await connection.fetch(
        "SELECT array_agg(a.role ORDER BY a.role) AS roles, array_agg(DISTINCT a.name) AS names,"
        " p.name, p.phone_masked FROM account a JOIN person p ON p.id = a.person_id"
        " GROUP BY p.id HAVING count(*) > 1"
    )
    # Of every fortieth elder, and the neighbour's daughter.
    assert len(pairs) == 11
    for row in pairs:
        assert row["roles"] == ["FAMILY", "VOLUNTEER"]
        assert row["names"] == [row["name"]]
    for row in await connection.fetch("SELECT * FROM person WHERE phone_hash IS NOT NULL"):
        phone = vault.open(row["phone_cipher"], "person.phone_cipher")
        assert row["phone_hash"] == vault.digest(phone, "person.phone_hash")
        assert row["phone_masked"] == f"{phone[:3]}****{phone[-4:]}"


async def test_personal_data_is_sealed_hashed_and_masked(
    connection: asyncpg.Connection, vault: Vault
) -> None:
    await load(connection, vault)
    people = {person.name: person for person in islice(residents(SEED, TODAY), 3)}

    for name, person in people.items():
        row = await one(connection, "SELECT * FROM elder WHERE name = $1", name)
        number = vault.open(row["id_number_cipher"], "elder.id_number_cipher")
        assert number == person.id_number
        assert vault.open(row["address_cipher"], "elder.address_cipher") == person.address
        assert row["id_number_hash"] == vault.digest(number, "elder.id_number_hash")
        assert row["id_number_masked"] == f"{number[:6]}************"
        assert row["address_masked"] == "上城区清波街道清波门社区****"
        call = await one(
            connection, "SELECT * FROM contact WHERE elder_id = $1 AND calling_order = 1", row["id"]
        )
        phone = vault.open(call["phone_cipher"], "contact.phone_cipher")
        assert phone == person.contacts[0].phone
        assert call["phone_hash"] == vault.digest(phone, "contact.phone_hash")
        assert call["phone_masked"] == f"{phone[:3]}****{phone[-4:]}"


async def test_fewer_elders_are_the_first_of_more_and_only_nonces_differ(
    connection: asyncpg.Connection, vault: Vault
) -> None:
    more = await load(connection, vault, elders=1_500)
    of_more = await contents(connection)
    await connection.execute(EMPTY)
    fewer = await load(connection, vault, elders=90)
    of_fewer = await contents(connection)

    assert fewer == more
    assert len(of_fewer["elder"]) == 90
    assert len(of_more["elder"]) == 1_500
    for table in ("region", "vendor", *OF_ELDERS):
        assert of_more[table][: len(of_fewer[table])] == of_fewer[table], table
    # A larger district may have more of these, and has all of a smaller one's.
    for table in ("person", "station", "canteen", "menu_item", "volunteer"):
        assert set(of_more[table]) >= set(of_fewer[table]), table
    # Caregivers may work in another house there.
    more_accounts, fewer_accounts = (
        {row[:4] for row in of["account"]} for of in (of_more, of_fewer)
    )
    assert more_accounts >= fewer_accounts


async def test_the_same_seed_and_day_give_the_same_rows(
    connection: asyncpg.Connection, vault: Vault
) -> None:
    first = await load(connection, vault, elders=400)
    of_first = await contents(connection)
    await connection.execute(EMPTY)
    again = await load(connection, vault, elders=400)

    assert again == first
    assert await contents(connection) == of_first
    # So small a district has two beds at home, in which nobody lies yet, no choice of homes, and
    # nothing settled for itself.
    empty = {table for table in ALL_TABLES if not of_first[table]}
    fused = {"bed_stay_manager", "care_code", "bed_stay_package"}
    settled = {"household", "household_member", "elder_merge", "calendar_link"}
    settled |= {"escalation_policy", "assessment_policy"}
    assert empty == fused | settled | {"admission_application", "admission_application_log"}


async def contents(connection: asyncpg.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every table's rows in the order of their keys, without what is encrypted."""
    return {
        table: [
            tuple(
                tuple(value) if isinstance(value, list) else value
                for name, value in row.items()
                if not name.endswith("_cipher")
            )
            for row in await connection.fetch(f"SELECT * FROM {table} ORDER BY {table}")
        ]
        for table in ALL_TABLES
    }


async def test_two_seals_of_one_value_differ(connection: asyncpg.Connection, vault: Vault) -> None:
    cast = await load(connection, vault)
    query = "SELECT id_number_cipher FROM elder WHERE id = $1"
    first = await connection.fetchval(query, cast.mother_id)
    await connection.execute(EMPTY)
    again = await load(connection, vault)

    assert await connection.fetchval(query, again.mother_id) != first


async def test_new_keys_follow_the_districts(connection: asyncpg.Connection, vault: Vault) -> None:
    await load(connection, vault)
    newer = await connection.fetchval("SELECT uuidv7() > (SELECT max(id::text)::uuid FROM device)")
    assert newer


async def test_progress_reaches_the_whole(connection: asyncpg.Connection, vault: Vault) -> None:
    steps: list[tuple[int, int, str]] = []

    def progress(done: int, total: int, what: str) -> None:
        steps.append((done, total, what))

    await load_district(connection, vault, elders=2_345, seed=SEED, today=TODAY, progress=progress)

    assert steps[0] == (3531, 3531, "regions")
    elders = [done for done, total, what in steps if (total, what) == (2_345, "elders")]
    assert len(elders) > 1
    assert elders == sorted(set(elders))
    assert elders[-1] == 2_345


async def test_a_district_never_mixes_with_what_is_there(
    connection: asyncpg.Connection, vault: Vault
) -> None:
    await load(connection, vault)
    before = await contents(connection)

    with pytest.raises(DistrictError, match=r"the table elder is not empty.*--data-dir"):
        await load(connection, vault, seed=SEED + 1)

    assert await contents(connection) == before


async def test_accounts_without_elders_are_in_the_way_too(
    connection: asyncpg.Connection, vault: Vault
) -> None:
    await connection.execute("INSERT INTO account (name, role) VALUES ('管理员', 'ADMIN')")

    with pytest.raises(DistrictError, match="the table account is not empty"):
        await load(connection, vault)

    assert await connection.fetchval("SELECT count(*) FROM elder") == 0


async def test_a_district_too_small_for_its_cast_is_refused(
    connection: asyncpg.Connection, vault: Vault
) -> None:
    with pytest.raises(DistrictError, match="--elders must be at least 3"):
        await load(connection, vault, elders=2)

    assert await connection.fetchval("SELECT count(*) FROM region") == 0


async def test_a_load_that_breaks_leaves_nothing(
    connection: asyncpg.Connection, vault: Vault
) -> None:
    class Stopped(Exception):
        pass

    def progress(done: int, total: int, what: str) -> None:
        if what == "elders":
            raise Stopped

    with pytest.raises(Stopped):
        await load_district(connection, vault, elders=60, seed=SEED, today=TODAY, progress=progress)

    for table in ALL_TABLES:
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0

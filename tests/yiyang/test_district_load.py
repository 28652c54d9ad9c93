"""The demo district in a database: it loads whole or not at all, and its cast is found again."""

from collections.abc import AsyncGenerator
from datetime import date
from itertools import islice

import asyncpg
import pytest

from domain.access import Role
from domain.calendar import whole_years
from domain.crypto import Vault
from yiyang.district.cast import District, DistrictError, find_cast
from yiyang.district.columns import COLUMNS
from yiyang.district.load import load_district
from yiyang.district.people import residents

TODAY = date(2026, 2, 28)
SEED = 20
ALL_TABLES = ("region", *COLUMNS)
OF_ELDERS = ("elder", "elder_tag", "contact", "family_link", "device")
EMPTY = "TRUNCATE region, vendor, person RESTART IDENTITY CASCADE"


@pytest.fixture
async def connection(database_url: str) -> AsyncGenerator[asyncpg.Connection, None]:
    """A migrated database that nobody is in."""
    opened = await asyncpg.connect(database_url)
    await opened.execute(EMPTY)
    yield opened
    await opened.close()


async def load(
    connection: asyncpg.Connection, vault: Vault, elders: int = 60, seed: int = SEED
) -> District:
    return await load_district(
        connection, vault, elders=elders, seed=seed, today=TODAY, progress=lambda *_: None
    )


async def one(connection: asyncpg.Connection, query: str, *values: object) -> asyncpg.Record:
    (row,) = await connection.fetch(query, *values)
    return row


async def test_the_cast_is_one_story(connection: asyncpg.Connection, vault: Vault) -> None:
    cast = await load(connection, vault)

    assert set(cast.players) == set(Role)
    mother = await one(connection, "SELECT * FROM elder WHERE id = $1", cast.mother_id)
    assert mother["name"].startswith("王")
    assert whole_years(mother["birth_date"], TODAY) == 78
    tags = await connection.fetch("SELECT tag FROM elder_tag WHERE elder_id = $1", cast.mother_id)
    assert [row["tag"] for row in tags] == ["LIVES_ALONE"]
    links = await connection.fetch("SELECT account_id, elder_id, relation FROM family_link")
    relations = {(row["account_id"], row["elder_id"]): row["relation"] for row in links}
    assert cast.daughter_id == cast.players[Role.FAMILY].account_id
    assert relations[cast.daughter_id, cast.mother_id] == "DAUGHTER"
    assert relations[cast.neighbour_daughter_id, cast.neighbour_id] == "DAUGHTER"
    assert relations[cast.players[Role.GUARDIAN].account_id, cast.ward_id] == "SON"
    assert len({cast.mother_id, cast.neighbour_id, cast.ward_id}) == 3
    assert (cast.daughter_id, cast.neighbour_id) not in relations
    devices = await connection.fetch(
        "SELECT id, kind FROM device WHERE elder_id = $1", cast.mother_id
    )
    kinds = {row["id"]: row["kind"] for row in devices}
    assert kinds == {cast.sos_button_id: "SOS_BUTTON", cast.sleep_band_id: "SLEEP_BAND"}


async def test_the_daughter_is_called_first_and_named_once(
    connection: asyncpg.Connection, vault: Vault
) -> None:
    cast = await load(connection, vault, elders=400)

    first = await connection.fetchval(
        "SELECT name FROM contact WHERE elder_id = $1 AND calling_order = 1", cast.mother_id
    )
    assert first == cast.players[Role.FAMILY].name
    for player in cast.players.values():
        named = await connection.fetchval(
            "SELECT count(*) FROM account WHERE name = $1", player.name
        )
        assert named == 1, f"{player.name} is not the only one of that name"


async def test_the_cast_is_found_again_when_others_have_joined(
    connection: asyncpg.Connection, vault: Vault
) -> None:
    cast = await load(connection, vault)
    await connection.execute(
        "INSERT INTO account (name, role) SELECT '后来者', role FROM account GROUP BY role"
    )

    assert await find_cast(connection) == cast


async def test_no_cast_where_no_district_is(connection: asyncpg.Connection) -> None:
    with pytest.raises(DistrictError, match=r"no demo district .*no account for ADMIN, ADVISOR"):
        await find_cast(connection)


async def test_no_cast_where_the_mothers_family_has_gone(
    connection: asyncpg.Connection, vault: Vault
) -> None:
    cast = await load(connection, vault)
    await connection.execute("DELETE FROM family_link WHERE account_id = $1", cast.daughter_id)

    with pytest.raises(DistrictError, match="mother's family"):
        await find_cast(connection)


async def test_no_cast_where_the_district_is_older_than_its_services(
    connection: asyncpg.Connection, vault: Vault
) -> None:
    await load(connection, vault)
    await connection.execute("UPDATE account SET station_id = NULL, canteen_id = NULL")
    register = {"vendor", "person", "account", *OF_ELDERS}
    for table in reversed([name for name in COLUMNS if name not in register]):
        await connection.execute(f"DELETE FROM {table}")

    with pytest.raises(DistrictError, match=r"no stations, beds, visits.*another --data-dir"):
        await find_cast(connection)


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
    assert len(pairs) == 10
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
    for table in ("person", "account", "station", "canteen", "menu_item", "volunteer"):
        assert set(of_more[table]) >= set(of_fewer[table]), table


async def test_the_same_seed_and_day_give_the_same_rows(
    connection: asyncpg.Connection, vault: Vault
) -> None:
    first = await load(connection, vault, elders=400)
    of_first = await contents(connection)
    await connection.execute(EMPTY)
    again = await load(connection, vault, elders=400)

    assert again == first
    assert await contents(connection) == of_first
    assert all(of_first[table] for table in ALL_TABLES)


async def contents(connection: asyncpg.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every table's rows in the order of their keys, without what is encrypted."""
    return {
        table: [
            tuple(value for name, value in row.items() if not name.endswith("_cipher"))
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

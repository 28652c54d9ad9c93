"""The cast of the demo district is one story, and is found again."""

import asyncpg
import pytest

from domain.access import Role
from domain.calendar import whole_years
from domain.crypto import Vault
from tests.yiyang.filled import OF_ELDERS, TODAY, load, one
from yiyang.district.cast import DistrictError, find_cast
from yiyang.district.columns import COLUMNS
from yiyang.district.time_bank import LEDGER


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
    # What was posted is never deleted.
    await connection.execute(f"TRUNCATE {', '.join(LEDGER)}")
    register = {"vendor", "person", "account", *OF_ELDERS}
    for table in reversed([name for name in COLUMNS if name not in register]):
        await connection.execute(f"DELETE FROM {table}")

    with pytest.raises(DistrictError, match=r"no stations, beds, visits.*another --data-dir"):
        await find_cast(connection)

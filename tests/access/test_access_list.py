"""Who may see an elder, by the list and by the oracle."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.access import Actor, ConsentScope, Role
from domain.calendar import now
from domain.database import Database
from domain.elders.access_list import readers_of
from domain.ids import public_id
from tests.access.oracle import is_expected
from tests.access.world import World
from tests.clients import Api
from tests.makers.family import make_relative

LIST = """query ($id: ID!) { elder(id: $id) { accessList {
  name role rule account { id } consents { scope until } } } }"""


def expected(world: World, elder_id: UUID) -> set[UUID]:
    """Every account by whose role the elder is seen."""
    return {
        row["id"]
        for row in world.tables["account"].values()
        if is_expected(
            world, Actor(row["id"], Role(row["role"]), row["region_code"]), "elder", elder_id
        )
    }


async def claim(database_url: str, api: Api) -> None:
    """The volunteer has claimed tomorrow's visit to the mother."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "UPDATE visit_task SET state = 'CLAIMED', claimed_by = $2, claimed_at = now(),"
        " scheduled_from = now() + interval '300 days', scheduled_to = now() + interval '301 days'"
        " WHERE id = $1",
        api.district.open_visit_id,
        api.actor(Role.VOLUNTEER).id,
    )
    await connection.close()


async def test_it_is_the_oracles_for_many_elders(
    api: Api, database: Database, database_url: str
) -> None:
    await claim(database_url, api)
    await make_relative(database, api.district.mother_id, ())
    world = await World.read(database_url)
    cast = [api.district.mother_id, api.district.neighbour_id, api.district.ward_id]
    others = sorted(world.tables["elder"].keys())[::40]
    roles: set[Role] = set()
    for elder_id in [*cast, *others]:
        found = await readers_of(database, elder_id, now())
        assert {one.account_id for one in found} == expected(world, elder_id)
        assert len(found) == len({one.account_id for one in found})
        roles |= {one.role for one in found}
    assert roles == set(Role) - {Role.VENDOR, Role.CANTEEN, Role.AUDITOR}


async def test_an_account_that_is_over_sees_nobody(api: Api, database: Database) -> None:
    daughter = await make_relative(database, api.district.mother_id)
    await database.rows(
        "UPDATE account SET since = now() - interval '2 days', until = now() WHERE id = $1"
        " RETURNING 1",
        (daughter.id,),
        once=False,
        primary=True,
    )
    found = await readers_of(database, api.district.mother_id, now())
    assert daughter.id not in {one.account_id for one in found}


async def test_it_says_who_why_and_what(api: Api, database: Database) -> None:
    relative = await make_relative(database, api.district.mother_id, {ConsentScope.LOCATION})
    mother = {"id": public_id("elder", api.district.mother_id)}
    found: list[Any] = (await api.data(Role.ELDER, LIST, **mother))["elder"]["accessList"]
    assert found[0]["role"] == "ELDER"
    assert found[0]["rule"] == "one's own"
    (seen,) = [
        one
        for one in found
        if one["account"] and one["account"]["id"] == public_id("account", relative.id)
    ]
    assert seen["rule"] == "of linked elders"
    assert seen["consents"] == [{"scope": "LOCATION", "until": None}]
    assert all(one["consents"] == [] for one in found if one["role"] != "FAMILY")


@pytest.mark.parametrize("role", [Role.FAMILY, Role.DISPATCHER, Role.OFFICIAL])
async def test_it_is_not_for_everybody(api: Api, role: Role) -> None:
    mother = {"id": public_id("elder", api.district.mother_id)}
    answer = await api.post(role, LIST, mother)
    assert answer["data"]["elder"]["accessList"] is None
    assert answer["extensions"]["masked"] == [
        {"path": ["elder", "accessList"], "reason": "NOT_PERMITTED"}
    ]

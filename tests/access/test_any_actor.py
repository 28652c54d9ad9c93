"""One SQL finds the rows of all who have a role: key and region are its parameters."""

from uuid import UUID

import pytest
from sqlalchemy import Text, Uuid, bindparam, false, select

import api.schema  # noqa: F401  # declares the types
from api.plan.shapes import declared_types
from domain.access import Role
from domain.database import Database
from domain.errors import InvalidInput
from domain.row_access import anyone
from domain.tables import Subtree
from tests.access.oracle import ORACLE, expected
from tests.access.world import World
from tests.clients import Api

ACTOR = bindparam("actor", type_=Uuid())
REGION = Subtree(bindparam("first", type_=Text()), bindparam("beyond", type_=Text()))


@pytest.mark.parametrize("role", list(Role))
async def test_parameters_find_the_rows_of_the_oracle(
    api: Api, database: Database, database_url: str, role: Role
) -> None:
    world = await World.read(database_url)
    actor = api.actor(role)
    region = Subtree.of(actor.region) if actor.region else None
    values = {"actor": actor.id}
    if region:
        values |= {"first": region.first, "beyond": region.beyond}
    somebody = anyone(role, ACTOR, REGION if region else None)
    for row_type in declared_types():
        if row_type.table.name not in ORACLE:
            continue
        statement = select(row_type.key).where(row_type.visible(somebody))
        asked = statement.compile().params.keys() & {"actor", "first", "beyond"}
        given = {name: values[name] for name in asked}
        seen: set[UUID] = {row[0] for row in await database.fetch(statement.params(given))}
        assert seen == expected(world, actor, row_type.table.name), row_type.table.name


@pytest.mark.parametrize("role", [Role.OFFICIAL, Role.AUDITOR])
def test_without_a_region_nothing_is_asked_of_it(role: Role) -> None:
    (orders,) = (found for found in declared_types() if found.table.name == "meal_order")
    assert orders.visible(anyone(role, ACTOR, None)).compare(false())


@pytest.mark.parametrize(
    ("region", "beyond"),
    [("330102", "330103"), ("3", "4"), ("339", "33:"), ("000000000000", "000000000001")],
)
def test_a_subtree_ends_before_the_next_code(region: str, beyond: str) -> None:
    assert Subtree.of(region) == Subtree(region, beyond)


@pytest.mark.parametrize("text", ["", "33a", "1234567890123", "33\n", "３３", "%"])
def test_what_is_no_code_has_no_subtree(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Subtree.of(text)
    assert refusal.value.field == "region"

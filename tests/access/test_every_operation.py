"""Each role may do what it may on the rows that it sees; anything else changes nothing."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, get_args
from uuid import uuid4

import asyncpg
import pytest
from strawberry.utils.str_converters import to_camel_case, to_snake_case

from api.canteens.quote_token import opened, sealed
from api.permissions import ASKED
from api.plan.shapes import row_type_of_table
from api.schema import schema
from domain.access import Actor, Role
from domain.canteens.quotes import Quote
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from domain.metadata import METADATA
from tests.access.operations import MAY, OPERATIONS
from tests.access.oracle import is_expected
from tests.access.scene import Scene
from tests.access.world import TABLES, World
from tests.clients import Api
from tests.conftest import Template
from tests.makers.webhooks import make_webhook
from yiyang.district.cast import District


@pytest.fixture
async def sql(database_url: str) -> AsyncGenerator[asyncpg.Connection, None]:
    """A connection past all rules."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


FULL = "template_full"

ASKING = {"mealQuote": "token", "ruleBacktest": "devices"}
"""Queries that ask for a permission, with a field of the answer."""


def document(name: str) -> str:
    kind = "query" if name in ASKING else "mutation"
    type_name = f"{name[0].upper()}{name[1:]}Input"
    answer = ASKING.get(name, "userErrors { code }")
    return f"{kind} ($input: {type_name}!) {{ {name}(input: $input) {{ {answer} }} }}"


async def tried(api: Api, actor: Actor, name: str, given: dict[str, Any]) -> str | None:
    """The code of the refusal, None where there was none."""
    answer = await api.post(actor, document(name), {"input": given})
    if "errors" in answer:
        return answer["errors"][0]["extensions"]["code"]
    payload = answer["data"][name]
    codes = [error["code"] for error in payload.get("userErrors", [])]
    return codes[0] if codes else None


async def token_for(api: Api, vault: Vault, actor: Actor, wish: dict[str, Any]) -> str:
    """A quote as the actor would hold it, whatever the role: the administrator's, made over."""
    query = document("mealQuote")
    quoted = await api.data(Role.ADMIN, query, input=wish)
    quote = opened(quoted["mealQuote"]["token"], vault)
    changed = {name: getattr(quote, name) for name in Quote.__dataclass_fields__}
    return sealed(Quote(**{**changed, "id": uuid4(), "actor_id": actor.id}), vault)


async def offered(api: Api, scene: Scene, table: str, name: str) -> bool | None:
    """Whether the row offers the actor an operation; None where it offers none of that name."""
    cls = row_type_of_table(METADATA.tables[table]).cls
    action = name.removeprefix(to_camel_case(table)).upper()
    offers = cls.__annotations__.get("available_actions")
    if offers is None or action not in get_args(offers)[0].__members__:
        return None
    query = f"""query ($id: ID!) {{ node(id: $id) {{
      ... on {cls.__name__} {{ availableActions }} }} }}"""
    found = (await api.data(scene.actor, query, id=public_id(table, scene.key)))["node"]
    return found is not None and action in found["availableActions"]


PARTS = {
    "bed_stay_manager": ("stay_id", "bed_stay"),
    "bed_stay_package": ("stay_id", "bed_stay"),
    "suggestion_item": ("list_id", "suggestion_list"),
    "visit_application": ("task_id", "visit_task"),
}
"""Of what is part of an elder's, by which column of which table."""


def whose(world: World, table: str, key: Any) -> Any:
    """The elder whose an object is; None for what is nobody's."""
    if table == "elder":
        return key
    row = world.tables.get(table, {}).get(key, {})
    if table == "elder_merge":
        return row.get("kept_id")
    if table in PARTS and row:
        column, whole = PARTS[table]
        return whose(world, whole, row[column])
    return row.get("elder_id")


async def check_trail(sql: asyncpg.Connection, name: str, before: World, after: World) -> None:
    """What was done stands in the trail under the elder whose the object is, or was."""
    (entry,) = await sql.fetch(
        "SELECT object_type, object_id, elder_id FROM audit_entry"
        " WHERE action = $1 AND outcome = 'DONE' ORDER BY id DESC LIMIT 1",
        to_snake_case(name),
    )
    table, key = entry["object_type"], entry["object_id"]
    assert entry["elder_id"] == (whose(after, table, key) or whose(before, table, key)), name


EVERY_ROW = " UNION ALL ".join(
    f"SELECT '{name}' AS name, count(*), sum(xmin::text::bigint) FROM {name}"
    for name in METADATA.tables
    # What clients have spent is written down after their answers, and each refusal in the trail.
    if name not in ("cost_bucket", "audit_entry", "audit_unsealed")
)


async def fingerprints(sql: asyncpg.Connection) -> dict[str, Any]:
    """Of each table's rows: whoever writes one, even the same again, gives it a new xmin."""
    return {row["name"]: row for row in await sql.fetch(EVERY_ROW)}


@dataclass
class Rows:
    """All rows of all tables; those of a table are read again only when one was written."""

    sql: asyncpg.Connection
    world: World
    fingerprints: dict[str, Any]

    async def have_changed(self) -> bool:
        """Since this was asked last."""
        found = await fingerprints(self.sql)
        written = {name for name in found if found[name] != self.fingerprints[name]}
        self.fingerprints = found
        self.world = await self.world.with_read(self.sql, written.intersection(TABLES))
        return bool(written)


async def for_the_ward(sql: asyncpg.Connection, district: District) -> None:
    """An alarm, a meal order and one of the family of the elder whom the guardian looks after."""
    ward = {"elder_id": str(district.ward_id)}
    orders = {**ward, "quote_id": str(uuid4()), "subsidy": 0, "own_share": 20, "price": 20}
    links = {**ward, "account_id": str(district.daughter_id)}
    incident = {**ward, "id": str(uuid4())}
    alarm = {**ward, "incident_id": incident["id"]}
    for table, changes in (
        ("incident", incident),
        ("alarm", alarm),
        ("meal_order", orders),
        ("family_link", links),
    ):
        await sql.execute(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(one, $1::jsonb)).*"
            f" FROM {table} AS one LIMIT 1",
            json.dumps({"id": str(uuid4()), **changes}),
        )


@pytest.fixture(scope="session")
async def cloned(
    administration: asyncpg.Connection, template: Template, filled: str, vault: Vault
) -> str:
    """Enough that each role has a row on which to try each operation that it may: made once, for
    each test begins with it."""
    await administration.execute(f"CREATE DATABASE {FULL} TEMPLATE {filled} STRATEGY file_copy")
    url = f"{template.url.rpartition('/')[0]}/{FULL}"
    database, sql = Database(url, role=None), await asyncpg.connect(url)
    await for_the_ward(sql, template.district)
    vendor = Actor(template.district.players[Role.VENDOR].account_id, Role.VENDOR)
    await make_webhook(database, vault, vendor)  # one is deleted
    await sql.close()
    await database.close()
    return FULL


@pytest.fixture(scope="session")
async def at_first(cloned: str, template: Template) -> tuple[World, dict[str, Any]]:
    """All rows as each test finds them, and their fingerprints: clones have the same."""
    sql = await asyncpg.connect(f"{template.url.rpartition('/')[0]}/{cloned}")
    found = await World.read_by(sql), await fingerprints(sql)
    await sql.close()
    return found


@pytest.fixture
def rows(sql: asyncpg.Connection, at_first: tuple[World, dict[str, Any]]) -> Rows:
    """Of the test's own database."""
    return Rows(sql, *at_first)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
async def test_every_role(api: Api, rows: Rows, vault: Vault, name: str) -> None:
    told: dict[Role, str | None] = {}
    wanted: dict[Role, str | None] = {}
    for role in Role:
        operation, actor = OPERATIONS[name], api.actor(role)
        scene = Scene(rows.sql, rows.world, actor, operation.row_for(rows.world, actor))
        given = await operation.prepare(scene)
        if name == "mealOrderPlace":
            given = {"token": await token_for(api, vault, actor, given)}
        await rows.have_changed()
        seen = is_expected(rows.world, actor, operation.table, scene.key)
        assert seen or role not in MAY[name], f"{role} has nothing on which to try this"
        wanted[role] = "NOT_FOUND" if not seen else "PERMISSION_DENIED"
        if seen and role in MAY[name]:
            wanted[role] = None
        assert await offered(api, scene, operation.table, name) in (None, wanted[role] is None)
        told[role] = await tried(api, actor, name, given)
        known = rows.world
        changes = told[role] is None and name not in ASKING
        assert await rows.have_changed() is changes, role
        if changes:
            await check_trail(rows.sql, name, known, rows.world)
    assert told == wanted


def test_every_operation_is_here() -> None:
    assert {to_camel_case(resolver) for resolver in ASKED} == set(OPERATIONS)
    mutations = schema.mutation.__strawberry_definition__.fields  # pyright: ignore
    assert {to_camel_case(field.python_name) for field in mutations} == (
        set(OPERATIONS) - set(ASKING)
    )

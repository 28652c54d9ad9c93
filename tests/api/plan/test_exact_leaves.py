"""Whatever a column holds, a plan shows it as ordinary execution does, to the byte."""

from collections.abc import AsyncGenerator
from typing import Any

import asyncpg
import orjson
import pytest
from strawberry.utils.str_converters import to_camel_case

from api.plan.shapes import Column, RowType, declared_types
from domain.access import Role
from domain.ids import public_id
from tests.api.plan.desk import Asked, Desk
from tests.conftest import Template

CONTROLS = "".join(chr(code) for code in (*range(1, 32), 127))

HELD: dict[str, list[str]] = {
    "text": [
        "",
        "\"quoted\" 'twice' `thrice` \\ back",
        "王筱琴 👵🏽 \U0010ffff é e\u0301 \u202e",
        CONTROLS,
        "\u2028\u2029</script>\ufeff\ufffd",
        "{0} {x} $1 ${y} %s %(z)s :a @b \\u0000",
        "long " * 5000,
    ],
    "timestamp with time zone": [
        "2026-01-01 00:00:00+00",
        "2026-01-01 07:59:59.5+08",
        "2026-06-30 23:59:59.000001+00",
        "1969-12-31 23:59:59.999999+00",
        "0001-01-01 00:00:00+00",
        "9999-12-31 23:59:59.999999+00",
        "9999-12-31 23:59:59.12+00",
    ],
    "date": ["2026-02-28", "0001-01-01", "9999-12-31", "1900-01-01", "2024-02-29"],
    "numeric": ["0", "0.01", "-0.50", "9999999999.99", "-9999999999.99", "100", "1e3"],
    "integer": ["2147483647", "-2147483648", "0", "-1"],
    "double precision": ["0", "-0", "0.1", "1e22", "1e-7", "5e-324", "1.7976931348623157e308"],
    "boolean": ["true", "false"],
}
"""Values that a leaf can show, by PostgreSQL's type."""

NOT_HELD: dict[str, list[str]] = {
    "timestamp with time zone": [
        "infinity",
        "-infinity",
        "10000-01-01 00:00:00.12345+00",
        "10000-01-01 00:00:00.1+00",
        "10000-01-01 00:00:00+00",
        "294276-12-31 23:59:59.999999+00",
        "0044-03-15 00:00:00.123+00 BC",
        "0044-03-15 00:00:00+00 BC",
        "4713-01-01 00:00:00.123456+00 BC",
    ],
    "date": ["infinity", "-infinity", "10000-01-01", "0044-03-15 BC", "5874897-12-31"],
    "numeric": ["NaN"],
    "double precision": ["NaN", "Infinity", "-Infinity"],
}
"""Values that PostgreSQL holds, and Python or JSON perhaps does not."""

_UNBOUND = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
    WHERE contype IN ('c', 'x') AND connamespace = 'public'::regnamespace
  LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.place, one.conname); END LOOP;
  ALTER TABLE assessment DISABLE TRIGGER assessment_stays;
END $$
"""
"""So that any value may stand anywhere: what is shown is what is there, whoever put it there."""


UNBOUND = "template_unbound"


@pytest.fixture(scope="session")
async def cloned(administration: asyncpg.Connection, template: Template, filled: str) -> str:
    """A database in which there is something of all, and any value may stand anywhere."""
    await administration.execute(f"CREATE DATABASE {UNBOUND} TEMPLATE {filled} STRATEGY file_copy")
    connection = await asyncpg.connect(f"{template.url.rpartition('/')[0]}/{UNBOUND}")
    await connection.execute(_UNBOUND)
    await connection.close()
    return UNBOUND


@pytest.fixture
async def sql(desk: Desk) -> AsyncGenerator[asyncpg.Connection, None]:
    """Past all checks, and what keeps a ledger as it was posted."""
    connection = await asyncpg.connect(desk.database.url)
    await connection.execute("SET session_replication_role = replica")
    yield connection
    await connection.close()


async def both(desk: Desk, query: str, variables: Any = None) -> Asked:
    """The planned answer, which must be the ordinary one."""
    planned = await desk.ask(Role.ADMIN, query, variables)
    ordinary = await desk.ask(Role.ADMIN, query, variables, planned=False)
    assert orjson.dumps(planned.body) == orjson.dumps(ordinary.body)
    return planned


def leaves(row_type: RowType) -> dict[str, Any]:
    """The fields that are columns, except enums."""
    return {
        to_camel_case(name): declaration.column
        for name, declaration in row_type.fields.items()
        if isinstance(declaration, Column) and not hasattr(declaration.column.type, "enum_class")
    }


async def kinds_of(sql: asyncpg.Connection, table: str) -> dict[str, str]:
    """PostgreSQL's types of a table's columns."""
    rows = await sql.fetch(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = $1", table
    )
    return {name: kind.replace("character varying", "text") for name, kind in rows}


async def fill(
    sql: asyncpg.Connection,
    row_type: RowType,
    values: dict[str, list[str]],
    turn: int,
    where: str = "true",
) -> int:
    """Put values into the leaves of rows, another one at each turn; how many columns there are to
    put some into."""
    table, columns = row_type.table.name, leaves(row_type).values()
    kinds = await kinds_of(sql, table)
    chosen = {
        column.key: (kinds[column.key], values[kinds[column.key]])
        for column in columns
        if kinds[column.key] in values
    }
    sets = ", ".join(
        f"{name} = CAST(${number}::text AS {kind})"
        for number, (name, (kind, _)) in enumerate(chosen.items(), 1)
    )
    if chosen:
        given = [some[turn % len(some)] for _, some in chosen.values()]
        await sql.execute(f"UPDATE {table} SET {sets} WHERE {where}", *given)
    return len(chosen)


NODES = [row_type for row_type in declared_types() if row_type.prefix and leaves(row_type)]


@pytest.mark.parametrize("row_type", NODES, ids=lambda row_type: row_type.prefix)
async def test_what_a_row_holds(desk: Desk, sql: asyncpg.Connection, row_type: RowType) -> None:
    name, table = row_type.cls.__name__, row_type.table.name
    key = await sql.fetchval(f"SELECT id FROM {table} ORDER BY id LIMIT 1")
    shown = " ".join(leaves(row_type))
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on {name} {{ {shown} }} }} }}"
    variables = {"id": public_id(table, key)}
    for turn in range(max(map(len, HELD.values()))):
        assert await fill(sql, row_type, HELD, turn, f"id = '{key}'")
        asked = await both(desk, query, variables)
        assert asked.answer.planned, asked.context.unplanned
    for turn in range(max(map(len, NOT_HELD.values()))):
        if await fill(sql, row_type, NOT_HELD, turn, f"id = '{key}'"):
            await both(desk, query, variables)


BELOW = """{ elders(first: 40) { nodes {
  region { name } contacts { name phone callingOrder } tags
  alarms(first: 2) { nodes { level repeatCount late raisedAt clearedAt } edges { cursor } }
  visits(first: 2) { nodes { scheduledFrom checkInAccuracyM note history { at note } }
    edges { cursor } }
  mealOrders(first: 2) { nodes { day price ownShare items { name unitPrice quantity } } }
  assistanceCases(first: 2) { nodes { submittedAt acceptedOn rejectReason history { at note } } }
} } }"""

TABLES_BELOW = {
    "Alarm",
    "AssistanceCase",
    "AssistanceCaseChange",
    "Contact",
    "MealOrder",
    "MealOrderItem",
    "VisitChange",
    "VisitTask",
}


async def test_what_rows_below_a_row_hold(desk: Desk, sql: asyncpg.Connection) -> None:
    # Constraints on whole tables would forbid one name for all contacts.
    await sql.execute("DROP INDEX contact_calling_order_once, meal_order_subsidy_once")
    below = [one for one in declared_types() if one.cls.__name__ in TABLES_BELOW]
    assert len(below) == len(TABLES_BELOW)
    for turn in range(max(map(len, HELD.values()))):
        for one in below:
            await fill(sql, one, HELD, turn)
        asked = await both(desk, BELOW)
        assert asked.answer.planned, asked.context.unplanned
        nodes = asked.body["data"]["elders"]["nodes"]
        for field in ("alarms", "visits", "mealOrders", "assistanceCases"):
            assert any(node[field]["nodes"] for node in nodes), field


ONE_BELOW = {
    "Alarm": "{ elders(first: 1) { nodes { alarms(first: 1) { nodes { raisedAt } } } } }",
    "VisitTask": "{ elders(first: 1) { nodes { visits(first: 1) { nodes { scheduledTo } } } } }",
    "VisitChange": "{ visitTasks(first: 1, filter: {state: CLAIMED}) { nodes { history { at } } }}",
    "MealOrderItem": "{ mealOrders(first: 1) { nodes { items { unitPrice } } } }",
    "AssistanceCaseChange": "{ assistanceCases(first: 1) { nodes { history { at } } } }",
}
"""One at a time: of several errors ordinary execution shows any."""


@pytest.mark.parametrize("name", ONE_BELOW)
async def test_what_python_or_json_cannot_hold(
    desk: Desk, sql: asyncpg.Connection, name: str
) -> None:
    (row_type,) = (one for one in declared_types() if one.cls.__name__ == name)
    whole = (await both(desk, ONE_BELOW[name])).body
    for turn in range(max(map(len, NOT_HELD.values()))):
        await fill(sql, row_type, NOT_HELD, turn)
        assert (await both(desk, ONE_BELOW[name])).body != whole


async def test_lists_that_are_empty(desk: Desk, sql: asyncpg.Connection) -> None:
    for table in ("contact", "elder_tag", "device", "visit_task", "meal_order", "assistance_case"):
        await sql.execute(f"DELETE FROM {table}")
    asked = await both(desk, BELOW)
    assert asked.answer.planned
    for node in asked.body["data"]["elders"]["nodes"]:
        assert node["contacts"] == node["tags"] == node["visits"]["nodes"] == []
    await sql.execute("DELETE FROM elder")
    query = "{ elders(last: 5) { nodes { id } edges { cursor } totalCount pageInfo { %s } } }"
    asked = await both(desk, query % "startCursor endCursor hasNextPage hasPreviousPage")
    assert asked.answer.planned
    assert asked.body["data"]["elders"]["nodes"] == []


COMPUTED = {
    "visit_task.longitude": "{ visitTasks(first: 2) { nodes { id position { longitude } } } }",
    "vital_sign.value": """query ($id: ID!) { elder(id: $id) {
      vitals { kind value unit measuredAt device { id } } } }""",
}


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "5e-324", "-0"])
@pytest.mark.parametrize("place", COMPUTED)
async def test_what_is_computed_of_a_number(
    desk: Desk, sql: asyncpg.Connection, place: str, value: str
) -> None:
    table, _, column = place.partition(".")
    # One only: of several errors ordinary execution shows any.
    await sql.execute("DELETE FROM vital_sign WHERE kind = 'HEART_RATE'")
    await sql.execute(f"UPDATE {table} SET {column} = $1::text::float8", value)
    mother = public_id("elder", desk.district.mother_id)
    asked = await both(desk, COMPUTED[place], {"id": mother})
    assert asked.answer.planned is ("errors" not in asked.body)
    assert asked.answer.planned is (value in {"5e-324", "-0"})

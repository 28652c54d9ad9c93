"""Whatever elders have consented to, their families see what the oracle says and nothing else."""

from datetime import datetime, timedelta
from random import Random

import asyncpg
import pytest
from sqlalchemy import select

import api.schema  # noqa: F401  # declares the types
from api.plan.shapes import declared_types
from domain.access import Actor, Role
from domain.calendar import now
from domain.database import Database
from domain.family.lifecycle import LinkState
from domain.family.models import UNTIL, WITHOUT_END
from domain.ids import parse_public_id, public_id
from tests.access.oracle import ORACLE, expected
from tests.access.world import World
from tests.clients import Api
from tests.signals import press

OF_THE_FAMILY = (
    "elder",
    "alarm",
    "device",
    "meal_order",
    "assistance_case",
    "family_link",
    "elder_condition",
)
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"


async def shuffle(connection: asyncpg.Connection, seed: int) -> None:
    """Every link in a state, with consents, as chance has it; and some strangers linked too."""
    rng = Random(seed)
    await connection.execute(
        "INSERT INTO family_link (account_id, elder_id, relation, state, linked_at)"
        " SELECT account.id, elder.id, 'OTHER', 'ACTIVE', now() FROM elder, account"
        " WHERE account.role IN ('FAMILY', 'GUARDIAN')"
        " AND md5(elder.id::text || account.id::text || $1) < '03' ON CONFLICT DO NOTHING",
        str(seed),
    )
    columns = [until.key for until in UNTIL.values()]
    settings = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, 4))
    for row in await connection.fetch("SELECT id FROM family_link ORDER BY account_id, elder_id"):
        state = rng.choice([LinkState.ACTIVE] * 4 + list(LinkState))
        over = state in (LinkState.REFUSED, LinkState.ENDED)
        await connection.execute(
            f"UPDATE family_link SET state = $2, ended_at = $3, {settings} WHERE id = $1",
            row["id"],
            state.value,
            now() if over else None,
            *(_until(rng) if state is LinkState.ACTIVE else None for _ in columns),
        )


def _until(rng: Random) -> datetime | None:
    hour = timedelta(hours=1)
    return rng.choice([None, WITHOUT_END, now() - hour, now() + hour])


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_families_see_the_oracles_rows(
    api: Api, database: Database, database_url: str, seed: int
) -> None:
    await press(database, api.district)
    connection = await asyncpg.connect(database_url)
    await shuffle(connection, seed)
    world = await World.read_by(connection)
    await connection.close()
    accounts = world.tables["account"].values()
    family = [row for row in accounts if row["role"] in ("FAMILY", "GUARDIAN")]
    for row in family[:30]:
        actor = Actor(row["id"], Role(row["role"]), None)
        for row_type in declared_types():
            table = row_type.table.name
            if table not in ORACLE:
                continue
            found = await database.fetch(select(row_type.key).where(row_type.visible(actor)))
            assert {one[0] for one in found} == expected(world, actor, table), table
    actor = Actor(api.district.daughter_id, Role.FAMILY, None)
    for table in OF_THE_FAMILY:
        wanted = expected(world, actor, table)
        ids = [public_id(table, key) for key in [*wanted, *world.tables[table]][:200]]
        nodes = (await api.data(actor, NODES, ids=ids))["nodes"]
        parsed = [parse_public_id(node["id"]) for node in nodes if node]
        assert {one[1] for one in parsed if one} == wanted

"""Reads go to the replica, and what has just been written is read where it was written."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import asyncpg
import pytest

from api.execution import streamed
from api.requests import Request
from benchmarks.reads.documents import MUTATION
from domain.access import Role
from domain.crypto import Vault
from domain.ids import public_id
from tests.api.plan.desk import Desk, WatchedDatabase
from tests.conftest import TEMPLATE, Template
from tests.signals import press
from yiyang.district.cast import District

PRIMARY, REPLICA = "primary", "replica"
NAMED = "UPDATE elder SET name = $1"


@pytest.fixture
async def apart(
    cluster: str, template: Template, database_url: str, vault: Vault, district: District
) -> AsyncGenerator[Desk, None]:
    """Whose replica is another database, where all elders bear another name."""
    admin = await asyncpg.connect(cluster)
    await admin.execute(f"CREATE DATABASE replica TEMPLATE {TEMPLATE}")
    read_url = f"{template.url.rpartition('/')[0]}/replica"
    for url, name in ((database_url, PRIMARY), (read_url, REPLICA)):
        connection = await asyncpg.connect(url)
        await connection.execute(NAMED, name)
        await connection.close()
    database = WatchedDatabase(database_url, read_url=read_url)
    yield Desk(database, vault, district)
    await database.close()
    await admin.execute("DROP DATABASE replica WITH (FORCE)")
    await admin.close()


@pytest.mark.parametrize("planned", [True, False])
async def test_a_query_is_answered_by_the_replica(apart: Desk, planned: bool) -> None:
    mother = public_id("elder", apart.district.mother_id)
    query = """query ($id: ID!) { elder(id: $id) { name } elders(first: 1) { nodes { name } }
      nodes(ids: [$id]) { ... on Elder { name } } }"""
    asked = await apart.ask(Role.FAMILY, query, {"id": mother}, planned=planned)
    assert asked.answer.planned is planned
    named = {"name": REPLICA}
    assert asked.body["data"] == {"elder": named, "elders": {"nodes": [named]}, "nodes": [named]}


async def an_alarm(desk: Desk) -> str:
    """The id of one that is on the primary alone."""
    await press(desk.database, desk.district)
    ((key,),) = await desk.database.rows("SELECT id FROM alarm", (), once=True, primary=True)
    return f"alarm_{key}"


@pytest.mark.parametrize("planned", [True, False])
async def test_a_mutation_s_payload_is_read_where_it_was_written(
    apart: Desk, planned: bool
) -> None:
    asked = await apart.ask(Role.FAMILY, MUTATION, {"id": await an_alarm(apart)}, planned=planned)
    assert asked.answer.planned is planned
    alarm = asked.body["data"]["alarmAcknowledge"]["alarm"]
    assert (alarm["state"], alarm["elder"]["name"]) == ("ACKNOWLEDGED", PRIMARY)


@pytest.mark.parametrize("planned", [True, False])
async def test_so_it_is_where_the_verb_refuses(apart: Desk, planned: bool) -> None:
    alarm = {"id": await an_alarm(apart)}
    await apart.ask(Role.FAMILY, MUTATION, alarm)
    asked = await apart.ask(Role.FAMILY, MUTATION, alarm, planned=planned)
    payload = asked.body["data"]["alarmAcknowledge"]
    assert payload["userErrors"] == [{"code": "ILLEGAL_TRANSITION"}]
    assert payload["alarm"]["state"] == "ACKNOWLEDGED"


@pytest.mark.parametrize("planned", [True, False])
async def test_a_delivery_is_read_where_the_event_is(apart: Desk, planned: bool) -> None:
    await an_alarm(apart)
    query = """subscription { alarmChanged(after: "WzBd") { alarm { state elder { name } } } }"""
    context = apart.context(Role.FAMILY)
    async with aclosing(streamed(Request(query), context, planned=planned)) as answers:
        answer = await anext(answers)
    assert answer.planned is planned
    assert answer.body["data"]["alarmChanged"]["alarm"]["elder"] == {"name": PRIMARY}

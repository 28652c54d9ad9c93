"""How many statements an answer takes: one for each root field, however many rows it shows."""

from contextlib import aclosing

import pytest

from api.execution import streamed
from api.requests import Request
from benchmarks.reads.documents import DISPATCHER, HISTORY, HOME, MUTATION, ROSTER
from domain.access import Role
from domain.ids import public_id
from tests.api.plan.desk import Asked, Desk
from tests.signals import press

DISTRICT = "330102"

SCREENS = """
query ($first: Int!) { elders(first: $first) { nodes {
  name age tags region { name } contacts { name } devices { kind online elder { name } }
  alarms(first: 3) { totalCount edges { cursor node { id acknowledgedBy { name } } } }
  currentStay { bed { label station { name } } }
  visits(last: 2) { nodes { state history { action account { name } } } }
  mealOrders(first: 2) { nodes { price items { name unitPrice } } }
} } }
"""


def counted(asked: Asked) -> int:
    """How many statements a planned answer took."""
    assert asked.answer.planned, asked.context.unplanned
    assert "errors" not in asked.body
    assert len(asked.reads) == asked.statements
    return asked.statements


@pytest.mark.parametrize("first", [1, 10, 40])
async def test_a_deep_list_takes_one_for_however_many_rows(desk: Desk, first: int) -> None:
    asked = await desk.ask(Role.ADMIN, SCREENS, {"first": first})
    assert counted(asked) == 1
    assert len(asked.body["data"]["elders"]["nodes"]) == first


async def test_each_screen_takes_one(desk: Desk) -> None:
    await press(desk.database, desk.district)
    mother = public_id("elder", desk.district.mother_id)
    assert counted(await desk.ask(Role.FAMILY, HOME, {"id": mother})) == 1
    for who, document in ((Role.DISPATCHER, DISPATCHER), (Role.STATION, ROSTER)):
        assert counted(await desk.ask(who, document, {"region": DISTRICT})) == 1
    assert counted(await desk.ask(Role.DISPATCHER, HISTORY)) == 1


@pytest.mark.parametrize(
    ("fields", "statements"),
    [
        ("nodes { id }", 1),
        ("nodes { id } totalCount", 2),
        ("totalCount", 2),
        ("nodes { id } streamCursor", 2),
        ("nodes { id } streamCursor totalCount", 3),
    ],
)
async def test_a_total_and_a_place_in_the_stream_take_one_more_each(
    desk: Desk, fields: str, statements: int
) -> None:
    query = f"{{ alarms(first: 50) {{ {fields} }} }}"
    assert counted(await desk.ask(Role.DISPATCHER, query)) == statements


async def test_several_nodes_take_one_for_each_type(desk: Desk) -> None:
    district = desk.district
    ids = [
        public_id("elder", district.mother_id),
        public_id("device", district.sos_button_id),
        public_id("station", district.station_id),
        public_id("elder", district.ward_id),
        public_id("device", district.sleep_band_id),
        public_id("elder", district.mother_id),
    ]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Device { elder { name } } } }"
    asked = await desk.ask(Role.DISPATCHER, query, {"ids": ids})
    assert counted(asked) == 3
    assert [node["id"] for node in asked.body["data"]["nodes"]] == ids


async def test_root_fields_take_one_each(desk: Desk) -> None:
    query = "{ viewer { id } elders(first: 1) { nodes { id } } __typename }"
    assert counted(await desk.ask(Role.FAMILY, query)) == 2


async def test_a_mutation_reads_once_after_its_write_and_where_it_wrote(desk: Desk) -> None:
    asked = await desk.ask(Role.FAMILY, MUTATION, {"id": await desk.alarm()})
    assert counted(asked) == 1
    (read,) = asked.reads
    assert read.once
    assert read.primary
    assert asked.body["data"]["alarmAcknowledge"]["alarm"]["state"] == "ACKNOWLEDGED"


async def test_a_delivery_takes_one(desk: Desk) -> None:
    for _ in range(3):
        await press(desk.database, desk.district)
    context = desk.context(Role.FAMILY)
    query = """subscription { alarmChanged(after: "WzBd") {
      cursor change alarm { state elder { name region { name } } device { kind } } } }"""
    async with aclosing(streamed(Request(query), context)) as answers:
        taken: list[int] = []
        for _ in range(3):
            answer = await anext(answers)
            assert answer.planned, context.unplanned
            taken.append(len(desk.database.reads))
    # The look for what has happened finds all three.
    assert taken == [2, 3, 4]
    assert all(read.primary for read in desk.database.reads)

"""What one of the family is not shown is null with its reason, however the answer is made."""

from itertools import combinations

import orjson
import pytest

from domain.access import ConsentScope, Role
from domain.ids import public_id
from tests.api.plan.desk import Desk
from tests.makers.family import make_relative
from tests.makers.vital_signs import make_vital_signs
from tests.signals import press

SHOWN = {
    "careLevel": ConsentScope.HEALTH_RECORD,
    "fullAddress": ConsentScope.LOCATION,
    "tags": ConsentScope.HEALTH_RECORD,
    "devices": ConsentScope.ALARMS,
    "vitals": ConsentScope.VITALS,
    "alarms": ConsentScope.ALARMS,
    "mealOrders": ConsentScope.MEALS_ORDERS,
    "assistanceCases": ConsentScope.FINANCE,
}
FIELDS = """id name careLevel fullAddress tags devices { id kind } vitals { kind value }
  contacts { name }
  alarms(first: 3) { totalCount nodes { id elder { id name careLevel } device { kind } } }
  mealOrders(first: 3) { totalCount nodes { id } } visits(first: 2) { nodes { id } }
  assistanceCases(first: 3) { totalCount nodes { id } }
  familyLinks(first: 5) { nodes { state consents { scope until } } }"""
ELDER = f"query ($id: ID!) {{ elder(id: $id) {{ {FIELDS} }} }}"
LISTS = f"{{ elders(first: 5) {{ nodes {{ {FIELDS} }} }} alarms(first: 5) {{ nodes {{ id }} }} }}"

SCOPES = [
    *combinations(ConsentScope, 0),
    *combinations(ConsentScope, 1),
    (ConsentScope.ALARMS, ConsentScope.HEALTH_RECORD),
    tuple(ConsentScope),
]


@pytest.mark.parametrize("scopes", SCOPES, ids=["-".join(some) or "none" for some in SCOPES])
async def test_exactly_what_is_consented_to_is_shown(
    desk: Desk, scopes: tuple[ConsentScope, ...]
) -> None:
    await press(desk.database, desk.district)
    await make_vital_signs(desk.database)
    relative = await make_relative(desk.database, desk.district.mother_id, scopes)
    for query in (ELDER, LISTS):
        variables = {"id": public_id("elder", desk.district.mother_id)} if "$id" in query else {}
        planned = await desk.ask(relative, query, variables)
        ordinary = await desk.ask(relative, query, variables, planned=False)
        assert planned.answer.planned, planned.context.unplanned
        assert orjson.dumps(planned.body) == orjson.dumps(ordinary.body)
        assert "errors" not in planned.body
        data = planned.body["data"]
        (elder,) = [data["elder"]] if "elder" in data else data["elders"]["nodes"]
        hidden = {name for name, scope in SHOWN.items() if scope not in scopes}
        assert {name for name in SHOWN if elder[name] is None} == hidden
        masks = planned.body.get("extensions", {}).get("masked", [])
        own = {one["path"][-1] for one in masks if "alarms" not in one["path"][:-1]}
        assert own == hidden
        assert {one["reason"] for one in masks} <= {"NO_CONSENT"}
        assert elder["contacts"]
        assert bool(elder["vitals"]) is (ConsentScope.VITALS in scopes)
        if "alarms" in data:
            assert bool(data["alarms"]["nodes"]) is (ConsentScope.ALARMS in scopes)


async def test_what_is_not_shown_is_not_read(desk: Desk) -> None:
    relative = await make_relative(desk.database, desk.district.mother_id, ())
    asked = await desk.ask(relative, ELDER, {"id": public_id("elder", desk.district.mother_id)})
    (read,) = asked.reads
    assert read.text.count("'ACTIVE') AS ") == 2, "one join serves all fields of an elder"
    plan = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) "
    lines = await desk.database.rows(plan + read.text, read.arguments, once=False)
    never = [line[0] for line in lines if "never executed" in line[0]]
    for table in ("alarm", "meal_order", "assistance_case", "elder_tag", "device", "vital_sign"):
        assert any(f" on {table}" in line for line in never), table


async def test_nobody_else_needs_a_consent(desk: Desk) -> None:
    for role in (Role.ELDER, Role.ADMIN):
        asked = await desk.ask(
            role,
            "query ($id: ID!) { elder(id: $id) { tags alarms(first: 1) { totalCount } } }",
            {"id": public_id("elder", desk.district.mother_id)},
        )
        assert asked.body["data"]["elder"]["tags"]
        (read,) = asked.reads
        assert "alarms_until" not in read.text

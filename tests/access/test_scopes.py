"""An OAuth client sees of its vendor's rows those that its scopes name, by every way in."""

from dataclasses import replace
from itertools import chain, combinations

import pytest

from domain.access import Actor, DataScope, Role
from domain.database import Database
from domain.ids import public_id
from tests.access.oracle import expected
from tests.access.world import World
from tests.clients import BEGINNING, Api
from tests.signals import press
from tests.vendors import vendor_of

TABLES = {
    "device": DataScope.DEVICES,
    "alarm": DataScope.ALARMS,
    "meal_order": DataScope.ORDERS,
}
LISTS = {"device": "devices", "alarm": "alarms", "meal_order": "mealOrders"}
SUBSETS = [
    frozenset(some)
    for some in chain.from_iterable(combinations(DataScope, n) for n in range(len(DataScope) + 1))
]
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"


@pytest.fixture
async def vendor(api: Api, database: Database) -> Actor:
    """The vendor of the mother's button, which she has pressed."""
    await press(database, api.district)
    return await vendor_of(database, api.district.sos_button_id)


def named(scopes: frozenset[DataScope]) -> str:
    return "+".join(sorted(scopes)) or "none"


@pytest.mark.parametrize("scopes", SUBSETS, ids=named)
async def test_rows_by_id_and_in_lists(
    api: Api, vendor: Actor, database_url: str, scopes: frozenset[DataScope]
) -> None:
    world, client = await World.read(database_url), replace(vendor, scopes=scopes)
    for table, scope in TABLES.items():
        its = {public_id(table, key) for key in expected(world, vendor, table)}
        assert its, f"the vendor has no {table}"
        wanted = its if scope in scopes else set[str]()
        nodes = (await api.data(client, NODES, ids=sorted(its)[:200]))["nodes"]
        assert {node["id"] for node in nodes if node} == wanted & set(sorted(its)[:200])
        page = f"{{ {LISTS[table]}(first: 200) {{ totalCount nodes {{ id }} }} }}"
        found = (await api.data(client, page))[LISTS[table]]
        assert found["totalCount"] == len(wanted)
        assert {node["id"] for node in found["nodes"]} <= wanted
        assert bool(found["nodes"]) is bool(wanted)


ALARM_OF = "{ alarms(first: 5) { nodes { device { id } } } }"


@pytest.mark.parametrize("scopes", SUBSETS, ids=named)
async def test_rows_below_rows(api: Api, vendor: Actor, scopes: frozenset[DataScope]) -> None:
    answer = (await api.post(replace(vendor, scopes=scopes), ALARM_OF))["data"]
    for alarm in answer["alarms"]["nodes"]:
        assert (alarm["device"] is not None) is (DataScope.DEVICES in scopes)
    assert bool(answer["alarms"]["nodes"]) is (DataScope.ALARMS in scopes)


CHANGES = """query ($after: String!) {
  alarmChanges(after: $after, first: 200) { changes { alarm { id } } } }"""


@pytest.mark.parametrize("scopes", SUBSETS, ids=named)
async def test_changes(api: Api, vendor: Actor, scopes: frozenset[DataScope]) -> None:
    client = replace(vendor, scopes=scopes)
    page = (await api.data(client, CHANGES, after=BEGINNING))["alarmChanges"]
    assert bool(page["changes"]) is (DataScope.ALARMS in scopes)


async def test_the_stream(api: Api, vendor: Actor, database: Database) -> None:
    changed = f'subscription {{ alarmChanged(after: "{BEGINNING}") {{ change }} }}'
    deaf = replace(vendor, scopes=frozenset({DataScope.DEVICES}))
    hears = replace(vendor, scopes=frozenset({DataScope.ALARMS}))
    async with api.socket(deaf) as shut, api.socket(hears) as open_:
        await shut.subscribe(changed)
        await open_.subscribe(changed)
        assert (await open_.next())["data"] == {"alarmChanged": {"change": "RAISED"}}
        await shut.subscribe("{ viewer { id } }")
        assert (await shut.next())["data"] == {"viewer": {"id": public_id("account", vendor.id)}}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.VENDOR])
async def test_scopes_bound_no_person(api: Api, role: Role) -> None:
    query = "{ elders(first: 0) { totalCount } devices(first: 0) { totalCount } }"
    whole = await api.data(role, query)
    assert await api.data(replace(api.actor(role), scopes=frozenset()), query) == whole

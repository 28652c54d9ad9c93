"""Connections: every row once, in both directions, stable while rows come; clear refusals."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select
from sqlmodel import col

from domain.access import Role
from domain.database import Database
from domain.devices.models import Device
from domain.elders.models import Elder, Tag
from domain.ids import public_id
from domain.regions.models import Region
from tests.clients import Api
from tests.conftest import ELDERS

ELDER_PAGE = """
query ($first: Int, $after: String, $last: Int, $before: String, $filter: ElderFilter) {
  elders(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    edges { cursor node { id name region { code } tags } } nodes { id } totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""

PAGE = "query ($first: Int, $after: String) {{ {field}(first: $first, after: $after{more}) {{ \
nodes {{ {key} }} pageInfo {{ hasNextPage endCursor }} totalCount }} }}"


async def walk(api: Api, who: Role, field: str, *, key: str = "id", more: str = "", size: int = 37):
    """Every key of a list, page by page, and its totalCount."""
    query = PAGE.format(field=field, key=key, more=more)
    found: list[str] = []
    after: str | None = None
    while True:
        page = (await api.data(who, query, first=size, after=after))[field]
        found += [node[key] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found, page["totalCount"]
        after = page["pageInfo"]["endCursor"]


async def test_every_elder_is_on_exactly_one_page(api: Api) -> None:
    found, total = await walk(api, Role.ADMIN, "elders")
    assert len(found) == len(set(found)) == total == ELDERS
    assert found == sorted(found)


async def test_all_divisions_are_asked_by_code_prefix(api: Api, database: Database) -> None:
    found, total = await walk(api, Role.FAMILY, "regions", key="code", size=200)
    assert len(found) == len(set(found)) == total == 3531
    prefix = ', filter: {prefix: "330102"}'
    below, _ = await walk(api, Role.FAMILY, "regions", key="code", more=prefix, size=200)
    assert below == [code for code in found if code.startswith("330102")]
    level = ', filter: {prefix: "3301", level: DISTRICT}'
    districts, _ = await walk(api, Role.FAMILY, "regions", key="code", more=level)
    assert len(districts) == 13
    counted = await database.fetch(select(func.count()).select_from(Region))
    assert counted[0][0] == total


async def test_backwards_gives_the_same_rows(api: Api) -> None:
    forward, _ = await walk(api, Role.ADMIN, "elders")
    backward: list[str] = []
    before: str | None = None
    while True:
        page = (await api.data(Role.ADMIN, ELDER_PAGE, last=41, before=before))["elders"]
        backward = [node["id"] for node in page["nodes"]] + backward
        if not page["pageInfo"]["hasPreviousPage"]:
            break
        before = page["pageInfo"]["startCursor"]
    assert backward == forward


async def test_a_page_keeps_its_place_when_a_row_before_it_goes(
    api: Api, database: Database
) -> None:
    """Device rows that nothing points to can go without taking others along."""
    everything, _ = await walk(api, Role.ADMIN, "devices")
    query = PAGE.format(field="devices", key="id", more="")
    first = (await api.data(Role.ADMIN, query, first=10))["devices"]
    gone = UUID(everything[3].removeprefix("device_"))
    async with database.transaction("test") as session:
        await session.execute(delete(Device).where(col(Device.id) == gone))
    after = first["pageInfo"]["endCursor"]
    second = (await api.data(Role.ADMIN, query, first=10, after=after))["devices"]
    assert [node["id"] for node in second["nodes"]] == everything[10:20]


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({}, "first"),
        ({"first": 1, "last": 1}, "first"),
        ({"first": 201}, "first"),
        ({"last": -1}, "last"),
        ({"first": 1, "after": "nonsense"}, "after"),
        ({"first": 1, "after": "W10"}, "after"),
        ({"first": 1, "after": "é€"}, "after"),
        ({"first": 1, "after": "WzVd"}, "after"),
        ({"first": 1, "after": "W3RydWVd"}, "after"),
        ({"first": 1, "after": "W1tdXQ"}, "after"),
        ({"last": 1, "before": "nonsense"}, "before"),
    ],
)
async def test_bad_page_arguments_are_named(api: Api, arguments: Any, field: str) -> None:
    response = await api.post(Role.ADMIN, ELDER_PAGE, arguments)
    assert response["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
    assert response["errors"][0]["extensions"]["field"] == field


async def test_filters_narrow(api: Api, database: Database) -> None:
    region = (await api.data(Role.ADMIN, ELDER_PAGE, first=1))["elders"]["edges"][0]["node"]
    code = region["region"]["code"]
    page = await api.data(Role.ADMIN, ELDER_PAGE, first=200, filter={"region": code[:9]})
    assert {edge["node"]["region"]["code"][:9] for edge in page["elders"]["edges"]} == {code[:9]}
    alone = await api.data(Role.ADMIN, ELDER_PAGE, first=200, filter={"tag": Tag.LIVES_ALONE.value})
    assert all("LIVES_ALONE" in edge["node"]["tags"] for edge in alone["elders"]["edges"])
    assert 0 < alone["elders"]["totalCount"] < ELDERS
    wang = await api.data(Role.ADMIN, ELDER_PAGE, first=200, filter={"nameContains": "王"})
    assert wang["elders"]["edges"]
    assert all("王" in edge["node"]["name"] for edge in wang["elders"]["edges"])
    percent = await api.data(Role.ADMIN, ELDER_PAGE, first=200, filter={"nameContains": "%"})
    assert percent["elders"]["totalCount"] == 0
    stored = await database.fetch(
        select(func.count()).select_from(Elder).where(col(Elder.name).contains("王"))
    )
    assert wang["elders"]["totalCount"] == stored[0][0]


@pytest.mark.parametrize("code", ["", "3301x", "上城区", "3301020010010001", "३३", "3301\n"])
async def test_a_region_that_is_no_code_is_refused_by_name(api: Api, code: str) -> None:
    for field in ("elders", "devices", "alarms"):
        rows = "(first: 1, filter: {region: $code}) { nodes { id } }"
        query = f"query ($code: String) {{ {field}{rows} }}"
        (error,) = (await api.post(Role.ADMIN, query, {"code": code}))["errors"]
        assert error["extensions"]["code"] == "INVALID_INPUT"
        assert error["extensions"]["field"] == "region"


async def test_a_text_that_cannot_be_stored_is_refused_not_crashed_on(api: Api) -> None:
    response = await api.post(
        Role.ADMIN, ELDER_PAGE, {"first": 1, "filter": {"nameContains": "\0"}}
    )
    assert response["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_devices_by_kind_and_region(api: Api) -> None:
    buttons, total = await walk(api, Role.ADMIN, "devices", more=", filter: {kind: SOS_BUTTON}")
    everything, _ = await walk(api, Role.ADMIN, "devices")
    assert 0 < len(buttons) == total < len(everything)
    nowhere, _ = await walk(api, Role.ADMIN, "devices", more=', filter: {region: "330106"}')
    assert nowhere == []


async def test_first_zero_is_an_empty_page_that_knows_of_more(api: Api) -> None:
    page = (await api.data(Role.ADMIN, ELDER_PAGE, first=0))["elders"]
    assert page["nodes"] == []
    assert page["pageInfo"]["hasNextPage"] is True


async def test_nodes_come_in_the_order_asked_for(api: Api) -> None:
    district = api.district
    ids = [
        public_id("device", district.sos_button_id),
        public_id("elder", district.mother_id),
        public_id("elder", district.daughter_id),
    ]
    data = await api.data(Role.FAMILY, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert [found and found["id"] for found in data["nodes"]] == [ids[0], ids[1], None]

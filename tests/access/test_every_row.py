"""Each role sees the rows that the oracle says, by every way in, and not one more."""

from collections.abc import AsyncGenerator, Iterator
from typing import Any
from uuid import UUID

import pytest
from strawberry.utils.str_converters import to_camel_case

from api.permissions import ASKED
from api.plan.shapes import declared_types
from api.schema import access_page
from domain.access import Actor, Role
from domain.ids import parse_public_id, public_id
from tests.access.oracle import ORACLE, expected
from tests.access.world import World
from tests.clients import Api
from tests.conftest import Template

LISTS = {
    "admission_application": "admissionApplications",
    "alarm": "alarms",
    "assessment": "assessments",
    "assessment_policy": "assessmentPolicies",
    "assessor": "assessors",
    "assistance_case": "assistanceCases",
    "bed": "beds",
    "bed_stay": "bedStays",
    "calendar_link": "calendarLinks",
    "canteen": "canteens",
    "care_assignment": "careAssignments",
    "care_need": "careNeeds",
    "caseload": "caseloads",
    "certificate": "certificates",
    "contact_note": "contactNotes",
    "care_code": "careCodes",
    "data_request": "dataRequests",
    "device": "devices",
    "elder": "elders",
    "escalation_policy": "escalationPolicies",
    "elder_import": "elderImports",
    "elder_merge": "elderMerges",
    "export": "exports",
    "incident": "incidents",
    "ledger_account": "ledgerAccounts",
    "ledger_hold": "ledgerHolds",
    "key_tag_set": "keyTagSets",
    "login_session": "loginSessions",
    "notification": "notifications",
    "notification_preference": "notificationPreferences",
    "push_permission": "pushPermissions",
    "meal_order": "mealOrders",
    "rule_threshold": "ruleThresholds",
    "on_call_shift": "onCallShifts",
    "station": "stations",
    "suggestion_list": "suggestionLists",
    "training_record": "trainingRecords",
    "station_assignment": "stationAssignments",
    "visit_application": "visitApplications",
    "visit_obligation": "visitObligations",
    "visit_task": "visitTasks",
    "visit_window": "visitWindows",
    "volunteer": "volunteers",
    "webhook": "webhooks",
    "webhook_delivery": "webhookDeliveries",
}
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
PAGE = """
query ($after: String) { %s(first: 200, after: $after) {
  totalCount nodes { id } pageInfo { hasNextPage endCursor } } }
"""
OF_ELDERS = """
query ($after: String) { elders(first: 80, after: $after) {
  nodes { id contacts { name } tags conditions { id } vitals { kind } devices { id }
    currentStay { id } alarms(first: 40) { nodes { id } } visits(first: 40) { nodes { id } }
    mealOrders(first: 40) { nodes { id } } assistanceCases(first: 40) { nodes { id } }
    careNeeds(first: 9) { nodes { id } } contactNotes(first: 9) { nodes { id } }
    assessments(first: 10) { nodes { id } } assessment { id } }
  pageInfo { hasNextPage endCursor } } }
"""
CHILDREN = {
    "assessments": "assessment",
    "careNeeds": "care_need",
    "contactNotes": "contact_note",
    "alarms": "alarm",
    "visits": "visit_task",
    "mealOrders": "meal_order",
    "assistanceCases": "assistance_case",
}


def keys(nodes: list[Any]) -> set[UUID]:
    parsed = (parse_public_id(node["id"]) for node in nodes if node is not None)
    return {found[1] for found in parsed if found}


def chunks(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), 200):
        yield ids[start : start + 200]


async def pages(api: Api, role: Role, query: str, field: str) -> AsyncGenerator[Any, None]:
    after = None
    while True:
        page = (await api.data(role, query, after=after))[field]
        yield page
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


@pytest.fixture(scope="session")
def cloned(filled: str) -> str:
    """There is something of all."""
    return filled


@pytest.fixture(scope="session")
async def world(cloned: str, template: Template) -> World:
    """What each test finds in its database."""
    return await World.read(f"{template.url.rpartition('/')[0]}/{cloned}")


@pytest.mark.parametrize("role", list(Role))
async def test_by_id(api: Api, world: World, role: Role) -> None:
    for table in ORACLE:
        everything = [public_id(table, key) for key in world.tables[table]]
        assert everything, f"the district has no {table}"
        seen: set[UUID] = set()
        for ids in chunks(everything):
            seen |= keys((await api.data(role, NODES, ids=ids))["nodes"])
        assert seen == expected(world, api.actor(role), table), table


@pytest.mark.parametrize("role", list(Role))
async def test_in_lists(api: Api, world: World, role: Role) -> None:
    for table, field in LISTS.items():
        seen: list[UUID] = []
        total = None
        async for page in pages(api, role, PAGE % field, field):
            seen += keys(page["nodes"])
            total = page["totalCount"]
        wanted = expected(world, api.actor(role), table)
        assert set(seen) == wanted, table
        assert len(seen) == total == len(wanted), table


@pytest.mark.parametrize("role", list(Role))
async def test_below_elders(api: Api, world: World, role: Role) -> None:
    actor = api.actor(role)
    seen = {name: expected(world, actor, table) for name, table in CHILDREN.items()}
    devices, stays = expected(world, actor, "device"), expected(world, actor, "bed_stay")
    async for page in pages(api, role, OF_ELDERS, "elders"):
        for elder in page["nodes"]:
            (key,) = keys([elder])
            for name, table in CHILDREN.items():
                rows = world.tables[table]
                wanted = {row for row in seen[name] if rows[row]["elder_id"] == key}
                assert keys(elder[name]["nodes"]) == wanted, (table, elder)
            own = {row for row in devices if world.tables["device"][row]["elder_id"] == key}
            assert keys(elder["devices"]) == own
            assert keys([elder["currentStay"]]) <= stays
            ill = world.tables["elder_condition"]
            own = {
                row
                for row in expected(world, actor, "elder_condition")
                if ill[row]["elder_id"] == key
            }
            assert keys(elder["conditions"] or []) == own
            measured = world.tables["vital_sign"]
            signs = {
                measured[row]["kind"]
                for row in expected(world, actor, "vital_sign")
                if measured[row]["elder_id"] == key
            }
            assert {sign["kind"] for sign in elder["vitals"] or []} == signs
            called = [c for c in world.tables["contact"].values() if c["elder_id"] == key]
            hidden = role in (Role.VOLUNTEER, Role.ADVISOR)
            assert len(elder["contacts"]) == (0 if hidden else len(called))
            assert role is not Role.VOLUNTEER or elder["tags"] == []


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.STATION, Role.OFFICIAL, Role.AUDITOR])
async def test_a_region_role_without_a_region_sees_no_person(
    api: Api, world: World, role: Role
) -> None:
    actor = Actor(api.actor(role).id, role, None)
    for table in ("elder", "visit_task", "meal_order", "volunteer"):
        field = LISTS[table]
        data = await api.data(actor, f"{{ {field}(first: 1) {{ totalCount }} }}")
        assert data[field]["totalCount"] == len(expected(world, actor, table)) == 0


def test_every_type_with_ids_has_its_oracle() -> None:
    nodes = {row_type.table.name for row_type in declared_types() if row_type.prefix}
    assert nodes == set(ORACLE)


def test_the_page_is_made_from_the_rules() -> None:
    with open("docs/access.md", encoding="utf-8") as page:
        assert page.read() == access_page(), "run `make access` and look at what changed"


def test_whatever_asks_for_a_permission_stands_on_the_page() -> None:
    page = access_page()
    missing = [name for name in map(to_camel_case, ASKED) if f"`{name}`" not in page]
    assert not missing

"""Each role sees the rows that the oracle says, by every way in, and not one more."""

from collections.abc import AsyncGenerator, Iterator
from typing import Any
from uuid import UUID

import pytest

from api.plan.shapes import declared_types
from api.schema import access_page
from domain.access import Actor, Role
from domain.crypto import Vault
from domain.database import Database
from domain.ids import parse_public_id, public_id
from tests.access.oracle import ORACLE, expected
from tests.access.world import World
from tests.clients import Api
from tests.makers.admissions import make_admissions
from tests.makers.advising import make_advising
from tests.makers.assessments import make_assessments
from tests.makers.beds import fuse, make_packages
from tests.makers.calendars import make_calendar_links
from tests.makers.caregivers import make_caregivers
from tests.makers.codes import make_codes
from tests.makers.data_requests import make_data_request
from tests.makers.exports import make_export
from tests.makers.health import make_health
from tests.makers.imports import make_import
from tests.makers.ledger import make_ledger
from tests.makers.notifications import make_notifications
from tests.makers.register import make_households, make_key_tags, make_merges
from tests.makers.rosters import make_duty
from tests.makers.sessions import make_session
from tests.makers.stations import make_belonging
from tests.makers.thresholds import make_thresholds
from tests.makers.vital_signs import make_vital_signs
from tests.makers.webhooks import make_webhook
from tests.makers.windows import make_windows
from tests.signals import press
from tests.vendors import other_vendor

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


@pytest.fixture
async def world(api: Api, database: Database, database_url: str, vault: Vault) -> World:
    """The district after the mother has pressed her button, something was measured of many,
    everybody has asked for a list and was told, and two vendors have webhooks."""
    await press(database, api.district)
    await make_vital_signs(database)
    await make_thresholds(database)
    await make_duty(database, api.district)
    await make_ledger(database, api.district)
    await make_assessments(database, vault, api.district)
    await make_caregivers(database, vault, api.district)
    await make_advising(database, vault, api.district)
    await make_health(database, vault, api.district.mother_id, api.district.ward_id)
    await make_admissions(database, [api.district.mother_id, api.district.ward_id], "330102")
    await make_key_tags(database, api.district)
    await make_merges(database, api.district)
    await make_households(database, api.district)
    await make_calendar_links(database, api.district)
    await make_windows(database, api.district)
    await make_codes(database, api.district)
    await make_belonging(database, api.district)
    await fuse(database, [api.district.mother_id, api.district.ward_id])
    await make_packages(database, [api.district.mother_id, api.district.ward_id])
    for role in Role:
        await make_export(database, api.actor(role))
        await make_import(database, api.actor(role))
        if role is not Role.VENDOR:
            await make_session(database, api.actor(role).id)
    await make_notifications(database)
    vendor = api.actor(Role.VENDOR)
    for owner in (vendor, await other_vendor(database, vendor)):
        await make_webhook(database, vault, owner)
    for elder_id in (api.district.mother_id, api.district.ward_id):
        await make_data_request(database, elder_id, api.actor(Role.ELDER))
    return await World.read(database_url)


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

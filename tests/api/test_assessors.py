"""Divisions say who may assess, how many of them it takes, and how long it is good."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.access import Role
from domain.assessments.models import AssessmentPolicy, Assessor
from domain.calendar import months_later, today
from domain.database import Database
from domain.ids import public_id
from tests.api.assessing import Team, confirm, make_team, submit
from tests.clients import Api
from tests.makers.accounts import make_person
from tests.makers.assessments import clear_assessments

APPOINT = """mutation ($input: AssessorAppointInput!) { assessorAppoint(input: $input) {
    assessor { id clinical certificate since until version region { code } account { id } }
    userErrors { code field } } }"""
END = """mutation ($input: AssessorEndInput!) { assessorEnd(input: $input) {
    assessor { since until } userErrors { code field } } }"""
ASSESSORS = """query ($filter: AssessorFilter) { assessors(first: 20, filter: $filter) {
    nodes { id clinical } } }"""
SET = """mutation ($input: AssessmentPolicySetInput!) { assessmentPolicySet(input: $input) {
    assessmentPolicy { id assessors clinicalAssessors validMonths version region { code } }
    userErrors { code field } } }"""
REMOVE = """mutation ($input: AssessmentPolicyRemoveInput!) {
  assessmentPolicyRemove(input: $input) { assessmentPolicy { id } userErrors { code } } }"""


@pytest.fixture(autouse=True)
async def nobody_assesses(database: Database) -> None:
    await clear_assessments(database)


def wish(api: Api, role: Role = Role.CAREGIVER, **different: Any) -> dict[str, Any]:
    return {
        "accountId": public_id("account", api.actor(role).id),
        "clinical": True,
        "certificate": "330100-2026-0003",
        "since": today().isoformat(),
        "until": (today() + timedelta(days=365)).isoformat(),
        **different,
    }


async def appoint(api: Api, who: Role = Role.OFFICIAL, **different: Any) -> dict[str, Any]:
    return (await api.data(who, APPOINT, input=wish(api, **different)))["assessorAppoint"]


async def stored(database: Database, table: Any) -> int:
    return len(await database.fetch(select(col(table.id))))


async def test_nobody_makes_an_assessor_of_themselves_in_whatever_role(
    api: Api, database: Database
) -> None:
    await make_person(
        database, accounts=[api.actor(one).id for one in (Role.OFFICIAL, Role.CAREGIVER)]
    )
    refused = await appoint(api)
    assert refused["userErrors"] == [{"code": "CONFLICT_OF_INTEREST", "field": "accountId"}]
    assert await stored(database, Assessor) == 0


async def test_a_certificate_is_entered_found_and_ended(api: Api, database: Database) -> None:
    made = (await appoint(api, certificate=" 330100-2026-0003 "))["assessor"]
    assert (made["certificate"], made["clinical"]) == ("330100-2026-0003", True)
    assert made["region"]["code"] == api.actor(Role.CAREGIVER).region
    assert (await appoint(api))["userErrors"] == [{"code": "ALREADY_EXISTS", "field": None}]
    soon = {"clinical": True, "expiringBefore": (today() + timedelta(days=366)).isoformat()}
    for who in (Role.OFFICIAL, Role.CAREGIVER):
        found = (await api.data(who, ASSESSORS, filter=soon))["assessors"]["nodes"]
        assert found == [{"id": made["id"], "clinical": True}]
    ended = {"id": made["id"], "expectedVersion": made["version"] + 1}
    answer = (await api.data(Role.OFFICIAL, END, input=ended))["assessorEnd"]
    assert answer["userErrors"] == [{"code": "VERSION_CONFLICT", "field": "expectedVersion"}]
    ended["expectedVersion"] = made["version"]
    answer = (await api.data(Role.OFFICIAL, END, input=ended))["assessorEnd"]
    assert answer["assessor"] == {"since": today().isoformat(), "until": today().isoformat()}
    answer = (await api.data(Role.OFFICIAL, END, input={"id": made["id"]}))["assessorEnd"]
    assert answer["userErrors"] == [{"code": "INVALID_INPUT", "field": "id"}]
    assert (await appoint(api, clinical=False))["userErrors"] == []


@pytest.mark.parametrize(
    ("role", "different", "error"),
    [
        (Role.DISPATCHER, {}, {"code": "PERMISSION_DENIED", "field": None}),
        (Role.OFFICIAL, {"certificate": " "}, {"code": "INVALID_INPUT", "field": "certificate"}),
        (
            Role.OFFICIAL,
            {"certificate": "3" * 61},
            {"code": "INVALID_INPUT", "field": "certificate"},
        ),
        (
            Role.OFFICIAL,
            {"until": (today() - timedelta(days=1)).isoformat()},
            {"code": "INVALID_INPUT", "field": "until"},
        ),
        (
            Role.OFFICIAL,
            {"role": Role.DISPATCHER},
            {"code": "INVALID_INPUT", "field": "accountId"},
        ),
        (
            Role.OFFICIAL,
            {"accountId": "account_" + "0" * 32},
            {"code": "NOT_FOUND", "field": "accountId"},
        ),
    ],
    ids=["dispatcher", "blank", "long", "over", "of-a-desk", "nobody"],
)
async def test_what_no_certificate_is(
    api: Api, database: Database, role: Role, different: dict[str, Any], error: dict[str, Any]
) -> None:
    before = await stored(database, Assessor)
    assert (await appoint(api, role, **different))["userErrors"] == [error]
    assert await stored(database, Assessor) == before


async def put(api: Api, who: Role = Role.OFFICIAL, **given: Any) -> dict[str, Any]:
    wanted = {"regionCode": "330102", **given}
    return (await api.data(who, SET, input=wanted))["assessmentPolicySet"]


async def test_a_district_asks_for_more_and_for_another_time(api: Api, database: Database) -> None:
    """And what has been submitted keeps what it began with."""
    team: Team = await make_team(database, api)
    await put(api, Role.ADMIN, regionCode="3301", assessors=5)
    policy = (await put(api, assessors=3, clinicalAssessors=1, validMonths=6))["assessmentPolicy"]
    waiting = (await submit(api, team.first))["assessment"]
    assert (waiting["assessorsNeeded"], waiting["clinicalNeeded"]) == (3, 1)
    assert waiting["validThrough"] == months_later(today(), 6).isoformat()
    removed = {"id": policy["id"], "expectedVersion": policy["version"]}
    answer = (await api.data(Role.OFFICIAL, REMOVE, input=removed))["assessmentPolicyRemove"]
    assert answer == {"assessmentPolicy": None, "userErrors": []}
    signed = (await confirm(api, team.clinical, waiting["id"]))["assessment"]
    assert signed["state"] == "SUBMITTED"
    signed = (await confirm(api, team.second, waiting["id"]))["assessment"]
    assert signed["state"] == "CONFIRMED"
    assert (await submit(api, team.first))["assessment"]["assessorsNeeded"] == 5


@pytest.mark.parametrize(
    ("role", "given", "code", "field"),
    [
        (Role.STATION, {}, "PERMISSION_DENIED", "regionCode"),
        (Role.OFFICIAL, {"regionCode": "3301"}, "PERMISSION_DENIED", "regionCode"),
        (Role.OFFICIAL, {"regionCode": "99"}, "NOT_FOUND", "regionCode"),
        (Role.OFFICIAL, {"assessors": 1}, "INVALID_INPUT", "assessors"),
        (Role.OFFICIAL, {"assessors": 6}, "INVALID_INPUT", "assessors"),
        (Role.OFFICIAL, {"clinicalAssessors": 0}, "INVALID_INPUT", "clinicalAssessors"),
        (Role.OFFICIAL, {"clinicalAssessors": 3}, "INVALID_INPUT", "clinicalAssessors"),
        (Role.OFFICIAL, {"validMonths": 0}, "INVALID_INPUT", "validMonths"),
        (Role.OFFICIAL, {"validMonths": 25}, "INVALID_INPUT", "validMonths"),
    ],
)
async def test_what_cannot_be_asked_for(
    api: Api, database: Database, role: Role, given: dict[str, Any], code: str, field: str
) -> None:
    before = await stored(database, AssessmentPolicy)
    assert (await put(api, role, **given))["userErrors"] == [{"code": code, "field": field}]
    assert await stored(database, AssessmentPolicy) == before

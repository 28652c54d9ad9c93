"""What somebody decided about must not have changed since; where it may have, they can say so."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import asyncpg
import pytest
from graphql import GraphQLInputObjectType
from sqlalchemy import select
from strawberry.utils.str_converters import to_camel_case

from api.permissions import ASKED
from api.schema import core
from domain.access import Permission, Role
from domain.advising import lifecycle as advising
from domain.alarms import lifecycle as alarms
from domain.assessments import lifecycle as assessments
from domain.assistance import lifecycle as cases
from domain.beds import lifecycle as stays
from domain.canteens import lifecycle as meals
from domain.database import Database
from domain.ids import public_id
from domain.lifecycle import Lifecycle
from domain.metadata import METADATA
from domain.visits import lifecycle as visits
from tests.api.assistance import accept, submit
from tests.clients import Api
from tests.makers.assistance import clear_cases
from tests.signals import press
from yiyang.district.cast import District

RESOLVE = """mutation ($input: AlarmResolveInput!) { alarmResolve(input: $input) {
    alarm { id state version repeatCount } userErrors { code field message } } }"""
REJECT = """mutation ($input: AssistanceCaseRejectInput!) { assistanceCaseReject(input: $input) {
    assistanceCase { state version } userErrors { code field } } }"""
VERSIONS = "query ($id: ID!) { node(id: $id) { ... on AssistanceCase { version } } }"

CONFLICT = [{"code": "VERSION_CONFLICT", "field": "expectedVersion"}]


async def alarm_id(database: Database) -> str:
    alarm = METADATA.tables["alarm"]
    rows = await database.fetch(select(alarm.c.id).where(alarm.c.state == "RAISED"))
    return public_id("alarm", rows[0][0])


async def test_whoever_saw_one_call_for_help_does_not_end_two(api: Api, database: Database) -> None:
    await press(database, api.district)
    given = {"id": await alarm_id(database), "reason": "FALSE_ALARM", "expectedVersion": 1}
    await press(database, api.district)
    data = await api.post(Role.DISPATCHER, RESOLVE, {"input": given}, **{"Accept-Language": "en"})
    answer = data["data"]["alarmResolve"]
    assert answer["userErrors"] == [
        {**CONFLICT[0], "message": "Somebody has changed it since: read it again, then decide"}
    ]
    assert answer["alarm"] == {
        "id": given["id"],
        "state": "RAISED",
        "version": 2,
        "repeatCount": 1,
    }
    given["expectedVersion"] = 2
    answer = (await api.data(Role.DISPATCHER, RESOLVE, input=given))["alarmResolve"]
    assert answer["userErrors"] == []
    assert (answer["alarm"]["state"], answer["alarm"]["version"]) == ("RESOLVED", 3)


async def test_a_case_that_a_colleague_has_accepted_is_not_rejected_unseen(
    api: Api, database: Database
) -> None:
    await clear_cases(database)
    case = (await submit(api, Role.FAMILY))["assistanceCase"]["id"]
    seen = (await api.data(Role.OFFICIAL, VERSIONS, id=case))["node"]["version"]
    await accept(api, Role.OFFICIAL, case)
    given = {"id": case, "reason": "收入超过标准", "expectedVersion": seen}
    answer = (await api.data(Role.OFFICIAL, REJECT, input=given))["assistanceCaseReject"]
    assert answer["userErrors"] == CONFLICT
    assert answer["assistanceCase"] == {"state": "ACCEPTED", "version": seen + 1}
    del given["expectedVersion"]
    answer = (await api.data(Role.OFFICIAL, REJECT, input=given))["assistanceCaseReject"]
    assert answer["userErrors"] == []


@pytest.mark.parametrize("table", ["alarm", "assistance_case", "bed_stay"])
async def test_any_change_of_a_row_counts_and_one_that_is_none_does_not(
    database: Database, database_url: str, district: District, table: str
) -> None:
    """By whatever way it is written: PostgreSQL counts."""
    await press(database, district)
    connection = await asyncpg.connect(database_url)
    key = await connection.fetchval(f"SELECT id FROM {table} WHERE version = 1 LIMIT 1")
    same = f"UPDATE {table} SET state = state WHERE id = $1 RETURNING version"
    assert await connection.fetchval(same, key) == 1
    changed = f"UPDATE {table} SET region_code = $2 WHERE id = $1 RETURNING version"
    for version, region in enumerate(("330102", "33"), 2):
        assert await connection.fetchval(changed, key, region) == version
    await connection.close()


def test_these_are_all_that_count() -> None:
    assert {name for name, table in METADATA.tables.items() if "version" in table.c} == {
        "incident",
        "alarm",
        "escalation_policy",
        "on_call_shift",
        "rule_threshold",
        "assessment_policy",
        "assessor",
        "care_assignment",
        "caseload",
        "assistance_case",
        "bed_stay",
        "visit_task",
        "volunteer",
        "elder",
        "station",
        "admission_application",
    }


LIFECYCLES: list[tuple[str, Lifecycle[Any, Any], Mapping[Any, Permission], type[StrEnum]]] = [
    ("alarm", alarms.ALARM_LIFECYCLE, alarms.PERMISSION_FOR, alarms.AlarmState),
    (
        "incident",
        alarms.INCIDENT_LIFECYCLE,
        alarms.INCIDENT_PERMISSION_FOR,
        alarms.IncidentState,
    ),
    (
        "assessment",
        assessments.ASSESSMENT_LIFECYCLE,
        assessments.PERMISSION_FOR,
        assessments.AssessmentState,
    ),
    (
        "need",
        advising.CARE_NEED_LIFECYCLE,
        advising.PERMISSION_FOR,
        advising.CareNeedState,
    ),
    (
        "suggestion",
        advising.SUGGESTION_ITEM_LIFECYCLE,
        advising.ITEM_PERMISSION_FOR,
        advising.SuggestionItemState,
    ),
    ("case", cases.CASE_LIFECYCLE, cases.PERMISSION_FOR, cases.CaseState),
    ("stay", stays.STAY_LIFECYCLE, stays.PERMISSION_FOR, stays.StayState),
    ("meal", meals.MEAL_LIFECYCLE, meals.PERMISSION_FOR, meals.MealState),
    ("visit", visits.VISIT_LIFECYCLE, visits.PERMISSION_FOR, visits.VisitState),
]


def test_what_is_possible_in_several_states_takes_the_version_that_was_decided_about() -> None:
    """In one state alone the state is the version: whoever comes second is told by it."""
    ambiguous = {
        permission
        for _, lifecycle, permissions, states in LIFECYCLES
        for action, permission in permissions.items()
        if sum(action in lifecycle.actions(state) for state in states) > 1
    }
    inputs = {
        name: core.type_map[f"{to_camel_case(name)[0].upper()}{to_camel_case(name)[1:]}Input"]
        for name in ASKED
    }
    taking: set[str] = set()
    for name, kind in inputs.items():
        assert isinstance(kind, GraphQLInputObjectType)
        if "expectedVersion" in kind.fields:
            taking.add(name)
    # Admission names an elder and a bed, and no stay that anybody could have seen; and a word about
    # an alarm decides nothing.
    without = {"bed_stay_admit", "alarm_comment"}
    # Shifts, times and thresholds have no states: what stands may have changed meanwhile.
    stateless = {
        "assessment_policy_remove",
        "assessor_end",
        "care_assignment_end",
        "caseload_end",
        "caseload_hand_over",
        "escalation_policy_remove",
        "on_call_shift_end",
        "on_call_shift_hand_over",
        "rule_threshold_end",
        "elder_merge",
        "elder_update",
        "volunteer_update",
        "station_update",
    }
    # Of an application who offers, accepts or rejects does so by what they have read; whoever
    # withdraws it does so whatever has come of it.
    applications = {
        "admission_application_offer",
        "admission_application_accept",
        "admission_application_reject",
    }
    ours = {name for name in ASKED if ASKED[name] in ambiguous} - without
    assert taking == ours | stateless | applications
    assert taking == applications | {
        "alarm_resolve",
        "alarm_assign",
        "alarm_dispatch",
        "elder_merge",
        "elder_update",
        "alarm_snooze",
        "incident_resolve",
        "assistance_case_reject",
        "assessment_policy_remove",
        "assessor_end",
        "bed_stay_end",
        "care_assignment_end",
        "caseload_end",
        "caseload_hand_over",
        "bed_stay_transfer",
        "escalation_policy_remove",
        "on_call_shift_end",
        "on_call_shift_hand_over",
        "rule_threshold_end",
        "station_update",
        "visit_cancel",
        "visit_check_in",
        "visit_refuse",
        "visit_reject",
        "visit_verify",
        "volunteer_update",
    }


@pytest.mark.parametrize("version", [0, -1, 2**31 - 1])
async def test_a_version_that_never_was_is_a_conflict(
    api: Api, database: Database, version: int
) -> None:
    await press(database, api.district)
    given = {"id": await alarm_id(database), "reason": "TEST", "expectedVersion": version}
    answer = (await api.data(Role.DISPATCHER, RESOLVE, input=given))["alarmResolve"]
    assert [error["code"] for error in answer["userErrors"]] == ["VERSION_CONFLICT"]

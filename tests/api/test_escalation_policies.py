"""A division sets how soon alarms pass on, never later than the rules where a life is at stake."""

from typing import Any

import pytest

from domain.access import Role
from tests.clients import Api

SET = """mutation ($input: EscalationPolicySetInput!) { escalationPolicySet(input: $input) {
    escalationPolicy { id severity streetAfterSeconds districtAfterSeconds rearmAfterSeconds
      version setBy { id } region { code } }
    userErrors { code field } } }"""
REMOVE = """mutation ($id: ID!, $seen: Int) {
  escalationPolicyRemove(input: {id: $id, expectedVersion: $seen}) {
    escalationPolicy { id } userErrors { code } } }"""
ALL = "query { escalationPolicies(first: 10) { nodes { id streetAfterSeconds } } }"
USUAL = {
    "regionCode": "330102",
    "severity": "MAJOR",
    "streetAfterSeconds": 300,
    "districtAfterSeconds": 900,
}


async def put(api: Api, role: Role, **different: Any) -> Any:
    return (await api.data(role, SET, input=USUAL | different))["escalationPolicySet"]


async def every(api: Api) -> list[int]:
    nodes = (await api.data(Role.DISPATCHER, ALL))["escalationPolicies"]["nodes"]
    return [node["streetAfterSeconds"] for node in nodes]


async def test_it_is_set_set_anew_and_taken_back(api: Api) -> None:
    policy = (await put(api, Role.OFFICIAL))["escalationPolicy"]
    assert policy["region"]["code"] == "330102"
    assert policy["rearmAfterSeconds"] == 600
    anew = (await put(api, Role.ADMIN, streetAfterSeconds=60))["escalationPolicy"]
    assert anew["id"] == policy["id"]
    assert anew["version"] == policy["version"] + 1
    assert anew["setBy"]["id"] != policy["setBy"]["id"]
    assert await every(api) == [60]
    asked = {"id": policy["id"], "seen": policy["version"]}
    unseen = (await api.data(Role.OFFICIAL, REMOVE, **asked))["escalationPolicyRemove"]
    assert unseen["userErrors"] == [{"code": "VERSION_CONFLICT"}]
    assert await every(api) == [60]
    asked["seen"] = anew["version"]
    gone = (await api.data(Role.OFFICIAL, REMOVE, **asked))["escalationPolicyRemove"]
    assert gone == {"escalationPolicy": None, "userErrors": []}
    assert await every(api) == []


@pytest.mark.parametrize(
    ("role", "different", "error"),
    [
        (Role.DISPATCHER, {}, {"code": "PERMISSION_DENIED", "field": "regionCode"}),
        (
            Role.OFFICIAL,
            {"regionCode": "3301"},
            {"code": "PERMISSION_DENIED", "field": "regionCode"},
        ),
        (Role.OFFICIAL, {"regionCode": "99"}, {"code": "NOT_FOUND", "field": "regionCode"}),
        (
            Role.OFFICIAL,
            {"severity": "CRITICAL", "streetAfterSeconds": 61},
            {"code": "INVALID_INPUT", "field": "severity"},
        ),
        (
            Role.OFFICIAL,
            {"districtAfterSeconds": 305},
            {"code": "INVALID_INPUT", "field": "districtAfterSeconds"},
        ),
        (
            Role.OFFICIAL,
            {"rearmAfterSeconds": 1},
            {"code": "INVALID_INPUT", "field": "rearmAfterSeconds"},
        ),
    ],
    ids=["dispatcher", "above", "nowhere", "critical", "order", "rearm"],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    api: Api, role: Role, different: dict[str, Any], error: dict[str, str]
) -> None:
    assert (await put(api, role, **different))["userErrors"] == [error]
    assert await every(api) == []

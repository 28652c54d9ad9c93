"""How an answer was made: for an administrator who asks, and as counts for whoever watches."""

from typing import Any

from domain.access import Role
from tests.clients import Api

ELDERS = "{ elders(first: 1) { nodes { id } } }"
SCHEMA = "{ __schema { queryType { name } } }"


async def _asked(api: Api, role: Role, query: str, extensions: Any) -> dict[str, Any]:
    response = await api.http.post(
        api.url,
        json={"query": query, "extensions": extensions},
        headers={"Authorization": f"Bearer {api.token(role)}"},
    )
    return response.json()


async def test_an_administrator_learns_how(api: Api) -> None:
    answer = await _asked(api, Role.ADMIN, ELDERS, {"explain": True})
    explained = answer["extensions"]["explain"]
    assert (explained["execution"], explained["reason"]) == ("PLANNED", None)
    (statement,) = explained["statements"]
    assert statement.startswith("SELECT")
    assert explained["statementCount"] == 1


async def test_and_why_there_was_no_plan(api: Api) -> None:
    answer = await _asked(api, Role.ADMIN, SCHEMA, {"explain": True})
    explained = answer["extensions"]["explain"]
    assert explained["execution"] == "ORDINARY"
    assert "__schema" in explained["reason"]


async def test_others_do_not(api: Api) -> None:
    for role, extensions in ((Role.OFFICIAL, {"explain": True}), (Role.ADMIN, None)):
        answer = await _asked(api, role, ELDERS, extensions)
        assert "extensions" not in answer


def _counts(text: str) -> dict[str, int]:
    lines = [line.split() for line in text.splitlines() if not line.startswith("#")]
    return {name: int(value) for name, value in lines}


async def test_plans_hits_and_fallbacks_are_counted(api: Api) -> None:
    address = api.url.replace("/graphql", "/metrics")
    before = _counts((await api.http.get(address)).text)
    for query in (ELDERS, ELDERS, SCHEMA):
        await api.data(Role.ADMIN, query)
    after = _counts((await api.http.get(address)).text)
    grown = {name: after[name] - before[name] for name in after}
    assert grown["yiyang_operations_planned_total"] == 2
    assert grown["yiyang_operations_fallback_total"] == 1
    assert grown["yiyang_plan_hits_total"] >= 1
    assert grown["yiyang_plan_statements_total"] == 2

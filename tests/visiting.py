"""Visits over HTTP, with the operations that a client would send."""

from typing import Any
from uuid import UUID

from domain.access import Actor, Role
from domain.ids import public_id
from tests.clients import Api

VISIT = """
fragment Visit on VisitTask {
  id kind state scheduledFrom scheduledTo region { code } position { longitude latitude }
  elder { id name fullAddress } volunteer { id name } claimedAt
  checkedInAt checkInPosition { longitude latitude } checkInAccuracyM checkInFar checkInVague
  checkedOutAt verifiedBy { name } verifiedAt note availableActions
  history { action at account { name } note }
}
"""
READ = VISIT + "query ($id: ID!) { visitTask(id: $id) { ...Visit } }"

HERE = {"longitude": 120.17, "latitude": 30.25, "accuracyM": 30}
"""A check-in at the centre of the makers' visits."""


def visit_id(key: UUID) -> str:
    """The global id of a visit."""
    return public_id("visit_task", key)


async def read(api: Api, who: Role | Actor, key: UUID) -> Any:
    """The visit as someone sees it; None where they do not."""
    response = await api.post(who, READ, {"id": visit_id(key)})
    assert "errors" not in response, response
    return response["data"]["visitTask"]


async def payload(api: Api, who: Role | Actor, verb: str, key: UUID, **more: Any) -> dict[str, Any]:
    """What a mutation on a visit answers.

    Parameters:
        verb: for example ``Claim``.
        more: further fields of the input.
    """
    field = f"visit{verb}"
    mutation = f"""{VISIT} mutation ($input: Visit{verb}Input!) {{ {field}(input: $input) {{
        visitTask {{ ...Visit }} userErrors {{ code field message blockers }} clientMutationId }} }}
    """
    sent = {"id": visit_id(key), **more}
    return (await api.data(who, mutation, input=sent))[field]


async def done(api: Api, who: Role | Actor, verb: str, key: UUID, **more: Any) -> Any:
    """The visit after a mutation that must succeed."""
    answer = await payload(api, who, verb, key, **more)
    assert answer["userErrors"] == [], answer
    return answer["visitTask"]


async def refused(
    api: Api, who: Role | Actor, verb: str, key: UUID, **more: Any
) -> tuple[str, str | None]:
    """The code and the field of the one error of a mutation that must fail."""
    (error,) = (await payload(api, who, verb, key, **more))["userErrors"]
    return error["code"], error["field"]

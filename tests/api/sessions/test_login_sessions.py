"""People see where they are signed in, and end it where they lost a phone."""

from typing import Any
from uuid import UUID

from domain.access import Role
from domain.database import Database
from domain.sessions.service import Device
from tests.clients import Api
from tests.logins import bearing, refreshed, signed_in, status, void
from tests.makers.accounts import make_person

SESSIONS = """{ loginSessions(first: 10) { nodes {
    id device address isCurrent createdAt lastUsedAt expiresAt endedAt endedWhy } } }"""
END = """mutation ($id: ID!) { loginSessionEnd(input: { id: $id }) {
    loginSession { isCurrent endedWhy } userErrors { code field } } }"""


async def asked(api: Api, tokens: dict[str, Any], query: str, **variables: Any) -> Any:
    body = {"query": query, "variables": variables}
    answer = (await api.http.post(api.url, json=body, headers=bearing(tokens))).json()
    assert "errors" not in answer, answer
    return answer["data"]


async def sessions(api: Api, tokens: dict[str, Any]) -> list[dict[str, Any]]:
    return (await asked(api, tokens, SESSIONS))["loginSessions"]["nodes"]


async def test_a_person_sees_all_devices_whichever_account_is_used(
    api: Api, database: Database, daughter: UUID
) -> None:
    lost = await signed_in(api, database, daughter, device=Device("old phone", "192.0.2.1"))
    here = await signed_in(api, database, daughter, device=Device("new phone", "192.0.2.2"))
    other = next(one for one in here["accounts"] if one != here["account"])
    here = (await refreshed(api, here["refresh_token"], account=other["id"])).json()
    seen = await sessions(api, here)
    assert [one["device"] for one in seen] == ["new phone", "old phone"]
    assert [one["isCurrent"] for one in seen] == [True, False]
    assert [one["address"] for one in seen] == ["127.0.0.1", "192.0.2.1"]
    assert [one["isCurrent"] for one in await sessions(api, lost)] == [False, True]


async def test_a_lost_phone_is_signed_out_from_another(
    api: Api, database: Database, daughter: UUID
) -> None:
    lost, here = [await signed_in(api, database, daughter) for _ in range(2)]
    key = (await sessions(api, here))[1]["id"]
    for _ in range(2):
        ended = (await asked(api, here, END, id=key))["loginSessionEnd"]
        assert ended["userErrors"] == []
        assert ended["loginSession"] == {"isCurrent": False, "endedWhy": "ENDED_BY_PERSON"}
    await void(api, lost)
    assert (await refreshed(api, lost["refresh_token"])).status_code == 401
    assert await status(api, here) == 200


async def test_nobody_sees_or_ends_another_persons_session(
    api: Api, database: Database, daughter: UUID
) -> None:
    hers = await signed_in(api, database, daughter)
    stranger = await make_person(database, accounts=[api.district.neighbour_daughter_id])
    theirs = await signed_in(api, database, stranger)
    before = await sessions(api, hers)
    assert len(await sessions(api, theirs)) == 1
    answers = [
        (await asked(api, theirs, END, id=key))["loginSessionEnd"]
        for key in (before[0]["id"], "login_session_" + "0" * 32)
    ]
    refused = {"loginSession": None, "userErrors": [{"code": "NOT_FOUND", "field": "id"}]}
    assert answers == [refused, refused]
    assert await sessions(api, hers) == before
    assert (await refreshed(api, hers["refresh_token"])).status_code == 200
    for role in (Role.ADMIN, Role.VENDOR):
        assert (await api.data(role, SESSIONS))["loginSessions"]["nodes"] == []

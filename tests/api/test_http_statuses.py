"""Each media type and each edition of the specification has its statuses."""

import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.auth.tokens import Grant, TokenKey
from api.execution import Answer
from api.negotiation import GRAPHQL_JSON, JSON
from api.settings import ApiSettings, Edition
from api.statuses import status_of_answer
from domain.access import Role
from domain.crypto import Vault
from tests.clients import Api
from tests.serving import serving
from yiyang.district.cast import District

STRICT = GRAPHQL_JSON.decode()
LEGACY = JSON.decode()

GOOD = {"query": "{ viewer { role } }"}
PARTIAL = {"query": "{ viewer { role } elders(first: 201) { nodes { id } } }"}
UNREADABLE = {"query": "{ viewer { role }"}
INVALID = {"query": "{ viewer { nothing } }"}
WHICH = {"query": "query A { viewer { role } } query B { viewer { role } }"}
NO_SUCH = {"query": "query A { viewer { role } }", "operationName": "B"}
UNFIT = {"query": "query A($n: Int!) { elders(first: $n) { nodes { id } } }", "variables": {}}
MALFORMED = {"query": 7}


@pytest.fixture
async def of_2026(
    database_url: str, token_key: TokenKey, vault: Vault, district: District
) -> AsyncGenerator[Api, None]:
    """A server that keeps to the first edition."""
    settings = ApiSettings(database_url, token_key, vault, edition=Edition.OF_2026)
    async with serving(create_app(settings)) as port:
        client = Api(port, token_key, district)
        yield client
        await client.close()


async def ask(api: Api, body: Any, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {
        "Authorization": f"Bearer {api.token(Role.FAMILY)}",
        "Content-Type": "application/json",
        **headers,
    }
    return await api.http.post(api.url, content=content, headers=sent)


async def statuses(api: Api, body: Any) -> tuple[int, int]:
    """In the strict media type, and in the old one."""
    strict = await ask(api, body, Accept=STRICT)
    legacy = await ask(api, body, Accept=LEGACY)
    assert strict.headers["content-type"] == f"{STRICT}; charset=utf-8"
    assert legacy.headers["content-type"] == f"{LEGACY}; charset=utf-8"
    for answer in (strict, legacy):
        # The status alone says nothing that the body doesn't.
        assert ("data" in answer.json()) == (strict.status_code < 300)
    return strict.status_code, legacy.status_code


@pytest.mark.parametrize(
    ("body", "before", "since"),
    [
        (GOOD, (200, 200), (200, 200)),
        (PARTIAL, (200, 200), (294, 200)),
        (UNREADABLE, (400, 200), (400, 200)),
        (INVALID, (400, 200), (422, 200)),
        (WHICH, (400, 200), (422, 200)),
        (NO_SUCH, (400, 200), (422, 200)),
        (UNFIT, (400, 200), (422, 200)),
        (MALFORMED, (400, 400), (422, 400)),
        ([GOOD], (400, 400), (422, 400)),
        (b"{", (400, 400), (400, 400)),
        (b"", (400, 400), (400, 400)),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_statuses(
    api: Api, of_2026: Api, body: Any, before: tuple[int, int], since: tuple[int, int]
) -> None:
    assert await statuses(api, body) == before
    assert await statuses(of_2026, body) == since


async def test_who_takes_nothing_that_we_have_is_told_so(api: Api) -> None:
    response = await ask(api, GOOD, Accept="text/html, application/json;q=0")
    assert response.status_code == 406
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_a_fault_of_ours_is_told_as_one() -> None:
    error = {"message": "", "extensions": {"code": "INTERNAL"}}
    answer = Answer({"errors": [error]}, ran=False)
    for edition in Edition:
        assert status_of_answer(answer, GRAPHQL_JSON, edition) == 500
        assert status_of_answer(answer, JSON, edition) == 200


async def test_who_may_not_ask_is_told_so(api: Api) -> None:
    expiry = datetime.now(UTC) + timedelta(hours=1)
    token = api.key.sign(Grant(api.actor(Role.FAMILY), expiry))
    asked = {"query": "{ __schema { types { name } } }"}
    for accept, status in ((STRICT, 403), (LEGACY, 200)):
        response = await ask(api, asked, Accept=accept, Authorization=f"Bearer {token}")
        assert response.status_code == status
        assert response.json()["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED"


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (GOOD, {}, 200),
        (GOOD, {"Authorization": "Bearer x"}, 401),
        (GOOD, {"Accept": "text/html"}, 406),
        (GOOD, {"Content-Type": "text/plain"}, 415),
        (b"x" * 300_000, {}, 413),
        (b"{", {}, 400),
        (UNREADABLE, {"Accept": STRICT}, 400),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_every_answer_tells_the_time_and_its_name(
    api: Api, body: Any, headers: dict[str, str], status: int
) -> None:
    before = datetime.now(UTC)
    response = await ask(api, body, **headers)
    assert response.status_code == status
    told = datetime.fromisoformat(response.headers["x-server-time"])
    assert before - timedelta(milliseconds=1) <= told <= datetime.now(UTC)
    assert len(response.headers["x-request-id"]) == 16
    for error in response.json().get("errors", ()):
        assert error["extensions"]["requestId"] == response.headers["x-request-id"]


async def test_other_pages_tell_the_time_too(api: Api) -> None:
    for path in ("/health", "/nothing", "/family/"):
        response = await api.http.get(f"http://127.0.0.1:{api.port}{path}")
        assert datetime.fromisoformat(response.headers["x-server-time"])

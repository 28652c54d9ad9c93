"""Pages of the origins that are named may read answers, wherever they ask; no other page may."""

import pytest

from domain.access import Role
from tests.clients import Api

DESK = "https://desk.example"
PATHS = ["/graphql", "/auth/refresh", "/auth/logout", "/health"]


def asking(origin: str) -> dict[str, str]:
    return {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type, last-event-id",
    }


@pytest.mark.parametrize("path", PATHS)
async def test_a_known_page_is_let_in(api: Api, path: str) -> None:
    url = f"http://127.0.0.1:{api.port}{path}"
    asked = await api.http.options(url, headers=asking(DESK))
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == DESK
    assert "access-control-allow-credentials" not in asked.headers
    # A refusal is read too: the page has to know why.
    answer = await api.http.post(url, json={}, headers={"Origin": DESK})
    assert answer.headers["access-control-allow-origin"] == DESK
    assert "Retry-After" in answer.headers["access-control-expose-headers"]
    assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://desk.example", f"{DESK}.evil.example", "null"]
)
async def test_no_other_page_is(api: Api, path: str, origin: str) -> None:
    url = f"http://127.0.0.1:{api.port}{path}"
    asked = await api.http.options(url, headers=asking(origin))
    assert asked.status_code == 400
    answer = await api.http.post(url, json={}, headers={"Origin": origin})
    for headers in (asked.headers, answer.headers):
        assert "access-control-allow-origin" not in headers


async def test_who_is_no_page_is_answered_as_before(api: Api) -> None:
    headers = {"Authorization": f"Bearer {api.token(Role.FAMILY)}"}
    answer = await api.http.post(api.url, json={"query": "{ viewer { id } }"}, headers=headers)
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control-")]

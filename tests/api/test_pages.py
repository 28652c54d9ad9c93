"""Static pages carry the headers that pages which hold a token need."""

import pytest

from tests.clients import Api


@pytest.mark.parametrize("path", ["/family/", "/family/page.js"])
async def test_pages_are_never_stale_nor_framed(api: Api, path: str) -> None:
    response = await api.http.get(f"http://127.0.0.1:{api.port}{path}")
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"] == "frame-ancestors 'none'"


async def test_no_path_leads_out_of_the_folder(api: Api) -> None:
    for path in ("/family/../pyproject.toml", "/family/%2e%2e/%2e%2e/pyproject.toml"):
        response = await api.http.get(f"http://127.0.0.1:{api.port}{path}")
        assert response.status_code == 404


async def test_health_says_whether_the_database_answers(api: Api) -> None:
    response = await api.http.get(f"http://127.0.0.1:{api.port}/health")
    assert response.json() == {"status": "ok"}

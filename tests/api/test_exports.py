"""A list as a file, from the question to the last byte: real HTTP, a real worker."""

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.auth.tokens import TokenKey
from api.settings import ApiSettings
from domain.access import Actor, Role
from domain.crypto import Vault
from domain.ids import public_id
from tests.clients import Api
from tests.exporting import (
    CANCEL,
    answer,
    ended,
    exported,
    fetch,
    read,
    refused,
    rows_in,
    started,
    working,
)
from tests.serving import serving
from yiyang.district.cast import District

NAMED = "query ($name: String!) { elders(filter: {nameContains: $name}) { nodes { id } } }"


@pytest.fixture
async def worker(database_url: str, vault: Vault) -> AsyncGenerator[None, None]:
    async with working(database_url, vault):
        yield


async def listed(api: Api, who: Role | Actor, field: str, arguments: str, rows: str) -> list[Any]:
    """The same list as a client pages through it."""
    found: list[Any] = []
    after = None
    while True:
        query = f"""query ($after: String) {{ {field}(first: 200, after: $after{arguments}) {{
            nodes {{ {rows} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
        page = (await api.data(who, query, after=after))[field]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


@pytest.mark.usefixtures("worker")
async def test_the_file_holds_the_list_as_its_owner_sees_it(api: Api) -> None:
    rows = "id name age tags region { name } fullAddress"
    for role, hidden in ((Role.ADMIN, []), (Role.OFFICIAL, ["fullAddress"])):
        export = await exported(api, role, f"{{ elders {{ nodes {{ {rows} }} }} }}")
        response = await fetch(api, role, export["url"])
        assert response.status_code == 200
        assert response.headers["content-type"] == "application/jsonl"
        lines = rows_in(response.content)
        assert lines == await listed(api, role, "elders", "", rows)
        assert len(lines) == export["rowCount"] == export["expectedRows"] > 200
        assert len(response.content) == export["byteCount"]
        assert export["progress"] == 1
        assert export["maskedFields"] == hidden
        assert all((line["fullAddress"] is None) is bool(hidden) for line in lines)


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(
    ("field", "arguments", "rows"),
    [
        ("elders", 'filter: {region: "330102", tag: LIVES_ALONE}', "id name"),
        ("visitTasks", "filter: {state: VERIFIED}", "id kind elder { name } history { action }"),
        ("mealOrders", "", "id price canteen { name }"),
        ("alarms", "", "id spokenText"),
    ],
)
async def test_any_list_with_its_filter(api: Api, field: str, arguments: str, rows: str) -> None:
    shown = f"({arguments})" if arguments else ""
    export = await exported(api, Role.OFFICIAL, f"{{ {field}{shown} {{ nodes {{ {rows} }} }} }}")
    assert export["listName"] == field
    content = (await fetch(api, Role.OFFICIAL, export["url"])).content
    given = f", {arguments}" if arguments else ""
    assert rows_in(content) == await listed(api, Role.OFFICIAL, field, given, rows)


@pytest.mark.usefixtures("worker")
async def test_variables_fragments_and_aliases(api: Api) -> None:
    query = """query Other { viewer { id } }
    query Mine($region: String!, $tags: Boolean!) {
      people: elders(filter: {region: $region}) { nodes { ...F key: id } } }
    fragment F on Elder { name tags @include(if: $tags) }"""
    given = {"operationName": "Mine", "variables": {"region": "330102", "tags": False}}
    export = await exported(api, Role.OFFICIAL, query, **given)
    lines = rows_in((await fetch(api, Role.OFFICIAL, export["url"])).content)
    assert lines
    assert all(line.keys() == {"name", "key"} for line in lines)


@pytest.mark.parametrize(
    ("query", "more", "field"),
    [
        ("{ elders(first: 10) { nodes { id } } }", {}, "query"),
        ('{ elders(after: "x") { nodes { id } } }', {}, "query"),
        ("{ elders { edges { node { id } } } }", {}, "query"),
        ("{ elders { nodes { id } totalCount } }", {}, "query"),
        ("{ elders { nodes @skip(if: true) { id } } }", {}, "query"),
        ("{ elders { all: nodes { id } } }", {}, "query"),
        ("{ elders { ...F } } fragment F on ElderConnection { nodes { id } }", {}, "query"),
        ("{ elders { nodes { id } } beds { nodes { id } } }", {}, "query"),
        ("{ viewer { id } }", {}, "query"),
        ("{ nodes(ids: []) { id } }", {}, "query"),
        ("{ alarmChanges { changes { cursor } } }", {}, "query"),
        ("{ __schema { types { name } } }", {}, "query"),
        ("mutation { exportCancel(input: {id: 1}) { clientMutationId } }", {}, "query"),
        ("subscription { alarmChanged { cursor } }", {}, "query"),
        ("{ elders { nodes { secret } } }", {}, "query"),
        ("{ elders {", {}, "query"),
        ("", {}, "query"),
        ("query A { elders { nodes { id } } } query B { viewer { id } }", {}, "operationName"),
        ("query A { elders { nodes { id } } }", {"operationName": "C"}, "operationName"),
        ("query ($n: ID!) { elders { nodes { id ...@skip(if: $n) { id } } } }", {}, "query"),
        (NAMED, {}, "variables"),
        (NAMED, {"variables": {"name": 1}}, "variables"),
        ('{ elders(filter: {region: "x"}) { nodes { id } } }', {}, "query"),
        ("{ elders { nodes { id } } }", {"documentId": "sha256:0"}, "query"),
        ("query ($exportFirst: Int) { elders { nodes { alarms(first: $exportFirst) { nodes "
         "{ id } } } } }", {}, "query"),
    ],
)  # fmt: skip
async def test_what_is_no_list_is_refused(
    api: Api, query: str, more: dict[str, Any], field: str
) -> None:
    assert await refused(api, Role.OFFICIAL, query, **more) == ("INVALID_INPUT", field)


async def test_a_row_that_is_too_much_is_refused_and_a_long_one_comes_few_at_a_time(
    api: Api, database_url: str, vault: Vault
) -> None:
    inner = "visits(first: 200) { nodes { history { at } } }"
    long = f"{{ elders {{ nodes {{ id {inner} }} }} }}"
    nested = f"alarms(first: 200) {{ nodes {{ elder {{ {inner} }} }} }}"
    assert await refused(api, Role.OFFICIAL, f"{{ elders {{ nodes {{ {nested} }} }} }}") == (
        "QUERY_TOO_LARGE",
        "query",
    )
    async with working(database_url, vault):
        export = await exported(api, Role.OFFICIAL, long)
    lines = rows_in((await fetch(api, Role.OFFICIAL, export["url"])).content)
    everyone = await listed(api, Role.OFFICIAL, "elders", "", "id")
    assert [line["id"] for line in lines] == [elder["id"] for elder in everyone]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OFFICIAL, Role.AUDITOR, Role.ADMIN}))
async def test_others_export_nothing(api: Api, role: Role) -> None:
    assert await refused(api, role, "{ regions { nodes { code } } }") == ("PERMISSION_DENIED", None)


async def test_two_at_a_time_whoever_is_first(api: Api) -> None:
    starts = [started_or_not(api) for _ in range(6)]
    codes = await asyncio.gather(*starts)
    assert sorted(map(str, codes)) == ["None"] * 2 + ["TOO_MANY_EXPORTS"] * 4


async def started_or_not(api: Api) -> str | None:
    payload = await answer(api, Role.OFFICIAL)
    assert (payload["export"] is None) is bool(payload["userErrors"])
    for error in payload["userErrors"]:
        assert len(error["blockers"]) == 2
        return error["code"]
    return None


async def test_a_cancelled_export_gives_its_place_and_its_file_back(
    api: Api, database_url: str, vault: Vault
) -> None:
    waiting = await started(api, Role.OFFICIAL)
    async with working(database_url, vault):
        done = await exported(api, Role.OFFICIAL)
        assert (await fetch(api, Role.OFFICIAL, done["url"])).status_code == 200
        await ended(api, Role.OFFICIAL, waiting["id"])
    first, second = await started(api, Role.OFFICIAL), await started(api, Role.OFFICIAL)
    for export in (first, done):
        payload = (await api.data(Role.OFFICIAL, CANCEL, id=export["id"]))["exportCancel"]
        assert payload["userErrors"] == []
        assert (payload["export"]["state"], payload["export"]["url"]) == ("CANCELLED", None)
        gone = await fetch(api, Role.OFFICIAL, f"/exports/{export['id']}")
        assert (gone.status_code, code(gone)) == (410, "EXPORT_GONE")
    again = (await api.data(Role.OFFICIAL, CANCEL, id=first["id"]))["exportCancel"]
    assert again["userErrors"][0]["code"] == "ILLEGAL_TRANSITION"
    await started(api, Role.OFFICIAL)
    unready = await fetch(api, Role.OFFICIAL, f"/exports/{second['id']}")
    assert (unready.status_code, code(unready)) == (409, "EXPORT_NOT_READY")


def code(response: Any) -> str:
    return response.json()["errors"][0]["extensions"]["code"]


def nameless(response: Any) -> Any:
    """The body, but for what names the request."""
    body = response.json()
    assert body["errors"][0]["extensions"].pop("requestId")
    return body


@pytest.mark.usefixtures("worker")
async def test_nobody_elses(api: Api, database: Any) -> None:
    export = await exported(api, Role.OFFICIAL)
    absent = f"/exports/{public_id('export', api.actor(Role.OFFICIAL).id)}"
    for who in (Role.ADMIN, Role.AUDITOR, Role.STATION, Role.FAMILY):
        assert await read(api, who, export["id"]) is None
        payload = (await api.data(who, CANCEL, id=export["id"]))["exportCancel"]
        assert payload["userErrors"][0]["code"] == "NOT_FOUND"
        theirs, none = await fetch(api, who, export["url"]), await fetch(api, who, absent)
        assert (theirs.status_code, nameless(theirs)) == (none.status_code, nameless(none))
        assert (none.status_code, code(none)) == (404, "NOT_FOUND")
        assert without_moment(theirs.headers) == without_moment(none.headers)
    for url in ("/exports/x", "/exports/elder_" + "0" * 32, f"{export['url']}0"):
        assert (await fetch(api, Role.OFFICIAL, url)).status_code == 404
    bare = await api.http.get(f"http://127.0.0.1:{api.port}{export['url']}")
    assert (bare.status_code, code(bare)) == (401, "UNAUTHENTICATED")
    assert bare.headers["www-authenticate"] == "Bearer"
    assert (await fetch(api, Role.OFFICIAL, export["url"], "POST")).status_code == 405
    assert (await read(api, Role.OFFICIAL, export["id"]))["state"] == "DONE"


def without_moment(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in ("date", "x-server-time")}


async def test_a_token_for_another_region_exports_nothing(api: Api) -> None:
    official = api.actor(Role.OFFICIAL)
    assert official.region
    elsewhere = Actor(official.id, Role.OFFICIAL, "330106")
    assert await refused(api, elsewhere) == ("PERMISSION_DENIED", None)
    narrower = Actor(official.id, Role.OFFICIAL, official.region)
    assert await started(api, narrower)


@pytest.mark.usefixtures("worker")
async def test_its_owner_watches_it_grow(api: Api) -> None:
    async with api.socket(Role.OFFICIAL) as socket:
        export = await started(api, Role.OFFICIAL)
        await socket.subscribe(
            "subscription ($id: ID!) { exportChanged(id: $id) {"
            " export { state progress rowCount url } } }",
            id=export["id"],
        )
        seen = []
        while not seen or seen[-1]["state"] in ("WAITING", "RUNNING"):
            seen.append((await socket.next())["data"]["exportChanged"]["export"])
        assert (await socket.receive())["type"] == "complete"
    assert seen[-1]["state"] == "DONE"
    assert seen[-1]["url"] == f"/exports/{export['id']}"
    progress = [one["progress"] for one in seen]
    assert progress == sorted(progress)
    assert progress[-1] == 1


async def test_nobody_else_watches_it(api: Api) -> None:
    export = await started(api, Role.OFFICIAL)
    async with api.socket(Role.ADMIN) as socket:
        await socket.subscribe(
            "subscription ($id: ID!) { exportChanged(id: $id) { export { id } } }", id=export["id"]
        )
        frame = await socket.receive()
    assert frame["type"] == "error"
    assert frame["payload"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_whose_app_may_send_trusted_documents_only_exports_these(
    database_url: str, token_key: TokenKey, vault: Vault, district: District, tmp_path: Path
) -> None:
    text = "query Names { elders { nodes { name } } }"
    own = "{ elders { nodes { id } } }"
    document_id = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    start = (
        "mutation S($i: ExportStartInput!) { exportStart(input: $i) { userErrors { code field } } }"
    )
    manifest = tmp_path / "documents.json"
    known = {f"sha256:{hashlib.sha256(one.encode()).hexdigest()}": one for one in (text, start)}
    manifest.write_text(json.dumps(known))
    settings = ApiSettings(
        database_url=database_url, token_key=token_key, vault=vault, trusted_documents=manifest
    )
    async with serving(create_app(settings)) as port:
        api = Api(port, token_key, district)
        told = [
            (await api.data(Role.OFFICIAL, start, i=given))["exportStart"]["userErrors"]
            for given in ({"documentId": document_id}, {"query": text}, {"query": own})
        ]
        unknown = {"documentId": f"sha256:{'0' * 64}"}
        told.append((await api.data(Role.OFFICIAL, start, i=unknown))["exportStart"]["userErrors"])
        await api.close()
    refusal = {"code": "INVALID_INPUT"}
    assert told == [[], [], [{**refusal, "field": "query"}], [{**refusal, "field": "documentId"}]]


async def test_the_same_call_again_is_the_same_export(api: Api) -> None:
    key = {"idempotencyKey": "one-press", "variables": {"name": "王"}}
    first, second = [await started(api, Role.OFFICIAL, NAMED, **key) for _ in range(2)]
    assert first["id"] == second["id"]
    payload = await answer(api, Role.OFFICIAL, NAMED, **{**key, "variables": {"name": "李"}})
    assert payload["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"
    tried = await answer(api, Role.OFFICIAL, dryRun=True)
    assert tried == {"export": None, "userErrors": []}
    listed = await api.data(Role.OFFICIAL, "{ exports(first: 10) { nodes { id } } }")
    assert listed["exports"]["nodes"] == [{"id": first["id"]}]


@pytest.mark.parametrize("variables", ["[1]", '"x"', "1", "{a: 123456789012345678901234567890}"])
async def test_variables_are_an_object_of_json(api: Api, variables: str) -> None:
    body = await api.post(
        Role.OFFICIAL,
        f"""mutation {{ exportStart(input: {{query: "{{ elders {{ nodes {{ id }} }} }}",
            variables: {variables}, idempotencyKey: "k"}}) {{ userErrors {{ code }} }} }}""",
    )
    assert body["errors"][0]["extensions"]["code"] == "VALIDATION_FAILED"

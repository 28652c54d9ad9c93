"""A query in an address: a document by its id, an answer that the client may keep."""

import hashlib
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.addresses import MAX_ADDRESS_BYTES
from api.app import create_app
from api.auth.tokens import TokenKey
from api.settings import ApiSettings
from domain.access import Role
from domain.crypto import Vault
from domain.ids import public_id
from tests.clients import Api
from tests.serving import serving
from yiyang.district.cast import District

VIEWER = "query Viewer { viewer { role } }"
ELDERS = "query Elders($first: Int!) { elders(first: $first) { nodes { name } } }"
TWO = "query A { viewer { role } } mutation B { alarmAcknowledge(input: {id: 7}) { alarm { id } } }"
OPEN = "query Open { visitTasks(first: 1, filter: {state: OPEN}) { nodes { id state } } }"
CLAIM = """mutation Claim($id: ID!) {
  visitClaim(input: {id: $id, clientMutationId: "x"}) { visitTask { state } } }"""
REVEAL = "query Reveal($id: ID!) { elder(id: $id) { reveal(field: PHONE, purpose: CARE) } }"
FOLLOWS = "subscription S { alarmChanged { cursor } }"


def document_id(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@pytest.fixture
async def trusting(
    database_url: str, token_key: TokenKey, vault: Vault, district: District, tmp_path: Path
) -> AsyncGenerator[Api, None]:
    """A server that knows some documents."""
    manifest = tmp_path / "persisted-documents.json"
    texts = (VIEWER, ELDERS, OPEN, CLAIM, REVEAL, FOLLOWS)
    manifest.write_text(json.dumps({document_id(text): text for text in texts}))
    settings = ApiSettings(database_url, token_key, vault, trusted_documents=manifest)
    async with serving(create_app(settings)) as port:
        client = Api(port, token_key, district)
        yield client
        await client.close()


async def get(api: Api, role: Role = Role.FAMILY, /, **asked: Any) -> httpx.Response:
    """Parameters: asked: those of the address; headers apart."""
    headers = {"Authorization": f"Bearer {api.token(role)}"}
    headers.update(asked.pop("headers", {}))
    return await api.http.get(api.url, params=asked, headers=headers)


async def test_a_document_by_its_id(trusting: Api) -> None:
    response = await get(trusting, documentId=document_id(VIEWER))
    assert response.status_code == 200
    assert response.json()["data"] == {"viewer": {"role": "FAMILY"}}
    assert response.headers["cache-control"] == "private, no-cache"
    vary = "Authorization, Accept, Accept-Language, Accept-Encoding"
    assert response.headers["vary"] == vary
    assert response.headers["etag"].startswith('W/"')


async def test_variables_and_names_in_an_address(trusting: Api) -> None:
    variables = json.dumps({"first": 1})
    for name in ({}, {"operationName": ""}, {"operationName": "Elders"}):
        asked = {"documentId": document_id(ELDERS), "variables": variables, **name}
        response = await get(trusting, **asked)
        assert len(response.json()["data"]["elders"]["nodes"]) == 1
    asked = {"documentId": document_id(ELDERS), "variables": variables}
    response = await get(trusting, operationName="Other", **asked)
    assert "data" not in response.json()


async def test_an_answer_that_the_client_has_is_not_sent_again(trusting: Api) -> None:
    asked = {"documentId": document_id(ELDERS), "variables": '{"first":2}'}
    first = await get(trusting, **asked)
    tag = first.headers["etag"]
    for known in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        again = await get(trusting, headers={"If-None-Match": known}, **asked)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == first.headers["cache-control"]
        assert again.headers["vary"] == first.headers["vary"]
        assert "x-server-time" in again.headers
        assert "content-type" not in again.headers
    assert (await get(trusting, headers={"If-None-Match": '"x"'}, **asked)).status_code == 200


async def test_the_tag_is_of_what_is_said_whatever_the_dress(trusting: Api) -> None:
    asked = {"documentId": document_id(ELDERS), "variables": '{"first":100}'}
    dresses = [
        {"Accept-Encoding": coding, "Accept": accept}
        for coding in ("identity", "gzip")
        for accept in ("application/json", "application/graphql-response+json")
    ]
    answers = [await get(trusting, Role.ADMIN, headers=dress, **asked) for dress in dresses]
    (tag,) = {answer.headers["etag"] for answer in answers}
    others = {**asked, "variables": '{"first":49}'}
    assert (await get(trusting, Role.ADMIN, **others)).headers["etag"] != tag
    assert (await get(trusting, Role.FAMILY, **asked)).headers["etag"] != tag


async def test_an_answer_with_errors_has_no_tag(trusting: Api) -> None:
    asked = {"documentId": document_id(ELDERS), "variables": '{"first":201}'}
    response = await get(trusting, **asked)
    assert "errors" in response.json()
    assert "etag" not in response.headers
    assert response.headers["cache-control"] == "private, no-cache"


async def test_an_unknown_id_is_not_found(trusting: Api) -> None:
    for unknown in ("sha256:" + "0" * 64, "0", document_id(TWO), "x-other:1", "sha256:", "é"):
        response = await get(trusting, documentId=unknown)
        assert response.status_code == 404
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
        assert error["extensions"]["requestId"] == response.headers["x-request-id"]


async def test_an_address_changes_nothing(trusting: Api) -> None:
    (task,) = (await trusting.data(Role.VOLUNTEER, OPEN))["visitTasks"]["nodes"]
    asked = {"documentId": document_id(CLAIM), "variables": json.dumps({"id": task["id"]})}
    response = await get(trusting, Role.VOLUNTEER, **asked)
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert "data" not in response.json()
    assert (await trusting.data(Role.VOLUNTEER, OPEN))["visitTasks"]["nodes"] == [task]
    # It would have been done.
    claimed = await trusting.data(Role.VOLUNTEER, CLAIM, id=task["id"])
    assert claimed["visitClaim"]["visitTask"] == {"state": "CLAIMED"}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?",
        "?query={viewer{role}}",
        "?query=mutation{x}&documentId=sha256:0",
        "?documentId=",
        "?extensions={}",
        "?documentId=a&documentId=b",
        "?documentId=a&variables=",
        "?documentId=a&variables=[]",
        "?documentId=a&variables={",
        "?documentId=a&variables=7",
        "?documentId=a&extensions={",
        "?documentId=%FF",
        "?documentId=a&operationName=%ED%A0%80",
        "?documentId=a&" + "&".join(f"p{n}=1" for n in range(30)),
    ],
)
async def test_addresses_that_are_no_request(trusting: Api, query: str) -> None:
    headers = {"Authorization": f"Bearer {trusting.token(Role.FAMILY)}"}
    response = await trusting.http.get(trusting.url + query, headers=headers)
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_what_is_not_known_in_an_address_is_no_fault(trusting: Api) -> None:
    response = await get(trusting, documentId=document_id(VIEWER), utm="x", variables="null")
    assert response.json()["data"] == {"viewer": {"role": "FAMILY"}}


async def test_an_address_has_an_end(trusting: Api) -> None:
    room = MAX_ADDRESS_BYTES - len(f"documentId={document_id(VIEWER)}&x=".replace(":", "%3A"))
    for length, status in ((room, 200), (room + 1, 414)):
        response = await get(trusting, documentId=document_id(VIEWER), x="y" * length)
        assert response.status_code == status


async def test_an_address_needs_a_token(trusting: Api) -> None:
    response = await trusting.http.get(trusting.url, params={"documentId": document_id(VIEWER)})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


async def test_head_is_get_without_the_body(trusting: Api) -> None:
    headers = {"Authorization": f"Bearer {trusting.token(Role.FAMILY)}"}
    asked = {"documentId": document_id(VIEWER)}
    told = await trusting.http.head(trusting.url, params=asked, headers=headers)
    whole = await trusting.http.get(trusting.url, params=asked, headers=headers)
    assert (told.status_code, told.content) == (200, b"")
    for name in ("etag", "content-length", "content-type", "vary"):
        assert told.headers[name] == whole.headers[name]


async def test_head_of_a_stream_is_that_of_an_answer(trusting: Api) -> None:
    headers = {"Authorization": f"Bearer {trusting.token(Role.FAMILY)}"}
    headers["Accept"] = "text/event-stream"
    asked = {"documentId": document_id(VIEWER)}
    told = await trusting.http.head(trusting.url, params=asked, headers=headers)
    assert told.status_code == 200
    assert told.headers["content-type"] == "application/json; charset=utf-8"


async def test_without_documents_every_id_is_unknown(api: Api) -> None:
    response = await get(api, documentId=document_id(VIEWER))
    assert response.status_code == 404


async def test_what_is_shown_for_a_purpose_is_kept_by_nobody(trusting: Api) -> None:
    mother = public_id("elder", trusting.district.mother_id)
    asked = {"documentId": document_id(REVEAL), "variables": json.dumps({"id": mother})}
    shown = await get(trusting, Role.STATION, **asked, headers={"If-None-Match": "*"})
    assert shown.status_code == 200
    assert shown.json()["data"]["elder"]["reveal"].isdecimal()
    assert shown.headers["cache-control"] == "private, no-store"
    assert "etag" not in shown.headers

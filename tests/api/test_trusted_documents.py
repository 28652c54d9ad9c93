"""Documents by id: whose they are, who may send others, and what a manifest must be."""

import json
import logging
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.auth.scopes import OWN_DOCUMENTS
from api.auth.tokens import Grant, TokenKey
from api.requests import BadRequest, Request
from api.settings import ApiSettings
from api.trusted import MAX_REMEMBERED, BadManifest, Documents, hash_of
from domain.access import Role
from domain.crypto import Vault
from tests.clients import Api, graphql_socket
from tests.serving import serving
from tests.waiting import until
from yiyang.district.cast import District

VIEWER = "query Viewer { viewer { role } }"
NAMED = "query Named($skip: Boolean!) { viewer { role name @skip(if: $skip) } }"
OWN = "{ viewer { id } }"
UNKNOWN = "0" * 64


def manifest(folder: Path, *texts: str) -> Path:
    """As graphql-codegen writes it, and beside it with the prefix."""
    entries = {f"sha256:{hash_of(text)}": text for text in texts[:1]}
    entries |= {hash_of(text): text for text in texts[1:]}
    file = folder / "persisted-documents.json"
    file.write_text(json.dumps(entries), encoding="utf-8")
    return file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return manifest(tmp_path, VIEWER, NAMED)


@pytest.fixture
async def trusting(
    database_url: str, token_key: TokenKey, vault: Vault, district: District, file: Path
) -> AsyncGenerator[Api, None]:
    settings = ApiSettings(database_url, token_key, vault, trusted_documents=file)
    async with served(settings, district) as api:
        yield api


@asynccontextmanager
async def served(settings: ApiSettings, district: District) -> AsyncGenerator[Api, None]:
    async with serving(create_app(settings)) as port:
        client = Api(port, settings.token_key, district)
        yield client
        await client.close()


def token(api: Api, *scopes: str) -> str:
    end = datetime.now(UTC) + timedelta(hours=1)
    return api.key.sign(Grant(api.actor(Role.FAMILY), end, scopes=frozenset(scopes)))


async def asked(api: Api, body: dict[str, Any], *scopes: str) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token(api, *scopes)}"}
    response = await api.http.post(api.url, json=body, headers=headers)
    return response.status_code, response.json()


def code(answer: dict[str, Any]) -> str:
    (error,) = answer["errors"]
    assert "data" not in answer
    assert error["extensions"]["requestId"]
    return error["extensions"]["code"]


@pytest.mark.parametrize("prefix", ["sha256:", ""])
@pytest.mark.parametrize("upper", [True, False])
async def test_an_id_stands_for_its_document(trusting: Api, prefix: str, upper: bool) -> None:
    hashed = hash_of(NAMED).upper() if upper else hash_of(NAMED)
    body = {"documentId": prefix + hashed, "variables": {"skip": True}}
    status, answer = await asked(trusting, body)
    assert (status, answer) == (200, {"data": {"viewer": {"role": "FAMILY"}}})


async def test_apollo_and_urql_send_the_hash_in_an_extension(trusting: Api) -> None:
    persisted = {"version": 1, "sha256Hash": hash_of(VIEWER)}
    _, answer = await asked(trusting, {"extensions": {"persistedQuery": persisted}})
    assert answer == {"data": {"viewer": {"role": "FAMILY"}}}


async def test_an_app_runs_its_documents_and_no_others(trusting: Api) -> None:
    assert code((await asked(trusting, {"query": OWN}))[1]) == "DOCUMENT_NOT_TRUSTED"
    status, answer = await asked(trusting, {"documentId": UNKNOWN})
    assert (status, code(answer)) == (404, "PERSISTED_QUERY_NOT_FOUND")
    in_full = await asked(trusting, {"query": VIEWER})
    assert in_full == (200, {"data": {"viewer": {"role": "FAMILY"}}})


async def test_with_the_scope_others_run_theirs_too(trusting: Api) -> None:
    for body in ({"query": OWN}, {"documentId": hash_of(VIEWER)}):
        assert "data" in (await asked(trusting, body, OWN_DOCUMENTS))[1]


async def test_documents_by_id_over_a_socket(trusting: Api) -> None:
    async with graphql_socket(trusting.ws_url, token(trusting)) as socket:
        for document_id in (hash_of(VIEWER), UNKNOWN):
            payload = {"documentId": document_id}
            await socket.send({"id": document_id, "type": "subscribe", "payload": payload})
        first, end, unknown = [await socket.receive() for _ in range(3)]
    frames = {frame["type"]: frame for frame in (first, end, unknown)}
    assert frames["next"]["payload"] == {"data": {"viewer": {"role": "FAMILY"}}}
    assert frames["error"]["id"] == UNKNOWN
    (error,) = frames["error"]["payload"]
    assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    "body",
    [
        {"query": OWN, "documentId": UNKNOWN},
        {"documentId": 7},
        {"documentId": ""},
        {"extensions": {"persistedQuery": {"sha256Hash": 7}}},
        {"extensions": {"persistedQuery": {}}},
    ],
)
async def test_what_names_no_document_is_no_request(trusting: Api, body: dict[str, Any]) -> None:
    status, answer = await asked(trusting, body, OWN_DOCUMENTS)
    assert (status, answer["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")


async def test_sighup_reads_the_manifest_again(
    trusting: Api, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "yiyang.documents")
    manifest(file.parent, OWN)
    await hang_up(caplog, "1 trusted documents")
    assert "data" in (await asked(trusting, {"documentId": hash_of(OWN)}))[1]
    assert (await asked(trusting, {"documentId": hash_of(VIEWER)}))[0] == 404
    spoil(file)
    await hang_up(caplog, "stay as they are")
    assert "data" in (await asked(trusting, {"documentId": hash_of(OWN)}))[1]


def spoil(file: Path) -> None:
    file.write_text(json.dumps({UNKNOWN: OWN}), encoding="utf-8")


async def hang_up(caplog: pytest.LogCaptureFixture, what_is_said: str) -> None:
    os.kill(os.getpid(), signal.SIGHUP)
    await until(lambda: what_is_said in caplog.text)


def test_what_has_not_changed_keeps_its_plans(file: Path) -> None:
    documents = Documents(file)
    before = documents.of(Request(document_id=hash_of(VIEWER)), own=False)
    manifest(file.parent, VIEWER, OWN)
    documents.reload()
    assert documents.of(Request(document_id=hash_of(VIEWER)), own=False) is before


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[]", "no JSON object"),
        ("{", "cannot be read"),
        (json.dumps({"x": VIEWER}), "x is no SHA-256"),
        (json.dumps({UNKNOWN: 7}), "is no SHA-256 of a document"),
        (json.dumps({UNKNOWN: VIEWER}), "is not the hash"),
        (json.dumps({"a" * 40: VIEWER}), 'hashAlgorithm to "sha256"'),
        (json.dumps({hash_of("query Wrong { no }"): "query Wrong { no }"}), "(Wrong), line 1: Can"),
        (json.dumps({hash_of("{"): "{"}), "Syntax Error"),
    ],
)
def test_a_manifest_that_is_wrong_says_where(tmp_path: Path, content: str, says: str) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(BadManifest) as refused:
        Documents(file)
    assert says in str(refused.value)
    assert str(file) in str(refused.value)


def test_a_manifest_that_is_missing_is_no_empty_one(tmp_path: Path) -> None:
    with pytest.raises(BadManifest):
        Documents(tmp_path / "none.json")


def test_automatic_ones_are_kept_once_sent() -> None:
    documents = Documents(automatic=True)
    by_hash = Request(document_id=hash_of(OWN))
    with pytest.raises(Exception, match="PERSISTED_QUERY_NOT_FOUND"):
        documents.of(by_hash, own=True)
    sent = documents.of(Request(OWN, document_id=hash_of(OWN)), own=True)
    assert documents.of(by_hash, own=True) is sent


def test_a_text_is_kept_under_its_own_hash_alone() -> None:
    documents = Documents(automatic=True)
    with pytest.raises(BadRequest):
        documents.of(Request(OWN, document_id=hash_of(VIEWER)), own=True)


def test_nothing_is_kept_unless_that_is_wanted() -> None:
    documents = Documents()
    assert not documents.of(Request(OWN, document_id=hash_of(OWN)), own=True).errors
    with pytest.raises(Exception, match="PERSISTED_QUERY_NOT_FOUND"):
        documents.of(Request(document_id=hash_of(OWN)), own=True)


def test_those_that_were_not_asked_for_longest_go_first() -> None:
    documents = Documents(automatic=True)
    texts = [f"query Q{number} {{ viewer {{ id }} }}" for number in range(MAX_REMEMBERED + 1)]
    for text in texts[:-1]:
        documents.of(Request(text, document_id=hash_of(text)), own=True)
    documents.of(Request(document_id=hash_of(texts[0])), own=True)
    documents.of(Request(texts[-1], document_id=hash_of(texts[-1])), own=True)
    documents.of(Request(document_id=hash_of(texts[0])), own=True)
    with pytest.raises(Exception, match="PERSISTED_QUERY_NOT_FOUND"):
        documents.of(Request(document_id=hash_of(texts[1])), own=True)

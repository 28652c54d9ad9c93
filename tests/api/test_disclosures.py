"""Who is shown what is sensitive stands in the audit trail before the answer leaves."""

import hashlib
import json
from pathlib import Path

import asyncpg
import httpx
import pytest

from api.app import create_app
from api.auth.tokens import TokenKey
from api.settings import ApiSettings
from domain.access import Role
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from domain.rights.models import CorrectedField, RequestKind
from tests.clients import BEGINNING, Api
from tests.makers.data_requests import make_data_request
from tests.makers.visits import make_scene, make_visit
from tests.serving import serving
from tests.signals import press
from tests.trail import object_of, trail
from tests.visiting import HERE, done
from yiyang.district.cast import District
from yiyang.serve import behind

MOTHER = "query ($id: ID!) { elder(id: $id) { name fullAddress again: fullAddress } }"
MANY = "{ elders(first: 5) { nodes { id fullAddress } } }"
BY_HAND = '{ __type(name: "Elder") { name } elders(first: 5) { nodes { id fullAddress } } }'


async def test_a_row_for_each_elder_says_who_what_and_from_where(
    api: Api, database: Database
) -> None:
    key = public_id("elder", api.district.mother_id)
    response = await api.http.post(
        api.url,
        json={"query": MOTHER, "variables": {"id": key}},
        headers={
            "Authorization": f"Bearer {api.token(Role.FAMILY)}",
            "X-Forwarded-For": "203.0.113.7",
        },
    )
    assert response.json()["data"]["elder"]["fullAddress"]
    (entry,) = await trail(database, action="read")
    assert entry.actor_id == api.actor(Role.FAMILY).id
    assert entry.role is Role.FAMILY
    assert entry.elder_id == entry.object_id == api.district.mother_id
    assert (entry.object_type, entry.fields) == ("elder", ["Elder.fullAddress"])
    assert entry.request_id == response.headers["x-request-id"]
    assert entry.address == "127.0.0.1", "a client names no other address for itself"


@pytest.mark.parametrize("query", [MANY, BY_HAND], ids=["planned", "ordinary"])
async def test_planned_or_not_each_elder_has_one_row(
    api: Api, database: Database, query: str
) -> None:
    data = await api.data(Role.ADMIN, query)
    entries = await trail(database, action="read")
    shown = [elder["id"] for elder in data["elders"]["nodes"]]
    assert len(shown) == 5
    assert sorted(object_of(entry) for entry in entries) == sorted(shown)
    assert {tuple(entry.fields) for entry in entries} == {("Elder.fullAddress",)}


@pytest.mark.parametrize(
    ("role", "query"),
    [
        (Role.OFFICIAL, MANY),
        (Role.ADMIN, "{ elders(first: 5) { nodes { name address careLevel tags } } }"),
    ],
    ids=["hidden", "masked"],
)
async def test_what_is_not_shown_is_not_in_the_trail(
    api: Api, database: Database, role: Role, query: str
) -> None:
    assert len((await api.data(role, query))["elders"]["nodes"]) == 5
    assert await trail(database, action="read") == []


async def test_what_the_trail_cannot_hold_is_not_shown(api: Api, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("ALTER TABLE audit_entry RENAME TO audit_entry_away")
    refused = await api.post(Role.ADMIN, MANY)
    assert "data" not in refused
    assert refused["errors"][0]["extensions"]["code"] == "INTERNAL"
    await connection.execute("ALTER TABLE audit_entry_away RENAME TO audit_entry")
    assert (await api.data(Role.ADMIN, MANY))["elders"]["nodes"][0]["fullAddress"]
    await connection.close()


async def test_where_a_volunteer_checked_in_is_where_the_elder_lives(
    api: Api, database: Database
) -> None:
    scene = await make_scene(database, api.district)
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    await done(api, scene.ann, "CheckIn", key, **HERE)
    fields = {name for entry in await trail(database, action="read") for name in entry.fields}
    assert fields == {"Elder.fullAddress", "VisitTask.checkInPosition"}


async def test_what_somebody_wants_corrected_is_what_they_are_called_by(
    api: Api, database: Database, vault: Vault
) -> None:
    sealed = vault.seal("13812345678", "data_request.wanted_cipher")
    mother_id = api.district.mother_id
    await make_data_request(
        *(database, mother_id, api.actor(Role.ELDER)),
        kind=RequestKind.CORRECTION,
        field=CorrectedField.PHONE,
        wanted_cipher=sealed,
    )
    query = "{ dataRequests(first: 5) { nodes { wanted } } }"
    for role, wanted in ((Role.STATION, "13812345678"), (Role.OFFICIAL, None)):
        data = await api.data(role, query)
        assert data["dataRequests"]["nodes"] == [{"wanted": wanted}]
    (entry,) = await trail(database, action="read")
    assert (entry.role, entry.elder_id, entry.fields) == (
        Role.STATION,
        mother_id,
        ["DataRequest.wanted"],
    )


async def test_each_delivery_to_each_subscriber_is_in_the_trail(
    api: Api, database: Database
) -> None:
    query = """subscription ($after: String!) {
      alarmChanged(after: $after) { alarm { elder { fullAddress } } } }"""
    async with api.socket(Role.STATION) as one, api.socket(Role.DISPATCHER) as other:
        for socket in (one, other):
            await socket.subscribe(query, after=BEGINNING)
        await press(database, api.district)
        for socket in (one, other):
            await socket.next()
    entries = await trail(database, action="read")
    assert {entry.role for entry in entries} == {Role.STATION, Role.DISPATCHER}
    assert {entry.elder_id for entry in entries} == {api.district.mother_id}
    assert {entry.address for entry in entries} == {"127.0.0.1"}


async def test_an_answer_that_the_client_has_already_is_shown_once_more(
    database_url: str,
    token_key: TokenKey,
    vault: Vault,
    district: District,
    database: Database,
    tmp_path: Path,
) -> None:
    name = f"sha256:{hashlib.sha256(MANY.encode()).hexdigest()}"
    manifest = tmp_path / "documents.json"
    manifest.write_text(json.dumps({name: MANY}))
    settings = ApiSettings(database_url, token_key, vault, trusted_documents=manifest)
    async with serving(create_app(settings)) as port:
        api = Api(port, token_key, district)
        headers = {"Authorization": f"Bearer {api.token(Role.ADMIN)}"}
        first = await api.http.get(api.url, params={"documentId": name}, headers=headers)
        headers["If-None-Match"] = first.headers["etag"]
        again = await api.http.get(api.url, params={"documentId": name}, headers=headers)
        await api.close()
    assert (first.status_code, again.status_code) == (200, 304)
    assert len(await trail(database, action="read")) == 2 * 5


async def test_a_proxy_that_is_trusted_names_the_client(
    database_url: str, token_key: TokenKey, vault: Vault, district: District, database: Database
) -> None:
    app = create_app(ApiSettings(database_url, token_key, vault))
    async with serving(app, **behind(["127.0.0.1"])) as port, httpx.AsyncClient() as client:
        api = Api(port, token_key, district)
        answer = await client.post(
            api.url,
            json={"query": MOTHER, "variables": {"id": public_id("elder", district.mother_id)}},
            headers={
                "Authorization": f"Bearer {api.token(Role.FAMILY)}",
                "X-Forwarded-For": "198.51.100.1, 203.0.113.7",
            },
        )
        await api.close()
    assert answer.json()["data"]["elder"]["fullAddress"]
    assert [entry.address for entry in await trail(database, action="read")] == ["203.0.113.7"]

"""What the authorization server refuses: each error of RFC 6749 (5.2)."""

import asyncio
from base64 import b64encode, urlsafe_b64encode
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from joserfc.jwk import ECKey
from sqlalchemy import func, select
from sqlmodel import col

from domain.audit.models import AuditEntry
from domain.clients.service import disable
from domain.database import Database
from tests.clients import NO_AUTHORITIES, Api
from tests.makers.clients import ask, make_client

BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def told(answer: httpx.Response) -> tuple[int, str]:
    """Status and code, of an answer that looks as one should."""
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.json()["error_description"].isascii()
    assert answer.headers["cache-control"] == "no-store"
    assert (answer.status_code == 401) is ("www-authenticate" in answer.headers)
    return answer.status_code, answer.json()["error"]


async def test_a_scope_beyond_the_clients_is_refused_not_left_out(
    api: Api, database: Database
) -> None:
    client = await make_client(database, scopes=("alarms:read",))
    for scope in ("orders:read", "alarms:read orders:read", "elders:read", "alarms:read,"):
        answer = await ask(api, auth=(client.name, client.secret), scope=scope)
        assert told(answer) == (400, "invalid_scope"), scope
    assert (await ask(api, auth=(client.name, client.secret), scope="")).status_code == 200


@pytest.mark.parametrize("grant_type", ["password", "authorization_code", "refresh_token", "é"])
async def test_other_grants(api: Api, database: Database, grant_type: str) -> None:
    client = await make_client(database)
    answer = await ask(api, auth=(client.name, client.secret), grant_type=grant_type)
    assert told(answer) == (400, "unsupported_grant_type")


async def test_malformed_requests(api: Api, database: Database) -> None:
    client = await make_client(database)
    basic = (client.name, client.secret)
    url = f"http://127.0.0.1:{api.port}/oauth/token"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    grant = "grant_type=client_credentials"
    bodies: dict[str, tuple[str | bytes, dict[str, str], int]] = {
        "no grant type": ("scope=alarms%3Aread", form, 400),
        "a parameter twice": (f"{grant}&{grant}", form, 400),
        "no UTF-8": (b"grant_type=%ff", form, 400),
        "too many fields": ("&".join(f"a{n}=1" for n in range(30)), form, 400),
        "two proofs": (f"{grant}&client_secret=x&client_id={client.name}", form, 400),
        "another client's id": (f"{grant}&client_id={uuid4()}", form, 400),
        "JSON": ("{}", {"Content-Type": "application/json"}, 415),
        "too long": (grant + "&x=" + "x" * 300_000, form, 413),
    }
    for name, (body, headers, status) in bodies.items():
        answer = await api.http.post(url, content=body, headers=headers, auth=basic)
        assert told(answer) == (status, "invalid_request"), name
    assert (await api.http.get(url)).status_code == 405


async def test_strangers_are_all_told_the_same(api: Api, database: Database) -> None:
    client, gone = await make_client(database), await make_client(database)
    by_key = await make_client(database, key=ECKey.generate_key("P-256"))
    async with database.transaction("test") as session:
        await disable(session, gone.id)
    tries: list[dict[str, Any]] = [
        {},
        {"client_id": client.name},
        {"auth": (client.name, "wrong")},
        {"auth": (str(uuid4()), client.secret)},
        {"auth": ("no id", client.secret)},
        {"auth": (gone.name, gone.secret)},
        {"auth": (by_key.name, "wrong")},
        {"client_id": client.name, "client_secret": "wrong"},
        {"client_id": str(uuid4()), "client_secret": client.secret},
        {"client_assertion": "no assertion", "client_assertion_type": BEARER},
        {"client_assertion": "a.b.c", "client_assertion_type": "another"},
    ]
    answers = [await ask(api, endpoint, **one) for one in tries for endpoint in ENDPOINTS]
    assert {told(answer) for answer in answers} == {(401, "invalid_client")}
    assert len({answer.text for answer in answers}) == 1
    assert len({answer.headers["www-authenticate"] for answer in answers}) == 1


UNREADABLE = {
    "no credentials": b"Basic",
    "a blank that is none": b"Basic \xa0",
    "no ASCII": b"Basic \xe9",
    "no base64": b"Basic a",
    "no UTF-8": b"Basic " + b64encode(b"\xff:x"),
    "another scheme": b"Bearer x",
}


@pytest.mark.parametrize("header", UNREADABLE.values(), ids=UNREADABLE)
async def test_a_header_that_cannot_be_read_proves_nothing(api: Api, header: bytes) -> None:
    url, form = f"http://127.0.0.1:{api.port}/oauth/token", {"grant_type": "client_credentials"}
    answer = await api.http.post(url, data=form, headers={b"Authorization": header})
    assert told(answer) == (401, "invalid_client")


@pytest.mark.parametrize("nested", [b"[", b'{"sub":'], ids=["lists", "objects"])
async def test_an_assertion_nested_without_end_proves_nothing(api: Api, nested: bytes) -> None:
    parts = b'{"alg":"ES256"}', nested * 5_000, b"no signature"
    assertion = b".".join(urlsafe_b64encode(part).rstrip(b"=") for part in parts).decode()
    answer = await ask(api, client_assertion=assertion, client_assertion_type=BEARER)
    assert told(answer) == (401, "invalid_client")


ENDPOINTS = ("token", "revoke", "introspect")


async def test_each_token_and_each_refusal_is_in_the_trail(api: Api, database: Database) -> None:
    client, stranger = await make_client(database, scopes=("alarms:read",)), uuid4()
    right = (client.name, client.secret)
    token = (await ask(api, auth=right)).json()["access_token"]
    await ask(api, auth=right, scope="orders:read")
    await ask(api, auth=(client.name, "wrong"))
    await ask(api, auth=(str(stranger), "wrong"))
    await ask(api, "revoke", auth=right, token=token)
    entries = await database.fetch(
        select(
            col(AuditEntry.action),
            col(AuditEntry.object_id),
            col(AuditEntry.purpose),
            col(AuditEntry.actor_id),
            col(AuditEntry.address),
        )
        .where(col(AuditEntry.object_type) == "oauth_client")
        .order_by(col(AuditEntry.id))
    )
    assert [tuple(entry) for entry in entries] == [
        ("client_create", client.id, None, None, None),
        ("client_token_issue", client.id, None, client.account_id, "127.0.0.1"),
        ("client_refuse", client.id, "invalid_scope", client.account_id, "127.0.0.1"),
        ("client_refuse", client.id, "invalid_client", None, "127.0.0.1"),
        ("client_refuse", stranger, "invalid_client", None, "127.0.0.1"),
        ("client_token_revoke", client.id, None, client.account_id, "127.0.0.1"),
    ]


async def test_who_tries_secrets_has_to_wait(api: Api, database: Database) -> None:
    client = await make_client(database)
    for number in range(40):
        answer = await ask(api, auth=(client.name, f"guess {number}"))
        if answer.status_code == 429:
            break
        assert told(answer) == (401, "invalid_client")
    else:
        raise AssertionError("nobody was made to wait")
    assert int(answer.headers["retry-after"]) > 0
    tried = select(func.count()).select_from(AuditEntry).where(col(AuditEntry.purpose).is_not(None))
    assert (await database.fetch(tried))[0][0] < 40


async def test_a_stranger_at_one_address_does_not_keep_the_owner_out(
    api: Api, database: Database
) -> None:
    client = await make_client(database)
    guesses = (ask(api, auth=(client.name, f"guess {number}")) for number in range(40))
    assert 429 in {answer.status_code for answer in await asyncio.gather(*guesses)}
    elsewhere = httpx.AsyncHTTPTransport(local_address="127.0.0.2", verify=NO_AUTHORITIES)
    async with httpx.AsyncClient(transport=elsewhere) as http:
        owner = replace(api, http=http)
        assert (await ask(owner, auth=(client.name, client.secret))).status_code == 200

"""Logs, errors and counters never carry personal data: unmistakable values go through everything
that can go wrong in real processes, whose every word is then searched for them."""

import json
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from api.auth.tokens import TokenKey
from domain.access import Role
from domain.crypto import Vault
from domain.ids import public_id
from tests.clients import Api
from tests.conftest import free_port
from tests.parts import begun, database_away, environment, impatient, running
from tests.waiting import until
from yiyang.district.cast import District

NAME, PHONE, ID_NUMBER = "鵷鶵罔两", "19912345678", "110105194912310029"
ADDRESS, NOTE = "鸑鷟路九千九百九十九号", "饕餮穷奇之症"
CANARIES = (NAME, PHONE, ID_NUMBER, ADDRESS, NOTE)


@pytest.fixture
async def seeded(database_url: str, vault: Vault, district: District) -> None:
    """The mother is called as nobody is, and so is whoever is called for her."""
    sql = await asyncpg.connect(database_url)
    await sql.execute(
        "UPDATE elder SET name = $2, id_number_hash = $3, id_number_cipher = $4,"
        " address_cipher = $5 WHERE id = $1",
        district.mother_id,
        NAME,
        vault.digest(ID_NUMBER, "elder.id_number_hash"),
        vault.seal(ID_NUMBER, "elder.id_number_cipher"),
        vault.seal(ADDRESS, "elder.address_cipher"),
    )
    await sql.execute(
        "UPDATE contact SET name = $2, phone_cipher = $3 WHERE elder_id = $1",
        district.mother_id,
        NAME,
        vault.seal(PHONE, "contact.phone_cipher"),
    )
    await sql.close()


GOOD = """query ($id: ID!) { elder(id: $id) { name fullAddress contacts { name phone } } }"""
SUBMIT = """mutation ($input: DataRequestSubmitInput!) { dataRequestSubmit(input: $input) {
    dataRequest { id } userErrors { code message } } }"""
APPROVE = """mutation ($id: ID!) { dataRequestApprove(input: {id: $id}) {
    dataRequest { id state } userErrors { code message } } }"""
EXPORT = """mutation ($input: ExportStartInput!) { exportStart(input: $input) {
    export { id } userErrors { code message } } }"""
EXPLAINED = """query ($id: ID!, $n: String!) { ASIDE elder(id: $id) { name fullAddress contacts {
    name phone } } elders(first: 5, filter: {nameContains: $n}) { nodes { id idNumber } } }"""
FIND = "query ($n: String!) { elders(first: 5, filter: {nameContains: $n}) { nodes { id } } }"
AFTER = "query ($after: String) { elders(first: 1, after: $after) { nodes { id } } }"
CLAIM = """mutation ($id: ID!, $k: String) { visitClaim(input: {id: $id, idempotencyKey: $k}) {
    visitTask { id } userErrors { code message } } }"""


def wrong(mother: str) -> list[tuple[Role, str, Any]]:
    """Operations that are refused, with canaries wherever a client can put them."""
    request = {"elderId": mother, "kind": "CORRECTION", "reason": NOTE}
    return [
        (Role.FAMILY, GOOD, {"id": PHONE}),
        (Role.FAMILY, GOOD, {"id": f"elder_{ID_NUMBER}"}),
        (Role.FAMILY, "query ($n: Int) { elders(first: $n) { nodes { id } } }", {"n": PHONE}),
        (Role.OFFICIAL, FIND, {"n": NAME + "\x00"}),
        (Role.OFFICIAL, AFTER, {"after": PHONE}),
        (Role.ELDER, SUBMIT, {"input": {**request, "field": "NAME"}}),
        (Role.ELDER, SUBMIT, {"input": {**request, "field": "ID_NUMBER", "wanted": PHONE}}),
        (Role.ELDER, SUBMIT, {"input": {**request, "field": NAME}}),
        (Role.OFFICIAL, EXPORT, {"input": {"query": FIND, "variables": {"n": {"x": NAME}}}}),
        (Role.VOLUNTEER, CLAIM, {"id": PHONE, "k": NAME}),
    ]


BROKEN = (
    # A rule that nobody foresaw: its DETAIL has the row, and no error of ours has its name.
    "ALTER TABLE data_request ADD CONSTRAINT unforeseen CHECK (kind <> 'ACCESS')",
    "ALTER TABLE elder ADD CONSTRAINT unforeseen_too CHECK (name <> '王') NOT VALID",
)


async def test_no_canary_gets_out(
    database_url: str,
    cluster: str,
    vault: Vault,
    district: District,
    seeded: None,
    tmp_path: Path,
) -> None:
    key, port, log = TokenKey.new_jwk(), free_port(), tmp_path / "log"
    api = Api(port, TokenKey(key), district)
    mother = public_id("elder", district.mother_id)
    said: list[str] = []

    async def post(who: Role, query: str, variables: Any) -> dict[str, Any]:
        answer = await api.post(who, query, variables)
        errors = json.dumps(answer.get("errors"), ensure_ascii=False)
        said.append(errors)
        for payload in (answer.get("data") or {}).values():
            if isinstance(payload, dict):
                said.append(json.dumps(payload.get("userErrors"), ensure_ascii=False))
        return answer

    async def explained(aside: str) -> None:
        asked = {"query": EXPLAINED.replace("ASIDE", aside), "extensions": {"explain": True}}
        answer = await api.http.post(
            api.url,
            json={**asked, "variables": {"id": mother, "n": NAME}},
            headers={"Authorization": f"Bearer {api.token(Role.ADMIN)}"},
        )
        assert answer.json()["data"]["elder"]["name"] == NAME
        assert answer.json()["extensions"]["explain"]["statements"]
        said.append(json.dumps(answer.json()["extensions"], ensure_ascii=False))

    told = environment(
        database_url, vault, TOKEN_KEY=json.dumps(key), PORT=str(port), LOG_LEVEL="DEBUG"
    )
    sql = await asyncpg.connect(database_url)
    async with running("serve", "work", told=told, log=log):
        await begun(api)
        shown = await post(Role.FAMILY, GOOD, {"id": mother})
        assert shown["data"]["elder"]["name"] == NAME
        assert shown["data"]["elder"]["fullAddress"] == ADDRESS
        for aside in ("", '__type(name: "Elder") { name }'):
            await explained(aside)
        for who, query, variables in wrong(mother):
            refused = await post(who, query, variables)
            assert "errors" in refused or "userErrors" in json.dumps(refused), refused
        given = {"elderId": mother, "kind": "CORRECTION", "field": "NAME", "wanted": NAME + "二"}
        asked = await post(Role.ELDER, SUBMIT, {"input": {**given, "reason": NOTE}})
        request = asked["data"]["dataRequestSubmit"]["dataRequest"]["id"]
        for statement in BROKEN:
            await sql.execute(statement)
        await sql.execute("ALTER TABLE elder ADD CONSTRAINT no_two CHECK (name NOT LIKE '%二')")
        defect = await post(Role.STATION, APPROVE, {"id": request})
        assert defect["errors"][0]["extensions"]["code"] == "INTERNAL"
        access = {"elderId": mother, "kind": "ACCESS", "reason": NOTE}
        defect = await post(Role.ELDER, SUBMIT, {"input": access})
        assert defect["errors"][0]["extensions"]["code"] == "INTERNAL"
        await sql.execute("ALTER TABLE data_request DROP CONSTRAINT unforeseen")
        copy = (await post(Role.ELDER, SUBMIT, {"input": access}))["data"]["dataRequestSubmit"]
        await sql.execute(
            "UPDATE elder SET address_cipher = id_number_cipher WHERE id = $1", district.mother_id
        )
        unreadable = await post(Role.FAMILY, GOOD, {"id": mother})
        assert unreadable["errors"][0]["extensions"]["code"] == "INTERNAL"
        # The worker cannot read it either, says so, and tries again.
        await post(Role.STATION, APPROVE, {"id": copy["dataRequest"]["id"]})

        async def failed() -> bool:
            return "failed and is tried again" in log.read_text()

        await until(failed)
        address = f"http://127.0.0.1:{port}/graphql?documentId={PHONE}&variables={NAME}"
        said.append((await api.http.get(address)).text)
        for path in ("/auth/wechat", "/auth/refresh", "/oauth/token", f"/exports/{PHONE}"):
            body = {"code": PHONE, "refresh_token": PHONE, "client_id": NAME}
            said.append((await api.http.post(f"http://127.0.0.1:{port}{path}", json=body)).text)
        await sql.close()
        async with impatient(cluster, database_url, "elder", "data_request"):
            for who, query, variables in (
                (Role.OFFICIAL, FIND, {"n": NAME}),
                (Role.ELDER, SUBMIT, {"input": access}),
            ):
                late = await post(who, query, variables)
                assert late["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        async with database_away(cluster, database_url):
            away = await post(Role.OFFICIAL, FIND, {"n": NAME})
            assert "errors" in away
        said.append((await api.http.get(f"http://127.0.0.1:{port}/metrics")).text)
    await api.close()
    said.append(log.read_text())
    assert "Traceback" in said[-1]
    assert "statement timeout" in said[-1]
    for words in said:
        for canary in CANARIES:
            assert canary not in words, words[max(0, words.find(canary) - 2000) :][:4000]

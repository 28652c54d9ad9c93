"""A mini-program signs its user in: by WeChat's word, and once by the phone."""

import asyncio
import base64
import dataclasses
import json
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from api.app import create_app
from api.auth.attempts import AT_ONE_SUBJECT
from api.auth.tokens import TokenKey
from api.settings import ApiSettings
from domain.accounts.models import Account, Person
from domain.accounts.persons import phone_columns
from domain.audit.models import AuditEntry
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from domain.sessions.models import LoginSession, WechatIdentity
from tests.clients import Api
from tests.logins import person_of, post, refreshed, status
from tests.serving import serving
from tests.wechat import APP, SECRET, SESSION_KEY, Fault, WechatStandIn, asking, wechat_stand_in
from yiyang.district.cast import District

DAUGHTER_PHONE = "13812341234"


@pytest.fixture
async def wechat() -> AsyncGenerator[WechatStandIn, None]:
    async with wechat_stand_in() as one:
        yield one


@pytest.fixture
async def api(
    database_url: str, token_key: TokenKey, vault: Vault, district: District, wechat: WechatStandIn
) -> AsyncGenerator[Api, None]:
    async with asking(wechat, database_url, token_key, vault, district) as one:
        yield one


@pytest.fixture
async def daughter(api: Api, database: Database, vault: Vault) -> UUID:
    """The mother's daughter, whose phone is known."""
    person_id = await person_of(database, api.district.daughter_id)
    async with database.transaction("test") as session:
        hers = update(Person).where(col(Person.id) == person_id)
        await session.execute(hers.values(phone_columns(vault, DAUGHTER_PHONE)))
    return person_id


async def login(api: Api, code: str = "login-1", **more: Any) -> httpx.Response:
    return await post(api, "/auth/wechat", {"code": code, **more})


async def bind(api: Api, ticket: str, code: str = "phone-1", **more: Any) -> httpx.Response:
    return await post(api, "/auth/wechat/phone", {"code": code, "ticket": ticket, **more})


async def first_time(
    api: Api, wechat: WechatStandIn, phone: str, openid: str = "openid-1"
) -> httpx.Response:
    """Sign in as somebody who was never here, with the phone button."""
    wechat.users["first"], wechat.phones["phone"] = (openid, None), phone
    ticket = (await login(api, "first")).json()["ticket"]
    return await bind(api, ticket, "phone")


async def counted(database: Database) -> list[int]:
    """How many persons, accounts, identities and sessions there are."""
    tables = (Person, Account, WechatIdentity, LoginSession)
    counts = select(*(select(func.count()).select_from(one).scalar_subquery() for one in tables))
    (row,) = await database.fetch(counts)
    return list(row)


async def trail(database: Database) -> list[str]:
    rows = await database.fetch(select(col(AuditEntry.action)).order_by(col(AuditEntry.id)))
    return [row[0] for row in rows]


async def test_the_first_time_the_phone_says_who_it_is_and_then_nobody_is_asked(
    api: Api, wechat: WechatStandIn, database: Database, daughter: UUID
) -> None:
    wechat.users = {"login-1": ("openid-1", None), "login-2": ("openid-1", None)}
    wechat.phones = {"phone-1": DAUGHTER_PHONE}
    before = await counted(database)
    unknown = (await login(api)).json()
    assert unknown.keys() == {"needs_phone", "ticket", "expires_in"}
    assert unknown["needs_phone"]
    assert await counted(database) == before
    answer = await bind(api, unknown["ticket"], device="her phone")
    assert answer.headers["Cache-Control"] == "no-store"
    bound = answer.json()
    assert bound["account"]["id"] == public_id("account", api.district.daughter_id)
    assert not bound["needs_phone"]
    assert await status(api, bound) == 200
    known = (await login(api, "login-2")).json()
    assert known["account"] == bound["account"]
    assert (await refreshed(api, known["refresh_token"])).status_code == 200
    assert await trail(database) == ["login", "login"]
    persons, accounts, identities, sessions = before
    assert await counted(database) == [persons, accounts, identities + 1, sessions + 2]


async def test_nothing_of_wechats_leaves_or_stays(
    api: Api, wechat: WechatStandIn, database: Database, daughter: UUID
) -> None:
    wechat.users = {"login-1": ("openid-1", "unionid-1")}
    unknown = await login(api)
    wechat.phones = {"phone-1": DAUGHTER_PHONE}
    bound = await bind(api, unknown.json()["ticket"])
    rows = await database.fetch(select(WechatIdentity))
    for hidden in (SESSION_KEY, SECRET, "openid-1", "unionid-1", DAUGHTER_PHONE):
        assert hidden not in unknown.text + bound.text + repr(rows)


async def test_somebody_new_becomes_family_that_sees_nobody(
    api: Api, wechat: WechatStandIn, database: Database
) -> None:
    answer = await first_time(api, wechat, "13900001111")
    assert answer.json()["account"] | {"id": ""} == {
        "id": "",
        "name": "139****1111",
        "role": "FAMILY",
        "region": None,
    }
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    body = {"query": "{ elders(first: 10) { totalCount } }"}
    seen = await api.http.post(api.url, json=body, headers=headers)
    assert seen.json() == {"data": {"elders": {"totalCount": 0}}}


async def test_a_person_whose_accounts_are_over_signs_in_as_family_once(
    api: Api, wechat: WechatStandIn, database: Database, daughter: UUID
) -> None:
    async with database.transaction("test") as session:
        hers = update(Account).where(col(Account.person_id) == daughter)
        await session.execute(hers.values(until=func.now()))
    await first_time(api, wechat, DAUGHTER_PHONE)
    wechat.users = {f"login-{n}": ("openid-1", None) for n in range(10)}
    answers = await asyncio.gather(*(login(api, f"login-{n}") for n in range(10)))
    accounts = {answer.json()["account"]["id"] for answer in answers}
    assert len(accounts) == 1
    assert accounts != {public_id("account", api.district.daughter_id)}


async def test_one_open_platform_account_joins_our_mini_programs(
    api: Api, wechat: WechatStandIn, database: Database, daughter: UUID, vault: Vault
) -> None:
    digest = vault.digest("unionid-1", "wechat_identity.unionid_hash")
    other = WechatIdentity(
        app_id="wx-another", openid_hash=b"x" * 32, unionid_hash=digest, person_id=daughter
    )
    async with database.transaction("test") as session:
        session.add(other)
    wechat.users = {f"login-{n}": ("openid-1", "unionid-1") for n in range(5)}
    answers = await asyncio.gather(*(login(api, f"login-{n}") for n in range(5)))
    ours = public_id("account", api.district.daughter_id)
    assert [answer.json()["account"]["id"] for answer in answers] == [ours] * 5


async def test_a_number_that_has_a_new_owner_does_not_open_the_old_ones_door(
    api: Api, wechat: WechatStandIn, database: Database, daughter: UUID
) -> None:
    await first_time(api, wechat, DAUGHTER_PHONE)
    before = await counted(database)
    answer = await first_time(api, wechat, DAUGHTER_PHONE, "openid-of-a-stranger")
    assert (answer.status_code, answer.json()["error"]) == (409, "phone_bound")
    assert await counted(database) == before
    assert (await trail(database))[-1] == "login_refused"


async def test_the_operator_lets_the_numbers_owner_in(
    api: Api,
    wechat: WechatStandIn,
    database: Database,
    daughter: UUID,
    vault: Vault,
    database_url: str,
) -> None:
    old = (await first_time(api, wechat, DAUGHTER_PHONE)).json()
    keys = {name: base64.b64encode(key).decode() for name, key in vault.keys.items()}
    environment = {
        "PATH": os.environ["PATH"],
        "YIYANG_DATABASE_URL": database_url,
        "YIYANG_DATA_KEYS": json.dumps(keys),
        "YIYANG_HASH_KEY": base64.b64encode(vault.hash_key).decode(),
    }
    program = Path(sys.executable).with_name("yiyang")
    command = [program, "wechat", "unbind", "--phone", "+86 138 1234 1234"]
    codes: list[int] = []
    for _ in range(2):
        run = await asyncio.create_subprocess_exec(
            *command, env=environment, stderr=asyncio.subprocess.PIPE
        )
        await run.communicate()
        codes.append(run.returncode or 0)
    assert codes == [0, 1]
    assert (await refreshed(api, old["refresh_token"])).status_code == 401
    answer = await first_time(api, wechat, DAUGHTER_PHONE, "her-new-openid")
    assert answer.json()["account"] == old["account"]
    assert "wechat_unbind" in await trail(database)


async def test_two_taps_on_the_phone_button_make_one_person(
    api: Api, wechat: WechatStandIn, database: Database
) -> None:
    before = await counted(database)
    wechat.users = {"login-1": ("openid-1", None)}
    wechat.phones = {f"phone-{n}": "13900001111" for n in range(6)}
    ticket = (await login(api)).json()["ticket"]
    answers = await asyncio.gather(*(bind(api, ticket, f"phone-{n}") for n in range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["account"]["id"] for answer in answers}) == 1
    assert await counted(database) == [
        count + more for count, more in zip(before, (1, 1, 1, 6), strict=True)
    ]


async def test_one_wechat_account_is_one_person_however_fast_it_taps(
    api: Api, wechat: WechatStandIn, database: Database
) -> None:
    wechat.users = {"login-1": ("openid-1", None)}
    wechat.phones = {f"phone-{n}": f"1390000111{n}" for n in range(6)}
    ticket = (await login(api)).json()["ticket"]
    answers = await asyncio.gather(*(bind(api, ticket, f"phone-{n}") for n in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 5]
    assert len(await database.fetch(select(WechatIdentity))) == 1


@pytest.mark.parametrize(
    ("fault", "expected", "error"),
    [
        (-1, 503, "unavailable"),
        (40029, 401, "login_code_invalid"),
        (40226, 403, "login_blocked"),
        (45011, 429, "rate_limited"),
        (40125, 503, "unavailable"),
        ("garbage", 503, "unavailable"),
    ],
    ids=str,
)
async def test_what_wechat_refuses_has_a_clear_answer(
    api: Api, wechat: WechatStandIn, database: Database, fault: Fault, expected: int, error: str
) -> None:
    wechat.users = {"login-1": ("openid-1", None), "login-2": ("openid-1", None)}
    ticket = (await login(api)).json()["ticket"]
    before = await counted(database)
    wechat.faults["jscode2session"].append(fault)
    wechat.faults["getuserphonenumber"].append(fault)
    for answer in (await login(api, "login-2"), await bind(api, ticket)):
        assert (answer.status_code, answer.json()["error"]) == (expected, error)
        assert ("Retry-After" in answer.headers) == (expected in (429, 503))
        assert "errcode" not in answer.text
    assert await counted(database) == before
    assert await trail(database) == ["login_refused"] * 2


@pytest.mark.parametrize("which", ["none", "of another key", "over", "another's purpose"])
async def test_a_ticket_that_is_none_is_like_a_code_that_is_none(
    api: Api, wechat: WechatStandIn, vault: Vault, database: Database, which: str
) -> None:
    from api.sealed_text import sealed

    wechat.phones = {"phone-1": DAUGHTER_PHONE}
    text = '{"app_id": "%s", "openid": "o", "unionid": null, "ends": %d}'
    good = text % (APP, 4_000_000_000)
    purpose = "wechat_identity.ticket"
    ticket = {
        "none": "x",
        "of another key": sealed(
            good, dataclasses.replace(vault, keys={"test": b"k" * 32}), purpose
        ),
        "over": sealed(text % (APP, 1), vault, purpose),
        "another's purpose": sealed(good, vault, "meal_order.quote"),
    }[which]
    answer = await bind(api, ticket)
    assert (answer.status_code, answer.json()["error"]) == (401, "login_code_invalid")
    assert wechat.called["getuserphonenumber"] == 0
    assert not await database.fetch(select(WechatIdentity))


async def test_a_phone_of_another_country_is_refused(
    api: Api, wechat: WechatStandIn, database: Database
) -> None:
    wechat.country = "1"
    before = await counted(database)
    answer = await first_time(api, wechat, "2025550123")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_input")
    assert await counted(database) == before


async def test_an_app_that_is_none_of_ours(api: Api, wechat: WechatStandIn) -> None:
    answer = await login(api, app="wx-strange")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_input")
    assert not wechat.called


async def test_one_wechat_account_cannot_try_numbers_without_end(
    api: Api, wechat: WechatStandIn
) -> None:
    wechat.users = {"login-1": ("openid-1", None)}
    ticket = (await login(api)).json()["ticket"]
    tries = AT_ONE_SUBJECT.at_once + 15
    answers = await asyncio.gather(*(bind(api, ticket, f"guess-{n}") for n in range(tries)))
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {401, 429}
    assert statuses.count(401) >= AT_ONE_SUBJECT.at_once


async def test_without_mini_programs_there_is_no_such_door(
    database_url: str, token_key: TokenKey, vault: Vault, district: District
) -> None:
    settings = ApiSettings(database_url, token_key, vault)
    async with serving(create_app(settings)) as port:
        client = Api(port, token_key, district)
        assert (await login(client)).status_code == 404
        await client.close()

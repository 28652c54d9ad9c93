"""A phone number and a WeChat account make one person, whoever had either before."""

import asyncio
import base64
import json
import os
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.crypto import Vault
from domain.database import Database
from domain.sessions.models import WechatIdentity
from tests.clients import Api
from tests.commands import run
from tests.logins import refreshed
from tests.trail import actions
from tests.wechat import WechatStandIn
from tests.wechat_users import DAUGHTER_PHONE, bind, counted, first_time, login


async def test_a_number_that_has_a_new_owner_does_not_open_the_old_ones_door(
    api: Api, wechat: WechatStandIn, database: Database, daughter: UUID
) -> None:
    await first_time(api, wechat, DAUGHTER_PHONE)
    before = await counted(database)
    answer = await first_time(api, wechat, DAUGHTER_PHONE, "openid-of-a-stranger")
    assert (answer.status_code, answer.json()["error"]) == (409, "phone_bound")
    assert await counted(database) == before
    assert (await actions(database))[-1] == "login_refused"


@pytest.mark.parametrize("hers", [None, "her-unionid"], ids=str)
async def test_nor_by_another_of_our_mini_programs(
    api: Api,
    wechat: WechatStandIn,
    database: Database,
    daughter: UUID,
    vault: Vault,
    hers: str | None,
) -> None:
    digest = hers and vault.digest(hers, "wechat_identity.unionid_hash")
    known = {"app_id": "wx-another", "openid_hash": b"x" * 32, "unionid_hash": digest}
    async with database.transaction("test") as session:
        session.add(WechatIdentity(person_id=daughter, **known))
    before = await counted(database)
    answer = await first_time(api, wechat, DAUGHTER_PHONE, "openid-of-a-stranger")
    assert (answer.status_code, answer.json()["error"]) == (409, "phone_bound")
    assert await counted(database) == before


async def test_mini_programs_that_are_joined_later_know_who_was_here_before(
    api: Api, wechat: WechatStandIn, database: Database, daughter: UUID, vault: Vault
) -> None:
    await first_time(api, wechat, DAUGHTER_PHONE)
    wechat.users = {"joined": ("openid-1", "unionid-1"), "not told": ("openid-1", None)}
    for code in ("joined", "not told"):
        assert (await login(api, code)).json()["needs_phone"] is False
    rows = await database.fetch(select(col(WechatIdentity.unionid_hash)))
    assert [row[0] for row in rows] == [vault.digest("unionid-1", "wechat_identity.unionid_hash")]


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
    unbind = ("wechat", "unbind", "--phone", "+86 138 1234 1234")
    assert [run(*unbind, environment=environment).returncode for _ in range(2)] == [0, 1]
    assert (await refreshed(api, old["refresh_token"])).status_code == 401
    answer = await first_time(api, wechat, DAUGHTER_PHONE, "her-new-openid")
    assert answer.json()["account"] == old["account"]
    assert "wechat_unbind" in await actions(database)


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

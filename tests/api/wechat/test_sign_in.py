"""A mini-program signs its user in: by WeChat's word, and once by the phone."""

import asyncio
from uuid import UUID

from sqlalchemy import func, select, update
from sqlmodel import col

from domain.accounts.models import Account
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from domain.sessions.models import WechatIdentity
from tests.clients import Api
from tests.logins import refreshed, status
from tests.trail import actions
from tests.wechat import SECRET, SESSION_KEY, WechatStandIn
from tests.wechat_users import DAUGHTER_PHONE, bind, counted, first_time, login


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
    assert await actions(database) == ["login", "login"]
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

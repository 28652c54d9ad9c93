"""What WeChat refuses, and what we do."""

import asyncio
import dataclasses

import pytest
from sqlalchemy import select

from api.app import create_app
from api.auth.attempts import AT_ONE_SUBJECT
from api.auth.tokens import TokenKey
from api.sealed_text import sealed
from api.settings import ApiSettings
from domain.crypto import Vault
from domain.database import Database
from domain.sessions.models import WechatIdentity
from tests.clients import Api
from tests.serving import serving
from tests.trail import actions
from tests.wechat import APP, Fault, WechatStandIn
from tests.wechat_users import DAUGHTER_PHONE, bind, counted, first_time, login
from yiyang.district.cast import District


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
    assert await actions(database) == ["login_refused"] * 2


@pytest.mark.parametrize("which", ["none", "of another key", "over", "another's purpose"])
async def test_a_ticket_that_is_none_is_like_a_code_that_is_none(
    api: Api, wechat: WechatStandIn, vault: Vault, database: Database, which: str
) -> None:
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

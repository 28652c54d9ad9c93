"""Whoever is signed in stays so: tokens are renewed without a word."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from domain.access import Actor, Role
from domain.database import Database
from domain.sessions.models import LoginSession, SessionEnd
from tests.client_examples.story import ring
from tests.client_examples.wechat_miniprogram.hers import (
    BIND,
    LOGIN,
    REFRESH,
    Hers,
    arrives,
    sessions,
    sign_in,
)
from tests.client_examples.wechat_miniprogram.phone import switched_on
from tests.wechat import WechatStandIn


@pytest.mark.parametrize("why", ["its time is nearly over", "the server refuses it"])
async def test_many_who_need_a_new_token_ask_for_one(
    hers: Hers, database: Database, why: str
) -> None:
    await sign_in(hers)
    phone = hers.phone
    if why == "its time is nearly over":
        await phone.spoil(renewAt=1)
    else:
        await phone.spoil(access="spoilt")
    code = """const ask = () => lib("graphql.js").ask("{ viewer { name } }");
        const answers = await Promise.all(Array.from({ length: 8 }, ask));
        return answers.map(({ viewer }) => viewer.name);"""
    assert await phone.tell("run", code) == ["陈筱岚"] * 8
    assert await phone.doors() == [LOGIN, BIND, REFRESH]
    (login,) = await sessions(database)
    assert login.ended_at is None


async def test_the_socket_goes_on_when_its_token_ends(hers: Hers, database: Database) -> None:
    await sign_in(hers)
    phone = hers.phone
    actor = Actor(hers.api.district.daughter_id, Role.FAMILY)
    await phone.spoil(access=hers.api.token(actor, timedelta(seconds=2)))
    await phone.tell("hide")
    await phone.tell("show")  # the next socket is opened with it, and ended by the server

    async def renewed() -> bool:
        return REFRESH in await phone.doors()

    await phone.until("it was not renewed", renewed)
    await ring(database, hers.api.district.sos_button_id)
    await phone.sees("王筱琴 呼救", "实时")
    assert (await phone.operations()).count("FamilyHome") == 1
    assert await phone.doors() == [LOGIN, BIND, REFRESH]


async def test_a_session_that_was_ended_begins_anew_without_a_word(
    hers: Hers, database: Database
) -> None:
    await sign_in(hers)
    phone = hers.phone
    await phone.spoil(refresh="spoilt", renewAt=1)
    await phone.tell("gesture", "onPullDownRefresh")

    async def again() -> bool:
        return len(await sessions(database)) == 2

    await phone.until("it was not signed in again", again)
    await phone.sees("王筱琴", "实时")
    assert await phone.tell("page") == "pages/home/home"
    assert await phone.doors() == [LOGIN, BIND, REFRESH, LOGIN]


async def test_an_answer_with_tokens_that_is_lost_costs_no_word(
    hers: Hers, database: Database
) -> None:
    await sign_in(hers)
    phone = hers.phone
    await phone.spoil(renewAt=1)
    hers.wire.swallow_answers()
    await phone.tell("gesture", "onPullDownRefresh")

    async def used() -> bool:
        rows = await database.fetch(select(func.max(col(LoginSession.last_used_at))))
        (login,) = await sessions(database)
        return rows[0][0] > login.created_at

    await phone.until("the token is not used", used)
    await hers.wire.cut()
    await hers.wire.mend()
    await phone.sees("暂时连不上服务器")
    await phone.sees_no("暂时连不上服务器")
    await phone.sees("王筱琴", "实时")
    first, second = await sessions(database)
    assert (first.ended_why, second.ended_why) == (SessionEnd.REUSED, None)


async def test_who_is_known_no_more_is_asked_again(
    hers: Hers, database: Database, wechat: WechatStandIn
) -> None:
    await sign_in(hers)
    phone = hers.phone
    wechat.faults["jscode2session"].append(40226)
    await phone.spoil(refresh="spoilt", renewAt=1)
    await phone.tell("gesture", "onPullDownRefresh")
    await phone.arrives_at("sign_in")
    await phone.sees("登录已过期")
    assert len(await sessions(database)) == 1


async def test_the_session_outlives_the_program(hers: Hers, wechat: WechatStandIn) -> None:
    await sign_in(hers)
    async with switched_on(hers.storage, wechat=wechat.url) as phone:
        await phone.tell("launch")
        await arrives(phone)
        assert await phone.doors() == []
        await phone.assert_clean()

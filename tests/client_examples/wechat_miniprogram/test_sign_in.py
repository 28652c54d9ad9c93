"""The mini-program signs its user in with WeChat, and keeps them signed in."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from api.auth.tokens import TokenKey
from domain.access import Actor, Role
from domain.accounts.models import Account, Person
from domain.accounts.persons import phone_columns
from domain.crypto import Vault
from domain.database import Database
from domain.sessions.models import LoginSession, SessionEnd
from tests.client_examples.story import ring
from tests.client_examples.wechat_miniprogram.phone import Phone, switched_on
from tests.client_examples.wire import Wire, wire_to
from tests.clients import Api
from tests.logins import person_of
from tests.wechat import WechatStandIn, asking, wechat_stand_in
from yiyang.district.cast import District

OPENID, NUMBER = "openid-1", "13812341234"
REFRESH, LOGIN, BIND = "/auth/refresh", "/auth/wechat", "/auth/wechat/phone"


@pytest.fixture
async def wechat() -> AsyncGenerator[WechatStandIn, None]:
    async with wechat_stand_in() as one:
        one.members[OPENID] = NUMBER
        yield one


@pytest.fixture
async def api(
    database_url: str, token_key: TokenKey, vault: Vault, district: District, wechat: WechatStandIn
) -> AsyncGenerator[Api, None]:
    async with asking(wechat, database_url, token_key, vault, district) as one:
        yield one


@pytest.fixture
async def daughter(api: Api, database: Database, vault: Vault) -> UUID:
    """The mother's daughter, who is a volunteer besides; her phone is known."""
    district = api.district
    volunteer = district.players[Role.VOLUNTEER].account_id
    person_id = await person_of(database, district.daughter_id, volunteer)
    async with database.transaction("test") as session:
        hers = update(Person).where(col(Person.id) == person_id)
        await session.execute(hers.values(phone_columns(vault, NUMBER)))
    return person_id


@dataclass
class Hers:
    """The daughter's phone, its mini-program opened; `storage` outlives it."""

    phone: Phone
    wire: Wire
    api: Api
    storage: Path


@pytest.fixture
async def hers(
    packages: None, api: Api, wechat: WechatStandIn, daughter: UUID, tmp_path: Path
) -> AsyncGenerator[Hers, None]:
    storage = tmp_path / "storage.json"
    async with wire_to(api.port) as wire, switched_on(storage, wechat=wechat.url) as phone:
        await phone.tell("launch")
        await phone.arrives_at("sign_in")
        await phone.tell("type", "server", f"http://127.0.0.1:{wire.port}")
        await phone.tell("run", f"lib('session.js').setServer('http://127.0.0.1:{wire.port}')")
        yield Hers(phone, wire, api, storage)
        await phone.assert_clean()


async def sign_in(hers: Hers) -> None:
    """For the first time, with the phone button; wait until home follows the stream."""
    phone = hers.phone
    await phone.tell("tap", "wechat")
    await phone.sees("您第一次使用")
    await phone.tell("tap", "phone")
    await arrives(phone)


async def arrives(phone: Phone) -> None:
    await phone.arrives_at("home")
    await phone.sees("王筱琴", "实时")


async def sessions(database: Database) -> list[LoginSession]:
    rows = select(LoginSession).order_by(col(LoginSession.id))
    async with database.transaction("test") as session:
        return list((await session.scalars(rows)).all())


async def test_the_first_time_the_phone_button_says_who_it_is(
    hers: Hers, database: Database
) -> None:
    await sign_in(hers)
    phone = hers.phone
    (login,) = await sessions(database)
    assert login.device == "HUAWEI TAS-AN00"
    await phone.tell("tap", "sign-out")
    await phone.arrives_at("sign_in")
    await phone.tell("tap", "wechat")
    await arrives(phone)
    assert await phone.doors() == [LOGIN, BIND, "/auth/logout", LOGIN]
    first, second = await sessions(database)
    assert (first.ended_why, second.ended_why) == (SessionEnd.LOGOUT, None)


async def test_who_does_not_tell_the_number_is_not_in(hers: Hers, database: Database) -> None:
    phone = hers.phone
    await phone.tell("share", False)
    await phone.tell("tap", "wechat")
    await phone.sees("您第一次使用")
    await phone.tell("tap", "phone")
    await phone.sees("无法登录")
    assert await sessions(database) == []
    await phone.tell("share", True)
    await phone.tell("tap", "phone")
    await arrives(phone)


async def test_a_code_that_came_too_late_asks_for_a_new_ticket(
    hers: Hers, wechat: WechatStandIn
) -> None:
    phone = hers.phone
    await phone.tell("tap", "wechat")
    await phone.sees("您第一次使用")
    wechat.faults["getuserphonenumber"].append(40029)
    await phone.tell("tap", "phone")
    await phone.sees("登录凭证无效或已过期，请重试")
    await phone.tell("tap", "phone")
    await arrives(phone)
    assert await phone.doors() == [LOGIN, BIND, LOGIN, BIND]


async def test_a_number_of_another_wechat_account_is_refused_in_words(
    hers: Hers, wechat: WechatStandIn, tmp_path: Path
) -> None:
    await sign_in(hers)
    wechat.members["openid-2"] = NUMBER
    storage = tmp_path / "another.json"
    storage.write_text(f'{{"yiyang.server": "\\"http://127.0.0.1:{hers.wire.port}\\""}}')
    async with switched_on(storage, wechat=wechat.url, openid="openid-2") as phone:
        await phone.tell("launch")
        await phone.arrives_at("sign_in")
        await phone.tell("tap", "wechat")
        await phone.sees("您第一次使用")
        await phone.tell("tap", "phone")
        await phone.sees("此手机号已绑定其他微信")
        await phone.assert_clean()


async def test_wechat_is_silent_for_a_while(hers: Hers, wechat: WechatStandIn) -> None:
    wechat.faults["jscode2session"].append(-1)
    await hers.phone.tell("tap", "wechat")
    await hers.phone.until("nothing is said", lambda: says(hers.phone))
    assert await hers.phone.tell("page") == "pages/sign_in/sign_in"
    await sign_in(hers)


async def says(phone: Phone) -> bool:
    return len(await phone.texts("error")) == 1 and (await phone.doors()) == [LOGIN]


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
    await phone.sees("王筱琴 按下了呼救按钮", "实时")
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


async def test_another_account_begins_on_its_own_page(hers: Hers, database: Database) -> None:
    await sign_in(hers)
    phone = hers.phone
    await phone.sees("当前身份：家人 · 陈筱岚")
    names = (await phone.tell("attributes", "accounts", "range"))[0]
    await phone.tell(
        "pick", "accounts", next(n for n, name in enumerate(names) if "志愿者" in name)
    )
    await phone.arrives_at("visits")
    await phone.sees("当前身份：志愿者")
    await phone.sees_no("正在打开…")
    await phone.tell("pick", "accounts", next(n for n, name in enumerate(names) if "家人" in name))
    await arrives(phone)
    assert len(await sessions(database)) == 1


async def test_an_account_that_ended_meanwhile_is_refused_in_words(
    hers: Hers, database: Database
) -> None:
    await sign_in(hers)
    phone = hers.phone
    volunteer = hers.api.district.players[Role.VOLUNTEER].account_id
    async with database.transaction("test") as session:
        its = update(Account).where(col(Account.id) == volunteer)
        await session.execute(its.values(until=func.now()))
    names = (await phone.tell("attributes", "accounts", "range"))[0]
    await phone.tell(
        "pick", "accounts", next(n for n, name in enumerate(names) if "志愿者" in name)
    )
    await phone.until("nothing is said", lambda: refused(phone))
    assert await phone.tell("page") == "pages/home/home"
    await phone.tell("gesture", "onPullDownRefresh")
    await phone.sees("王筱琴", "实时")


async def refused(phone: Phone) -> bool:
    return len(await phone.texts("error")) == 1


async def test_the_session_outlives_the_program(hers: Hers, wechat: WechatStandIn) -> None:
    await sign_in(hers)
    async with switched_on(hers.storage, wechat=wechat.url) as phone:
        await phone.tell("launch")
        await arrives(phone)
        assert await phone.doors() == []
        await phone.assert_clean()


async def test_signing_out_without_a_network_is_signing_out(
    hers: Hers, wechat: WechatStandIn
) -> None:
    await sign_in(hers)
    await hers.wire.cut()
    await hers.phone.tell("tap", "sign-out")
    await hers.phone.arrives_at("sign_in")
    assert "refresh" not in hers.storage.read_text()
    await hers.wire.mend()
    await hers.phone.tell("tap", "wechat")
    await arrives(hers.phone)


async def test_signing_out_with_a_token_that_is_over_ends_the_session(
    hers: Hers, database: Database
) -> None:
    await sign_in(hers)
    await hers.phone.spoil(access="spoilt")
    await hers.phone.tell("freeze")
    await hers.phone.tell("tap", "sign-out")

    async def ended() -> bool:
        return (await sessions(database))[0].ended_why is SessionEnd.LOGOUT

    await hers.phone.until("the session goes on", ended)
    assert await hers.phone.tell("page") == "pages/sign_in/sign_in"
    assert (await hers.phone.doors())[2:] == ["/auth/logout", REFRESH, "/auth/logout"]


async def test_what_users_are_given_takes_no_pasted_token(packages: None, tmp_path: Path) -> None:
    async with switched_on(tmp_path / "storage.json", version="release") as phone:
        await phone.tell("launch")
        await phone.arrives_at("sign_in")
        assert await phone.texts("paste") == []
        code = """const session = lib("session.js");
            session.setServer("http://elsewhere.example");
            return session.server();"""
        assert "elsewhere" not in await phone.tell("run", code)
        await phone.assert_clean()

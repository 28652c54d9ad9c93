"""The phone button says once who somebody is; from then on WeChat does."""

from pathlib import Path

from domain.database import Database
from domain.sessions.models import SessionEnd
from tests.client_examples.wechat_miniprogram.hers import (
    BIND,
    LOGIN,
    Hers,
    arrives,
    sessions,
    sign_in,
)
from tests.client_examples.wechat_miniprogram.phone import Phone, switched_on
from tests.wechat import WechatStandIn
from tests.wechat_users import DAUGHTER_PHONE


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
    wechat.members["openid-2"] = DAUGHTER_PHONE
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


async def says(phone: Phone) -> bool:
    return len(await phone.texts("error")) == 1 and (await phone.doors()) == [LOGIN]


async def test_wechat_is_silent_for_a_while(hers: Hers, wechat: WechatStandIn) -> None:
    wechat.faults["jscode2session"].append(-1)
    await hers.phone.tell("tap", "wechat")
    await hers.phone.until("nothing is said", lambda: says(hers.phone))
    assert await hers.phone.tell("page") == "pages/sign_in/sign_in"
    await sign_in(hers)


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

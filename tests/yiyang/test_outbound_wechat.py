"""What WeChat answers, and what it fails to: over real HTTP."""

import asyncio
import logging
from collections.abc import AsyncGenerator

import pytest

from domain.sessions.wechat import (
    CodeInvalid,
    Identified,
    RiskyUser,
    TooOften,
    WechatAway,
    WechatRefusal,
)
from tests.waiting import until
from tests.wechat import APP, SECRET, SESSION_KEY, Fault, WechatStandIn, wechat_stand_in
from yiyang.logs import quieten_libraries
from yiyang.outbound.wechat import WechatClient


@pytest.fixture
async def stand_in() -> AsyncGenerator[WechatStandIn, None]:
    async with wechat_stand_in() as one:
        yield one


@pytest.fixture
async def client(stand_in: WechatStandIn) -> AsyncGenerator[WechatClient, None]:
    one = WechatClient({APP: SECRET}, stand_in.url, patience_seconds=0.5)
    yield one
    await one.close()


async def test_a_code_says_who_it_is_of_once(client: WechatClient, stand_in: WechatStandIn) -> None:
    stand_in.users = {"code-1": ("openid-1", "unionid-1"), "code-2": ("openid-2", None)}
    assert await client.identify(APP, "code-1") == Identified(APP, "openid-1", "unionid-1")
    assert await client.identify(APP, "code-2") == Identified(APP, "openid-2", None)
    with pytest.raises(CodeInvalid):
        await client.identify(APP, "code-1")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (-1, WechatAway),
        (40029, CodeInvalid),
        (40163, CodeInvalid),
        (40226, RiskyUser),
        (45011, TooOften),
        (40125, WechatAway),
        (99999, WechatAway),
        ("<html>502</html>", WechatAway),
        ("[]", WechatAway),
        ("{}", WechatAway),
        ('{"errcode": "x"}', WechatAway),
        (2.0, WechatAway),
    ],
    ids=str,
)
async def test_what_goes_wrong_has_a_name_and_a_code_is_sent_once(
    client: WechatClient, stand_in: WechatStandIn, fault: Fault, error: type[WechatRefusal]
) -> None:
    stand_in.users = {"code-1": ("openid-1", None)}
    stand_in.faults["jscode2session"].append(fault)
    with pytest.raises(error) as raised:
        await client.identify(APP, "code-1")
    assert type(raised.value) is error
    assert stand_in.called["jscode2session"] == 1


async def test_nobody_there_is_no_traceback(stand_in: WechatStandIn) -> None:
    away = WechatClient({APP: SECRET}, "http://127.0.0.1:1")
    for question in (away.identify(APP, "code-1"), away.phone(APP, "code-1")):
        with pytest.raises(WechatAway):
            await question
    await away.close()


async def test_the_phone_behind_a_code(client: WechatClient, stand_in: WechatStandIn) -> None:
    stand_in.phones = {"code-1": "13812341234"}
    assert await client.phone(APP, "code-1") == "+8613812341234"
    with pytest.raises(CodeInvalid):
        await client.phone(APP, "code-1")
    assert stand_in.called["stable_token"] == 1


async def test_a_hundred_at_once_fetch_one_access_token(
    client: WechatClient, stand_in: WechatStandIn
) -> None:
    stand_in.phones = {f"code-{n}": f"138{n:08}" for n in range(100)}
    phones = await asyncio.gather(*(client.phone(APP, f"code-{n}") for n in range(100)))
    assert phones == [f"+86138{n:08}" for n in range(100)]
    assert stand_in.called["stable_token"] == 1


async def test_a_hundred_at_once_fail_together(
    client: WechatClient, stand_in: WechatStandIn
) -> None:
    stand_in.faults["stable_token"].extend([-1] * 3)
    phones = (client.phone(APP, f"code-{n}") for n in range(100))
    failures = await asyncio.gather(*phones, return_exceptions=True)
    assert {type(one) for one in failures} == {WechatAway}
    assert stand_in.called["stable_token"] == 3
    stand_in.phones = {"code-1": "13812341234"}
    assert await client.phone(APP, "code-1") == "+8613812341234"


async def test_who_leaves_while_the_token_comes_takes_nothing_from_the_others(
    client: WechatClient, stand_in: WechatStandIn
) -> None:
    stand_in.phones = {"code-2": "13812341234"}
    leaving = asyncio.create_task(client.phone(APP, "code-1"))
    staying = asyncio.create_task(client.phone(APP, "code-2"))
    await until(lambda: bool(stand_in.called["stable_token"]))
    leaving.cancel()
    assert await staying == "+8613812341234"


async def test_a_token_that_is_believed_no_longer_is_fetched_anew(
    client: WechatClient, stand_in: WechatStandIn
) -> None:
    stand_in.phones = {f"code-{n}": f"138{n:08}" for n in range(20)}
    await client.phone(APP, "code-0")
    stand_in.forget_token()
    codes = (f"code-{n}" for n in range(1, 20))
    await asyncio.gather(*(client.phone(APP, code) for code in codes))
    assert stand_in.called["stable_token"] == 2


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_token_that_is_never_believed_is_no_endless_loop(
    client: WechatClient, stand_in: WechatStandIn, code: int
) -> None:
    stand_in.faults["getuserphonenumber"].extend([code] * 9)
    with pytest.raises(WechatAway):
        await client.phone(APP, "code-1")
    assert stand_in.called["getuserphonenumber"] == 2


async def test_a_token_is_fetched_before_it_ends(
    client: WechatClient, stand_in: WechatStandIn
) -> None:
    stand_in.phones = {"code-1": "13812341234", "code-2": "13812341235"}
    stand_in.lasts = 60
    await client.phone(APP, "code-1")
    await client.phone(APP, "code-2")
    assert stand_in.called["stable_token"] == 2


@pytest.mark.parametrize("faults", [[-1], ["garbage", -1], [2.0]], ids=["busy", "both", "silent"])
async def test_the_token_is_asked_for_again(
    client: WechatClient, stand_in: WechatStandIn, faults: list[Fault]
) -> None:
    stand_in.phones = {"code-1": "13812341234"}
    stand_in.faults["stable_token"].extend(faults)
    assert await client.phone(APP, "code-1") == "+8613812341234"
    assert stand_in.called["stable_token"] == 1 + len(faults)


async def test_neither_secret_nor_code_nor_session_key_is_logged_or_kept(
    client: WechatClient, stand_in: WechatStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    quieten_libraries()
    stand_in.users = {"code-1": ("openid-1", "unionid-1")}
    stand_in.phones = {"code-2": "13812341234"}
    who = await client.identify(APP, "code-1")
    await client.phone(APP, "code-2")
    stand_in.faults["jscode2session"].append(2.0)
    with pytest.raises(WechatAway) as raised:
        await client.identify(APP, "code-3")
    said = caplog.text + repr(who) + str(raised.value)
    for hidden in (SECRET, SESSION_KEY, "code-1", "code-2", "code-3", "openid-1", "13812341234"):
        assert hidden not in said

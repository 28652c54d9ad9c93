"""Who may open the mini-program, and what a token that is not accepted does."""

from datetime import timedelta
from pathlib import Path

from domain.access import Actor, Role
from domain.database import Database
from tests.client_examples.story import button_of, link, ring
from tests.client_examples.wechat_miniprogram.conftest import Held
from tests.client_examples.wechat_miniprogram.phone import switched_on


async def test_a_token_that_is_none(held: Held) -> None:
    await held.sign_in(Role.FAMILY, token="not-a-token")
    phone = held.phone
    await phone.sees("这个登录码无效")
    await phone.arrives_at("sign_in")
    await phone.tell("type", "token", held.api.token(Role.FAMILY))
    await phone.tell("tap", "paste")
    await phone.arrives_at("home")
    await phone.assert_clean()


async def test_a_server_that_is_not_there(held: Held) -> None:
    await held.wire.cut()
    await held.sign_in(Role.FAMILY)
    await held.phone.sees("连不上服务器")
    await held.wire.mend()
    await held.phone.tell("tap", "paste")
    await held.phone.arrives_at("home")
    await held.phone.assert_clean()


async def test_a_token_that_expires_on_the_socket(held: Held) -> None:
    await held.open_home()
    brief = held.api.token(Role.FAMILY, timedelta(seconds=3))
    await held.phone.spoil(access=brief)
    await held.phone.tell("hide")
    await held.phone.tell("show")  # the next socket is opened with it, and ended by the server
    await held.phone.arrives_at("sign_in")
    await held.phone.sees("登录已过期")
    assert (await held.phone.tell("sockets"))["open"] == 0
    assert await held.phone.operations() == ["Viewer", "FamilyHome"]
    await held.phone.assert_clean()


async def test_a_token_that_expired_while_it_was_closed(held: Held, tmp_path: Path) -> None:
    await held.open_home()
    expired = held.api.token(Role.FAMILY, timedelta(minutes=-1))
    await held.phone.spoil(access=expired)
    async with switched_on(tmp_path / "storage.json") as phone:
        await phone.tell("launch")
        await phone.arrives_at("sign_in")
        await phone.sees("登录已过期")
        assert "王筱琴" not in await phone.text()
        await phone.assert_clean()


async def test_the_session_outlives_the_program_and_ends_with_signing_out(
    held: Held, tmp_path: Path
) -> None:
    await held.open_home()
    storage = tmp_path / "storage.json"
    async with switched_on(storage) as phone:
        await phone.tell("launch")
        await phone.sees("王筱琴", "实时")
        await phone.tell("tap", "sign-out")
        await phone.arrives_at("sign_in")
        await phone.assert_clean()
    async with switched_on(storage) as phone:
        await phone.tell("launch")
        await phone.arrives_at("sign_in")
        (server,) = await phone.tell("attributes", "server", "value")
        assert server == f"http://127.0.0.1:{held.wire.port}"


async def test_another_family_sees_nothing_of_her(held: Held, database: Database) -> None:
    district = held.api.district
    await held.open_home(Actor(district.neighbour_daughter_id, Role.FAMILY))
    await ring(database, district.sos_button_id)
    # Hers comes later: when it is there, the mother's would have been.
    await ring(database, await button_of(database, district.neighbour_id))
    await held.phone.sees("沈佩瑶 呼救")
    assert len(await held.phone.texts("alarm")) == 1
    assert "王筱琴" not in await held.phone.text()
    await held.phone.assert_clean()


async def test_an_elder_who_is_linked_later_comes_with_the_first_alarm(
    held: Held, database: Database
) -> None:
    district = held.api.district
    await held.open_home()
    await link(database, district.daughter_id, district.neighbour_id)
    await ring(database, await button_of(database, district.neighbour_id))
    await held.phone.sees("沈佩瑶 呼救")

    async def both() -> bool:
        return len(await held.phone.texts("contact")) > 3

    await held.phone.until("the neighbour's card is not there", both)
    await held.phone.assert_clean()


async def test_several_refusals_at_once_are_one(held: Held, database: Database) -> None:
    await ring(database, held.api.district.sos_button_id)
    await held.open_home()
    await held.phone.spoil(access="spoilt")
    await held.phone.tell("gesture", "onPullDownRefresh")
    await held.phone.tell("tap", "big")
    await held.phone.arrives_at("sign_in")
    await held.phone.sees("登录已过期")
    # Home without a token, the sign-in page, home, and the sign-in page once again.
    assert [what for what, _ in await held.phone.tell("done")].count("title") == 4
    await held.phone.assert_clean()


async def test_a_server_without_wechat_says_so(held: Held) -> None:
    """As `yiyang demo` is, to the developer tools with the tourist's app id."""
    await held.sign_in(Role.FAMILY, token="not-a-token")
    await held.phone.sees("这个登录码无效")
    await held.phone.tell("tap", "wechat")
    await held.phone.sees("这个服务器不支持微信登录。")
    await held.phone.assert_clean()

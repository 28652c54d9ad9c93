"""The mini-program hidden, shown, cut off: nothing is missed, nothing is doubled."""

import json
from datetime import timedelta
from typing import Any

from domain import outbox
from domain.access import Role
from domain.alarms.models import AlarmType
from domain.database import Database
from tests.client_examples.story import escalate_all, ring
from tests.client_examples.wechat_miniprogram.conftest import Held

READ_ONCE = ["Viewer", "FamilyHome"]


async def messages(held: Held, kind: str) -> list[Any]:
    """The payloads of a kind of message that went over the sockets, in their order."""
    said = [json.loads(text) for text in (await held.phone.tell("sockets"))["said"]]
    return [message["payload"] for message in said if message["type"] == kind]


async def has_no_socket(held: Held) -> bool:
    return (await held.phone.tell("sockets"))["open"] == 0


async def test_what_rang_while_it_was_hidden(held: Held, database: Database) -> None:
    district = held.api.district
    await held.open_home()
    phone = held.phone
    await phone.tell("hide")
    await phone.until("the socket stays open", lambda: has_no_socket(held))
    await phone.tell("suspend")
    await ring(database, district.sos_button_id)
    await phone.tell("show")
    await phone.sees("王筱琴 呼救", "实时")
    assert len(await phone.texts("alarm")) == 1
    assert [what for what, _ in await phone.tell("done")].count("vibrateLong") == 1
    await ring(database, district.sos_button_id)
    await phone.sees("又响了 1 次")
    assert len(await phone.texts("alarm")) == 1
    # It was resumed, not read anew.
    assert await phone.operations() == READ_ONCE
    assert len((await phone.tell("sockets"))["asked"]) == 2
    await phone.assert_clean()


async def test_a_glance_at_another_chat(held: Held, database: Database) -> None:
    await held.open_home()
    phone = held.phone
    for _ in range(3):
        await phone.tell("hide")
        await phone.tell("show")
    await phone.sees("实时")
    await ring(database, held.api.district.sos_button_id)
    await phone.sees("呼救")
    assert len(await phone.texts("alarm")) == 1
    assert (await phone.tell("sockets"))["open"] == 1
    assert await phone.operations() == READ_ONCE
    await phone.assert_clean()


async def test_it_goes_on_after_the_last_event_that_it_had(held: Held, database: Database) -> None:
    await held.open_home()
    phone = held.phone
    await ring(database, held.api.district.sos_button_id)
    await phone.sees("呼救")
    await phone.tell("hide")
    await ring(database, held.api.district.sos_button_id)
    await phone.tell("show")
    await phone.sees("又响了 1 次")
    first, second = [asked["variables"]["after"] for asked in await messages(held, "subscribe")]
    events = [event["data"]["alarmChanged"] for event in await messages(held, "next")]
    assert [event["change"] for event in events] == ["RAISED", "REPEATED"]
    assert (first != second, second) == (True, events[0]["cursor"])
    await phone.assert_clean()


async def test_hidden_before_the_first_answer(held: Held, database: Database) -> None:
    await held.open_home()
    phone = held.phone
    held.wire.swallow()
    await phone.tell("gesture", "onPullDownRefresh")
    await phone.tell("hide")
    await phone.tell("suspend")
    await held.wire.cut()
    await held.wire.mend()
    await ring(database, held.api.district.sos_button_id)
    await phone.tell("show")
    await phone.sees("呼救", "实时")
    await phone.sees_no("暂时连不上服务器")
    assert await phone.operations() == [*READ_ONCE, "FamilyHome", "FamilyHome"]
    await phone.assert_clean()


async def test_what_rang_while_the_wire_was_cut(held: Held, database: Database) -> None:
    district = held.api.district
    await held.open_home()
    phone = held.phone
    await held.wire.cut()
    await phone.sees("正在重连…", "断线前没有警报")
    await ring(database, district.sos_button_id)
    await held.wire.mend()
    await phone.sees("呼救", "实时")
    await held.wire.cut()
    await ring(database, district.sos_button_id)
    await held.wire.mend()
    await phone.sees("又响了 1 次")
    await ring(database, district.sleep_band_id, type=AlarmType.BRADYCARDIA)
    await phone.sees("心率过低")
    assert len(await phone.texts("alarm")) == 2
    assert await phone.operations() == READ_ONCE
    await phone.assert_clean()


async def test_a_wire_that_dies_without_a_word(held: Held, database: Database) -> None:
    await held.open_home()
    phone = held.phone
    held.wire.swallow()
    await ring(database, held.api.district.sos_button_id)
    await phone.tell("advance", 21_000)  # the page asks for a sign of life
    await phone.tell("advance", 9_000)  # and gives up waiting for it
    await phone.sees("正在重连…")
    await held.wire.cut()
    await held.wire.mend()
    await phone.sees("呼救", "实时")
    assert await phone.operations() == READ_ONCE
    await phone.assert_clean()


async def test_the_network_is_back_long_before_the_next_attempt(held: Held) -> None:
    await held.open_home()
    phone = held.phone
    await phone.tell("connect", False)
    await held.wire.cut()
    await phone.sees("没有网络")
    await phone.tell("freeze")
    await held.wire.mend()
    await phone.tell("connect", True)
    await phone.sees("实时")
    await phone.assert_clean()


async def test_a_cursor_that_the_server_has_forgotten(held: Held, database: Database) -> None:
    await held.open_home()
    phone = held.phone
    await phone.tell("hide")
    await ring(database, held.api.district.sos_button_id)
    await escalate_all(database, 2)
    await escalate_all(database, 3)
    async with database.transaction("test") as session:
        assert await outbox.prune(session, timedelta(0)) == 2
    await phone.tell("show")
    await phone.sees("街道和区里", "实时")
    await ring(database, held.api.district.sleep_band_id, type=AlarmType.TACHYCARDIA)
    await phone.sees("心率过高")
    assert await phone.operations() == [*READ_ONCE, "FamilyHome"]
    await phone.assert_clean()


async def test_the_server_is_not_there_yet(held: Held) -> None:
    await held.sign_in(Role.FAMILY)
    phone = held.phone
    await phone.arrives_at("home")
    await phone.sees("实时")
    await held.wire.cut()
    await phone.tell("gesture", "onPullDownRefresh")
    await phone.sees("暂时连不上服务器")
    await held.wire.mend()
    await phone.sees_no("暂时连不上服务器")
    await phone.sees("实时", "王筱琴")
    await phone.assert_clean()

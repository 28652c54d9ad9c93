"""The phone's `wx` has the limits and the errors of WeChat's own."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from domain.access import Role
from tests.client_examples.wechat_miniprogram.conftest import Held
from tests.client_examples.wechat_miniprogram.phone import Phone, kept, switched_on
from tests.conftest import free_port
from tests.waiting import until

AMOY = {"longitude": 118.0894, "latitude": 24.4798}

SETTLED = "const settled = (work) => work.then((value) => value, (error) => error);"


@pytest.fixture
async def phone(packages: None, tmp_path: Path) -> AsyncGenerator[Phone, None]:
    """A phone whose owner tells where it is."""
    async with switched_on(tmp_path / "storage.json", place=AMOY) as switched:
        yield switched
        await switched.assert_clean()


@dataclass
class Quiet:
    """A server that has one answer, or keeps silent until its client has had enough."""

    answer: bytes | None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if self.answer is None:
            await reader.read()
        else:
            writer.write(self.answer)
        writer.close()


async def answered(phone: Phone, answer: bytes | None, options: str = "") -> dict[str, Any]:
    """What wx.request makes of one answer."""
    serve = Quiet(answer).serve
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        return await requested(phone, port, options)


async def requested(phone: Phone, port: int, options: str = "") -> dict[str, Any]:
    """What becomes of one request: `[which callback, what it was given]`."""
    url = f"url: 'http://127.0.0.1:{port}/'"
    code = f"""return new Promise((resolve) => wx.request({{ {url}, {options}
      success: (result) => resolve(["success", result]),
      fail: (result) => resolve(["fail", result]) }}));"""
    which, result = await phone.tell("run", code)
    return {"callback": which, **result}


async def test_any_status_is_a_success(phone: Phone) -> None:
    answer = b"HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}"
    result = await answered(phone, answer)
    assert result["callback"] == "success"
    assert result["errMsg"] == "request:ok"
    assert (result["statusCode"], result["data"]) == (503, {})
    assert result["header"]["retry-after"] == "7"


async def test_what_is_not_json_stays_a_text(phone: Phone) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<a/>"
    assert (await answered(phone, answer))["data"] == "<a/>"


async def test_no_answer_is_a_failure(phone: Phone) -> None:
    assert await requested(phone, free_port()) == {
        "callback": "fail",
        "errMsg": "request:fail errcode:-102 cronet_error_code:-102 "
        "error_msg:net::ERR_CONNECTION_REFUSED",
        "errno": 600001,
    }


async def test_a_slow_answer_is_a_failure(phone: Phone) -> None:
    result = await answered(phone, None, "timeout: 50,")
    assert (result["callback"], result["errMsg"]) == ("fail", "request:fail timeout")


async def test_ten_requests_at_once_and_the_rest_wait(held: Held) -> None:
    phone, wire = held.phone, held.wire
    wire.swallow()
    left = kept(held.api.token(Role.FAMILY), f"http://127.0.0.1:{wire.port}", Role.FAMILY)
    asked = asyncio.create_task(
        phone.tell(
            "run",
            f"""const left = {json.dumps(left)};
            for (const key of Object.keys(left)) wx.setStorageSync(key, left[key]);
            const asks = Array.from({{ length: 25 }}, () =>
              lib("graphql.js").ask("query Viewer {{ viewer {{ name }} }}"));
            return (await Promise.all(asks)).map(({{ viewer }}) => viewer.name);""",
        )
    )
    await until(lambda: wire.connections >= 10)
    wire.flow()
    assert await asked == ["陈筱岚"] * 25
    assert wire.connections == 10
    assert len(await phone.tell("asked")) == 25
    await phone.assert_clean()


async def test_five_sockets_at_once_and_no_more(held: Held) -> None:
    fourth, fifth, sixth = await held.phone.tell(
        "run",
        f"""const open = () => new Promise((resolve) => wx.connectSocket({{
          url: "{held.api.ws_url}", protocols: ["graphql-transport-ws"],
          complete: ({{ errMsg }}) => resolve(errMsg) }}));
        const said = [];
        for (let number = 1; number <= 6; number += 1) said.push(await open());
        return said.slice(3);""",
    )
    assert (fourth, fifth) == ("connectSocket:ok", "connectSocket:ok")
    assert sixth == "connectSocket:fail fail reach max websocket connect count 5"
    await held.phone.assert_clean()


async def test_a_socket_speaks_only_while_it_is_open(held: Held) -> None:
    said = await held.phone.tell(
        "run",
        f"""const said = [];
        const task = wx.connectSocket({{
          url: "{held.api.ws_url}", protocols: ["graphql-transport-ws"] }});
        const send = () => new Promise((resolve) => task.send({{
          data: '{{"type":"ping"}}', complete: ({{ errMsg }}) => resolve(errMsg) }}));
        said.push(await send());
        await new Promise((resolve) => task.onOpen(resolve));
        const heard = new Promise((resolve) => task.onMessage(({{ data }}) => resolve(data)));
        said.push(await send(), await heard);
        const closed = new Promise((resolve) => task.onClose(resolve));
        task.close({{ code: 4000, reason: "enough" }});
        said.push(await closed, await send());
        return said;""",
    )
    assert said == [
        "sendSocketMessage:fail WebSocket is not connected",
        "sendSocketMessage:ok",
        '{"type":"pong"}',
        {"code": 4000, "reason": "enough"},
        "sendSocketMessage:fail WebSocket is not connected",
    ]
    await held.phone.assert_clean()


async def test_a_hidden_program_is_cut_off(held: Held) -> None:
    await held.open_home()
    phone, wire = held.phone, held.wire
    wire.swallow()
    await phone.tell(
        "run",
        f"""globalThis.said = [];
        const url = "http://127.0.0.1:{wire.port}/graphql";
        const complete = ({{ errMsg }}) => said.push(errMsg);
        wx.request({{ url, complete }});
        const task = wx.connectSocket({{
          url: "{held.api.ws_url}", protocols: ["graphql-transport-ws"] }});
        task.onClose(() => {{ said.push("closed"); task.send({{ data: "", complete }}); }});
        globalThis.later = () => {{ wx.request({{ url, complete }});
          wx.connectSocket({{ url, complete }}); }};
        await new Promise((resolve) => task.onOpen(resolve));""",
    )
    await phone.tell("hide")
    await phone.tell("suspend")
    await phone.tell("run", "later()")

    async def all_said() -> bool:
        return len(await phone.tell("run", "return said")) == 5

    await phone.until("somebody was not told", all_said)
    assert sorted(await phone.tell("run", "return said")) == [
        "closed",
        "connectSocket:fail interrupted",
        "request:fail interrupted",
        "request:fail interrupted",
        "sendSocketMessage:fail interrupted",
    ]
    await phone.assert_clean()


async def test_the_storage_holds_1_mb_a_key_and_10_mb_together(phone: Phone) -> None:
    code = """const write = (key, length) => {
          try { wx.setStorageSync(key, "x".repeat(length)); return "ok"; }
          catch ({ message }) { return message; }
        };
        const said = [write("big", 1024 * 1024)];
        for (let n = 0; n < 11; n += 1) said.push(write(`key${n}`, 1000 * 1000));
        return said;"""
    full = "setStorageSync:fail exceed storage max size"
    assert await phone.tell("run", code) == [full] + ["ok"] * 10 + [full]


async def test_at_most_ten_pages(held: Held) -> None:
    await held.open_home()
    code = f"""{SETTLED}
        const said = [];
        for (let number = 2; number <= 11; number += 1) {{
          said.push((await settled(wx.navigateTo({{ url: "/pages/sign_in/sign_in" }}))).errMsg);
        }}
        said.push((await settled(wx.navigateTo({{ url: "/pages/none/none" }}))).errMsg);
        said.push((await settled(wx.reLaunch({{ url: "/pages/none/none" }}))).errMsg);
        return said;"""
    assert await held.phone.tell("run", code) == [
        *["navigateTo:ok"] * 9,
        "navigateTo:fail webview count limit exceed",
        "navigateTo:fail webview count limit exceed",
        'reLaunch:fail page "pages/none/none" is not found',
    ]
    await held.phone.assert_clean()


async def test_the_home_page_follows_on_when_one_comes_back_to_it(held: Held) -> None:
    await held.open_home()
    await held.phone.tell("run", "await wx.navigateTo({ url: '/pages/sign_in/sign_in' })")
    await held.phone.arrives_at("sign_in")
    await held.phone.tell("run", "await wx.navigateBack()")
    await held.phone.sees("实时")
    assert (await held.phone.operations()).count("FamilyHome") == 1
    await held.phone.assert_clean()


async def test_a_place_is_told_by_permission_alone(phone: Phone) -> None:
    code = f"{SETTLED} return settled(wx.getLocation({{ type: 'gcj02' }}));"
    told = await phone.tell("run", code)
    assert told["errMsg"] == "getLocation:ok"
    assert {name: told[name] for name in AMOY} == AMOY
    await phone.tell("move", None)
    assert (await phone.tell("run", code))["errMsg"] == "getLocation:fail auth deny"

"""A phone with the mini-program on it: a Node process that is told what its owner does."""

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from domain.access import Role
from tests.client_examples.wechat_miniprogram.tools import compiler
from tests.npm import node
from tests.waiting import until
from tests.wechat import APP

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parents[2] / "client_examples" / "wechat_miniprogram"
PATIENCE_SECONDS = 30
"""How long the pages may take to show what they must show; a busy machine is no failure."""


@dataclass
class Phone:
    """The phone, and what can be seen and done on it.

    Parameters:
        process: the Node process; it answers each line with one line.
    """

    process: Process

    async def tell(self, name: str, *values: Any) -> Any:
        """Have the phone do one thing; what came of it. Raises AssertionError where it failed."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([name, *values]).encode() + b"\n")
        async with asyncio.timeout(PATIENCE_SECONDS):
            line = await self.process.stdout.readline()
        reply = json.loads(line)
        assert "error" not in reply, reply["error"]
        return reply["value"]

    async def spoil(self, **changes: Any) -> None:
        """What the phone keeps of its session is another thing from now on."""
        code = f"""const kept = Object.assign(wx.getStorageSync("yiyang.session"),
          {json.dumps(changes)});
        wx.setStorageSync("yiyang.session", kept);"""
        await self.tell("run", code)

    async def until(self, what: str, seen: Callable[[], Awaitable[bool]]) -> None:
        """Wait until something is seen. Raises AssertionError with the screen's text."""
        try:
            await until(seen, PATIENCE_SECONDS)
        except TimeoutError:
            faults = await self.tell("faults")
            raise AssertionError(f"{what}: {await self.text()} {faults}") from None

    async def sees(self, *words: str) -> None:
        """Wait until each of some words stands on the screen."""
        for word in words:

            async def seen(word: str = word) -> bool:
                return word in await self.text()

            await self.until(f"{word!r} is not seen", seen)

    async def sees_no(self, word: str) -> None:
        """Wait until a word stands on the screen no more."""

        async def gone() -> bool:
            return word not in await self.text()

        await self.until(f"{word!r} is still seen", gone)

    async def arrives_at(self, page: str) -> None:
        """Wait until a page is in front."""

        async def there() -> bool:
            return await self.tell("page") == f"pages/{page}/{page}"

        await self.until(f"{page} is not in front", there)

    async def text(self) -> str:
        """All that can be read."""
        return await self.tell("text")

    async def texts(self, name: str) -> list[str]:
        """What each element of a class says."""
        return await self.tell("texts", name)

    async def operations(self) -> list[str]:
        """The names of the operations that went over HTTP, in their order."""
        return [
            request["data"]["query"].split("{")[0].split("(")[0].split()[1]
            for request in await self.tell("asked")
            if "query" in request["data"]
        ]

    async def doors(self) -> list[str]:
        """The paths of the other requests, in their order."""
        asked = await self.tell("asked")
        return [urlsplit(each["url"]).path for each in asked if "query" not in each["data"]]

    async def assert_clean(self) -> None:
        """Nothing was thrown and caught by nobody, nothing written to the console."""
        assert await self.tell("faults") == []


def kept(token: str, server: str, role: Role) -> dict[str, Any]:
    """What is in a phone's storage after a token was pasted."""
    account = {"id": "pasted", "name": "", "role": role}
    session = {"access": token, "account": account, "accounts": [account]}
    return {"yiyang.session": session, "yiyang.server": server}


@asynccontextmanager
async def switched_on(
    storage: Path,
    *,
    language: str = "zh_CN",
    place: dict[str, float] | None = None,
    compile_by: str | None = None,
    wechat: str | None = None,
    openid: str = "openid-1",
    version: str = "develop",
) -> AsyncGenerator[Phone, None]:
    """A phone, and the mini-program not yet opened.

    Parameters:
        storage: the file of its storage; one that exists was left by an earlier run.
        language: WeChat's own.
        place: where it is (GCJ-02); None where its owner does not tell.
        compile_by: what compiles WXML, ``official`` (WeChat's own) or ``simulate``; None for the
            first that runs here.
        wechat: the address of WeChat's stand-in; None for the tourist's app id in the developer
            tools.
        openid: whose phone it is.
        version: of the mini-program, ``develop``, ``trial`` or ``release``.
    """
    options = {
        "root": str(PROGRAM),
        "storage": str(storage),
        "language": language,
        "place": place,
        "compiler": compile_by or compiler(),
        "wechat": {
            "url": wechat,
            "openid": openid,
            "appId": APP if wechat else "touristappid",
            "version": version,
        },
    }
    process = await asyncio.create_subprocess_exec(
        node(), HERE / "phone" / "main.js", json.dumps(options), stdin=PIPE, stdout=PIPE,
        limit=16 * 1024 * 1024,
    )  # fmt: skip
    try:
        yield Phone(process)
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()

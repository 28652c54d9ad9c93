"""A real browser with the family page in it, and a vendor's command line."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Error,
    Page,
    Request,
    async_playwright,
    expect,
)

from domain.access import Actor, Role
from tests.browsing import ARGUMENTS
from tests.client_examples.vendor import Poller, poller_of
from tests.client_examples.wire import Wire, wire_to
from tests.clients import Api

PATIENCE_MS = 30_000
"""How long the page may take to show what it must show; a busy machine is no failure."""


@pytest.fixture(scope="session")
async def browser(chromium: Path) -> AsyncGenerator[Browser, None]:
    """Chromium without a window."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield launched
        await launched.close()


@dataclass
class FamilyPage:
    """The page on a phone, and all that it did there.

    Parameters:
        page: the browser's tab.
        wire: between the browser and the server.
    """

    page: Page
    wire: Wire
    api: Api
    console: list[str] = field(default_factory=list[str])
    broken: list[str] = field(default_factory=list[str])
    asked: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.page.on("console", self._note_console)
        self.page.on("pageerror", self._note_error)
        self.page.on("request", self._note_request)
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))

    @property
    def address(self) -> str:
        """Of the page."""
        return f"http://127.0.0.1:{self.wire.port}/family/"

    async def open(self, who: Role | Actor | None, query: str = "") -> None:
        """Follow the link that the community sent."""
        fragment = f"#token={self.api.token(who)}" if who else ""
        await self.page.goto(f"{self.address}{query}{fragment}")

    async def open_live(self, who: Role | Actor = Role.FAMILY, query: str = "") -> None:
        """The same, and wait until it follows the stream."""
        await self.open(who, query)
        await self.page.locator("#connection[data-state=live]").wait_for()

    def assert_clean(self) -> None:
        """Nothing was thrown, nothing written to the console, nobody else was asked."""
        assert self.broken == []
        assert self.console == []
        self.assert_asked_only_the_server()

    def assert_asked_only_the_server(self) -> None:
        """Nobody else was asked for anything."""
        here = (f"http://127.0.0.1:{self.wire.port}/", f"ws://127.0.0.1:{self.wire.port}/")
        assert self.asked
        assert [url for url in self.asked if not url.startswith(here)] == []

    def _note_console(self, message: ConsoleMessage) -> None:
        self.console.append(f"{message.type}: {message.text}")

    def _note_error(self, error: Error) -> None:
        self.broken.append(str(error))

    def _note_request(self, request: Request) -> None:
        self.asked.append(request.url)


@pytest.fixture
async def family(browser: Browser, api: Api) -> AsyncGenerator[FamilyPage, None]:
    """The family page in a tab of its own, in simplified Chinese, not yet opened."""
    async with wire_to(api.port) as wire:
        context = await browser.new_context(
            viewport={"width": 412, "height": 915},
            device_scale_factor=2,
            is_mobile=True,
            has_touch=True,
            locale="zh-CN",
        )
        context.set_default_timeout(PATIENCE_MS)
        yield FamilyPage(await context.new_page(), wire, api)
        await context.close()


@pytest.fixture
async def poller(api: Api, vendor: Actor, tmp_path: Path) -> AsyncGenerator[Poller, None]:
    """The command line of the vendor of the mother's button, not yet started."""
    async with poller_of(api, vendor, tmp_path) as ready:
        yield ready

"""The built GraphiQL page in a real browser, against the real API."""

import contextlib
import mimetypes
from collections.abc import AsyncGenerator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.async_api import Page, Request, Route, async_playwright, expect

from api.auth.scopes import ALL
from domain.access import Role
from domain.database import Database
from tests.browsing import ARGUMENTS, FULFILLED
from tests.clients import Api
from tests.signals import press

BUILT = Path(__file__).resolve().parent.parent / "api/static/graphiql"
EXECUTE = "button.graphiql-execute-button"
CHOOSE = f"{EXECUTE}[aria-haspopup=menu]"
"""The same button when the page knows that the tab has many operations: it opens their menu."""
PATIENCE_MS = 30_000
"""How long the page may take to show what it must show; a busy machine is no failure."""

pytestmark = pytest.mark.skipif(not BUILT.exists(), reason="GraphiQL is not built (make graphiql)")


class Visit:
    """A browser window on the page, and what it asked other hosts or complained of."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.outside: list[str] = []
        self.complaints: list[str] = []

    async def open(self, **fragment: str) -> None:
        """Open the page with a fragment and wait for its editor."""
        pairs = "&".join(f"{name}={quote(value)}" for name, value in fragment.items())
        await self.page.goto(f"{self.address}/graphiql#{pairs}")
        await self.page.wait_for_selector(".graphiql-query-editor .view-line")

    async def answer(self, operation: str | None = None) -> str:
        """Run the shown operation, chosen by name if there are many, and return its response."""
        if operation is None:
            await self.page.click(EXECUTE)
        else:
            await self.page.click(CHOOSE)
            await self.page.click(f"[role=menuitem]:has-text('{operation}')")
        response = self.page.locator(".graphiql-response")
        await expect(response).to_contain_text('"data"')
        return await response.inner_text()

    async def run_at_once(self, tab: str) -> None:
        """Show a tab and run it before the page has had a moment to read its operations."""
        await self.page.locator(".graphiql-tab-button", has_text=tab).evaluate(
            "(tab, execute) => { tab.click(); document.querySelector(execute).click(); }", EXECUTE
        )

    async def expect_no_complaint(self) -> None:
        """No error in the editor or the console, and no other host was asked."""
        await expect(self.page.locator(".squiggly-error")).to_have_count(0)
        assert self.outside == []
        assert self.complaints == []

    def note_request(self, request: Request) -> None:
        """Remember a request to any host but ours."""
        if not request.url.startswith((self.address, "data:")):
            self.outside.append(request.url)


async def serve_file(route: Route) -> None:
    """Answer with the built file, as a static mount would."""
    name = urlsplit(route.request.url).path.removeprefix("/graphiql").strip("/") or "index.html"
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    await route.fulfill(body=(BUILT / name).read_bytes(), content_type=kind)


@pytest.fixture
async def visit(api: Api, chromium: Path) -> AsyncGenerator[Visit, None]:
    """A new Chromium with the page's files beside the running API."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=[*ARGUMENTS, FULFILLED]
        )
        page = await browser.new_page()
        visit = Visit(page, f"http://127.0.0.1:{api.port}")
        page.on("request", visit.note_request)
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        page.on(
            "console",
            lambda line: visit.complaints.append(line.text) if line.type == "error" else None,
        )
        await page.route("**/graphiql**", serve_file)
        await page.route("**/graphiql/**", serve_file)
        yield visit
        await browser.close()


async def test_a_first_visit_reads(visit: Visit, api: Api) -> None:
    await visit.open(token=api.token(Role.DISPATCHER, scopes=ALL))
    assert urlsplit(visit.page.url).fragment == ""
    assert await visit.page.title() == "颐养 GraphiQL"
    await expect(visit.page.locator(".who")).to_contain_text(Role.DISPATCHER.value)
    assert '"careLevel"' in await visit.answer()
    await visit.expect_no_complaint()


async def test_a_first_visit_lists_alarms(visit: Visit, api: Api, database: Database) -> None:
    await press(database, api.district)
    await visit.open(token=api.token(Role.FAMILY, scopes=ALL))
    await visit.page.click("text=Alarms")
    assert '"ACKNOWLEDGE"' in await visit.answer("Alarms")
    await visit.expect_no_complaint()


async def test_a_first_visit_listens(visit: Visit, api: Api, database: Database) -> None:
    await visit.open(token=api.token(Role.FAMILY, scopes=ALL))
    await visit.run_at_once("AlarmChanged")
    response = visit.page.locator(".graphiql-response")
    for _ in range(20):  # until the subscription listens; a repeated press is told again
        await press(database, api.district)
        with contextlib.suppress(AssertionError):
            await expect(response).to_contain_text('"cursor"', timeout=1000)
            break
    await expect(response).to_contain_text('"SOS"')
    await visit.expect_no_complaint()


async def test_a_query_in_the_address_is_shown_first(visit: Visit, api: Api) -> None:
    query = "{ viewer { __typename } }"
    await visit.open(token=api.token(Role.DISPATCHER, scopes=ALL), query=query)
    assert '"viewer"' in await visit.answer()

"""The family page over a network that breaks: nothing is missed, nothing is doubled."""

from datetime import timedelta

from playwright.async_api import expect

from domain import outbox
from domain.access import Role
from domain.alarms.models import AlarmSeverity, AlarmType
from domain.database import Database
from tests.client_examples.conftest import FamilyPage
from tests.client_examples.story import escalate_all, ring
from tests.clients import Api


def assert_only_the_network_was_at_fault(family: FamilyPage) -> None:
    assert family.broken == []
    others = [line for line in family.console if "net::ERR" not in line and "WebSocket" not in line]
    assert others == []
    family.assert_asked_only_the_server()


async def test_what_rang_while_the_wire_was_cut(
    family: FamilyPage, database: Database, api: Api
) -> None:
    district = api.district
    await family.open_live()
    await family.page.evaluate("window.sameDocument = true")
    await family.wire.cut()
    await expect(family.page.locator("#connection")).to_have_text("正在重连…")
    await expect(family.page.locator("#calm")).to_contain_text("断线前没有警报")
    await ring(database, district.sos_button_id)
    await family.wire.mend()
    await expect(family.page.locator(".alarm")).to_contain_text("王筱琴 呼救")
    await expect(family.page.locator("#connection")).to_have_text("实时")
    await family.wire.cut()
    await ring(database, district.sos_button_id)
    await family.wire.mend()
    await expect(family.page.locator(".alarm")).to_contain_text("又响了 1 次")
    await ring(database, district.sleep_band_id, type=AlarmType.BRADYCARDIA)
    await expect(family.page.locator(".alarm")).to_have_count(2)
    assert await family.page.evaluate("window.sameDocument")
    # It was resumed, not read anew: the whole answer was asked for once.
    assert len([url for url in family.asked if url.startswith("http") and "graphql" in url]) == 1
    assert_only_the_network_was_at_fault(family)


async def test_a_wire_that_dies_without_a_word(
    family: FamilyPage, database: Database, api: Api
) -> None:
    await family.page.clock.install()
    await family.open_live()
    family.wire.swallow()
    await ring(database, api.district.sos_button_id)
    await family.page.clock.run_for("00:21")  # the page asks for a sign of life
    await family.page.clock.run_for("00:09")  # and gives up waiting for it
    await expect(family.page.locator("#connection")).to_have_text("正在重连…")
    await family.wire.cut()
    await family.wire.mend()
    await family.page.evaluate("dispatchEvent(new Event('online'))")
    await expect(family.page.locator(".alarm")).to_have_count(1)
    assert_only_the_network_was_at_fault(family)


async def test_the_network_is_back_long_before_the_next_attempt(family: FamilyPage) -> None:
    await family.page.clock.install()
    await family.open_live()
    await family.wire.cut()
    await expect(family.page.locator("#connection")).to_have_text("正在重连…")
    now = await family.page.evaluate("Date.now()")
    await family.page.clock.pause_at(now / 1000 + 60)  # from here no timer fires by itself
    await family.wire.mend()
    await family.page.evaluate("dispatchEvent(new Event('online'))")
    await expect(family.page.locator("#connection")).to_have_text("实时")


async def test_a_cursor_that_the_server_has_forgotten(
    family: FamilyPage, database: Database, api: Api
) -> None:
    district = api.district
    await family.open_live()
    await family.wire.cut()
    await ring(database, district.sos_button_id)
    await escalate_all(database, 2)
    await escalate_all(database, 3)
    async with database.transaction("test") as session:
        assert await outbox.prune(session, timedelta(0)) == 2
    await family.wire.mend()
    await expect(family.page.locator(".alarm")).to_contain_text("街道和区里")
    await ring(database, district.sleep_band_id, severity=AlarmSeverity.MAJOR,
               type=AlarmType.TACHYCARDIA)  # fmt: skip
    await expect(family.page.locator(".alarm")).to_have_count(2)
    assert_only_the_network_was_at_fault(family)


async def test_the_page_opens_before_the_server(family: FamilyPage, api: Api) -> None:
    # The page itself is there, what it asks for is not.
    await family.page.route("**/graphql", lambda route: route.abort("connectionrefused"))
    await family.open(Role.FAMILY)
    await expect(family.page.locator("#notice")).to_contain_text("暂时连不上服务器")
    await family.page.unroute("**/graphql")
    await expect(family.page.locator("#elder-list")).to_contain_text("王筱琴")
    await expect(family.page.locator("#notice")).to_be_hidden()
    assert_only_the_network_was_at_fault(family)

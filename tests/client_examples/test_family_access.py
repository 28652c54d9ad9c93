"""The family page in a real browser: who sees what, and what a token may do."""

import contextlib
from datetime import timedelta

from playwright.async_api import Error, expect
from sqlalchemy import update
from sqlmodel import col

from domain.access import Actor, Role
from domain.database import Database
from domain.elders.models import Elder
from tests.client_examples.conftest import FamilyPage
from tests.client_examples.story import button_of, link, ring
from tests.clients import Api

REFUSED = "error: Failed to load resource: the server responded with a status of 401"


async def test_the_token_leaves_the_address_and_stays_with_the_tab(family: FamilyPage) -> None:
    await family.open_live()
    assert family.page.url == family.address
    assert await family.page.evaluate("history.length") == 2  # about:blank and the page, no more
    await family.page.reload()
    await expect(family.page.locator("#greeting")).to_have_text("陈筱岚，您好")
    await family.page.get_by_role("button", name="退出登录").click()
    await family.page.reload()
    await expect(family.page.locator("#sign-in")).to_contain_text("请从社区发给您的链接")
    await expect(family.page.locator("body")).not_to_contain_text("王筱琴")
    family.assert_clean()


async def test_another_family_sees_nothing_of_her(
    family: FamilyPage, database: Database, api: Api
) -> None:
    district = api.district
    stranger = Actor(district.neighbour_daughter_id, Role.FAMILY)
    await family.open_live(stranger)
    await ring(database, district.sos_button_id)
    # Hers comes later: when it is there, the mother's would have been.
    await ring(database, await button_of(database, district.neighbour_id))
    await expect(family.page.locator(".alarm")).to_contain_text("沈佩瑶")
    await expect(family.page.locator(".alarm")).to_have_count(1)
    await expect(family.page.locator("body")).not_to_contain_text("王筱琴")
    await family.page.reload()
    await expect(family.page.locator(".alarm")).to_have_count(1)
    await expect(family.page.locator("body")).not_to_contain_text("王筱琴")
    family.assert_clean()


async def test_a_section_for_each_elder(family: FamilyPage, database: Database, api: Api) -> None:
    district = api.district
    await link(database, district.daughter_id, district.ward_id)
    await family.open_live()
    names = family.page.locator("#elder-list > section h2")
    await expect(names).to_have_count(2)
    assert set(await names.all_inner_texts()) == {"王筱琴", "徐柏筠"}
    family.assert_clean()


async def test_an_elder_who_is_linked_later_comes_with_the_first_alarm(
    family: FamilyPage, database: Database, api: Api
) -> None:
    district = api.district
    await family.open_live()
    await link(database, district.daughter_id, district.neighbour_id)
    await ring(database, await button_of(database, district.neighbour_id))
    await expect(family.page.locator(".alarm")).to_contain_text("沈佩瑶")
    await expect(family.page.locator("#elder-list > section h2")).to_have_count(2)
    family.assert_clean()


async def test_nobody_is_linked_yet(family: FamilyPage, api: Api) -> None:
    await family.open_live(api.actor(Role.CANTEEN))
    await expect(family.page.locator("#notice")).to_contain_text("还没有与您关联的家人")
    await expect(family.page.locator("#calm")).to_be_hidden()
    family.assert_clean()


async def test_an_expired_token_is_said_to_be_expired(family: FamilyPage, api: Api) -> None:
    expired = api.token(Role.FAMILY, timedelta(minutes=-1))
    await family.page.goto(f"{family.address}#token={expired}")
    await expect(family.page.locator("#sign-in-reason")).to_contain_text("登录已过期")
    await expect(family.page.locator("#home")).to_be_hidden()
    assert [line for line in family.console if not line.startswith(REFUSED)] == []
    assert family.broken == []


async def test_a_token_that_expires_meanwhile(family: FamilyPage, api: Api) -> None:
    brief = api.token(Role.FAMILY, timedelta(seconds=8))
    await family.page.goto(f"{family.address}#token={brief}")
    await expect(family.page.locator("#elder-list")).to_contain_text("王筱琴")
    await expect(family.page.locator("#sign-in-reason")).to_contain_text("登录已过期")
    await expect(family.page.locator("body")).not_to_contain_text("王筱琴")


async def test_a_token_can_be_pasted(family: FamilyPage, api: Api) -> None:
    await family.open(None)
    page = family.page
    await expect(page.locator("#sign-in-reason")).to_contain_text("把登录码粘贴在下面")
    await page.get_by_label("登录码").fill("not-a-token")
    await page.get_by_role("button", name="打开").click()
    await expect(page.locator("#sign-in-reason")).to_contain_text("这个登录码无效")
    await page.get_by_label("登录码").fill(f" {api.token(Role.FAMILY)} ")
    await page.get_by_role("button", name="打开").click()
    await expect(page.locator("#elder-list")).to_contain_text("王筱琴")
    await expect(page.locator("#sign-in")).to_be_hidden()


async def test_a_link_with_another_token_in_the_same_tab(family: FamilyPage, api: Api) -> None:
    await family.open_live()
    stranger = Actor(api.district.neighbour_daughter_id, Role.FAMILY)
    await family.page.evaluate(f"location.hash = 'token={api.token(stranger)}'")
    await expect(family.page.locator("#elder-list")).to_contain_text("沈佩瑶")
    await expect(family.page.locator("#elder-list > section h2")).to_have_text("沈佩瑶")
    assert family.page.url == family.address


async def test_a_name_is_a_text_whatever_it_holds(
    family: FamilyPage, database: Database, api: Api
) -> None:
    name = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    async with database.transaction("test") as session:
        mother = col(Elder.id) == api.district.mother_id
        await session.execute(update(Elder).where(mother).values(name=name))
    await ring(database, api.district.sos_button_id)
    await family.open_live()
    await expect(family.page.locator("#elder-list h2")).to_have_text(name)
    await expect(family.page.locator(".alarm h3")).to_contain_text(name)
    assert await family.page.locator("main img, main script").count() == 0
    family.assert_clean()


async def test_what_is_injected_does_not_run(family: FamilyPage) -> None:
    await family.open_live()
    with contextlib.suppress(Error):
        await family.page.add_script_tag(content="window.injected = true")
    parsing = "document.body.innerHTML = '<b>parsed</b>'"
    refused = f"try {{ {parsing}; false }} catch (error) {{ error instanceof TypeError }}"
    assert await family.page.evaluate(refused)
    assert await family.page.evaluate("window.injected") is None

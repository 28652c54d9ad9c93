"""The family page in a real browser: what a daughter sees and does."""

import asyncio
from datetime import timedelta

import pytest
from playwright.async_api import Route, expect

from domain.access import Role
from domain.alarms import service
from domain.alarms.lifecycle import AlarmState
from domain.alarms.models import ResolveReason
from domain.database import Database
from tests.client_examples.conftest import FamilyPage
from tests.client_examples.story import alarms_of, hear_from, resolved, ring
from tests.clients import Api
from tests.signals import lift


async def test_a_daughter_sees_her_mother(family: FamilyPage, database: Database) -> None:
    district = family.api.district
    await hear_from(database, district.sleep_band_id, timedelta(seconds=5))
    await hear_from(database, district.sos_button_id, timedelta(minutes=45))
    await family.open_live()
    page = family.page
    assert await page.locator("#elder-list > section").count() == 1
    card = page.locator("#elder-list > section")
    for words in ("王筱琴", "78 岁，女，轻度失能", "清波门社区", "独居"):
        await expect(card).to_contain_text(words)
    button, band = await card.locator("[data-slot=devices] li").all_inner_texts()
    assert button.split() == ["一键呼救", "离线", "45分钟前"]
    assert band.split() == ["睡眠带", "在线", "刚刚"]
    contacts = await card.locator("[data-slot=contacts] li").all_inner_texts()
    assert [contact.split()[:2] for contact in contacts] == [
        ["陈筱岚", "女儿"],
        ["陈筱峻", "儿子"],
        ["沈佩瑶", "邻居"],
    ]
    assert all(contact.split()[2][3:7] == "****" for contact in contacts)
    await expect(page.locator("#calm")).to_have_text("现在没有警报")
    family.assert_clean()


async def test_a_press_appears_and_is_answered(family: FamilyPage, database: Database) -> None:
    district = family.api.district
    await family.open_live()
    page = family.page
    await page.evaluate("window.sameDocument = true")
    await ring(database, district.sos_button_id)
    card = page.locator(".alarm")
    await expect(card).to_contain_text("王筱琴 呼救")
    await expect(card).to_contain_text("还没有人确认")
    await expect(card).to_contain_text("已转到家人和养老驿站")
    await expect(page.locator("#announce-now")).to_contain_text("王筱琴")
    await expect(page.locator("#announce-now")).to_have_attribute("aria-live", "assertive")
    await expect(page.locator("#calm")).to_be_hidden()
    assert await page.title() == "【呼救】王筱琴 · 颐养"
    await card.get_by_role("button", name="确认").click()
    await expect(card).to_contain_text("您已确认")
    await expect(card.get_by_role("button")).to_have_count(0)
    await expect(page).to_have_title("颐养")
    (alarm,) = await alarms_of(database, district.mother_id)
    assert alarm.state is AlarmState.ACKNOWLEDGED
    assert alarm.acknowledged_by == district.daughter_id
    assert await page.evaluate("window.sameDocument")
    family.assert_clean()


async def test_what_others_do_is_shown_until_it_is_over(
    family: FamilyPage, database: Database, api: Api
) -> None:
    district = api.district
    await family.open_live()
    await ring(database, district.sos_button_id)
    await ring(database, district.sos_button_id)
    card = family.page.locator(".alarm")
    await expect(card).to_contain_text("又响了 1 次")
    (alarm,) = await alarms_of(database, district.mother_id)
    async with database.transaction("test") as session:
        await lift(session, alarm.id, 2)
    await expect(card).to_contain_text("已转到家人、驿站、街道调度员")
    dispatcher = api.actor(Role.DISPATCHER)
    for verb, words in (
        (service.acknowledge, f"{district.players[Role.DISPATCHER].name} 已确认"),
        (service.dispatch, "已派人上门"),
        (service.arrive, "工作人员已到家"),
    ):
        async with database.transaction("test") as session:
            await verb(session, dispatcher, alarm.id)
        await expect(card).to_contain_text(words)
        await expect(family.page.locator("#announce-later")).to_have_text(words)
    async with database.transaction("test") as session:
        await service.resolve(session, dispatcher, alarm.id, ResolveReason.FALSE_ALARM)
    await expect(card).to_contain_text("已结束：误报")
    await expect(family.page.locator("#calm")).to_have_text("现在没有警报")
    family.assert_clean()


@pytest.mark.parametrize(("minutes", "on_top", "in_the_past"), [(9, 1, 0), (11, 0, 1)])
async def test_an_alarm_that_is_over_lingers_for_ten_minutes(
    family: FamilyPage, database: Database, minutes: int, on_top: int, in_the_past: int
) -> None:
    district = family.api.district
    await ring(database, district.sos_button_id)
    (alarm,) = await alarms_of(database, district.mother_id)
    station = family.api.actor(Role.STATION)
    await resolved(database, alarm.id, station, ago=timedelta(minutes=minutes))
    await family.open_live()
    await expect(family.page.locator(".alarm")).to_have_count(on_top)
    past = family.page.locator("[data-slot=past] li")
    await expect(past).to_have_count(in_the_past)
    shown = past if in_the_past else family.page.locator(".alarm")
    await expect(shown).to_contain_text("呼救")
    await expect(shown).to_contain_text("演练")
    await expect(family.page.locator("#calm")).to_have_text("现在没有警报")


async def test_someone_else_was_faster(family: FamilyPage, database: Database, api: Api) -> None:
    await ring(database, api.district.sos_button_id)
    (alarm,) = await alarms_of(database, api.district.mother_id)
    await family.open_live()

    async def overtake(route: Route) -> None:
        async with database.transaction("test") as session:
            await service.acknowledge(session, api.actor(Role.STATION), alarm.id)
        await route.continue_()

    await family.page.route("**/graphql", overtake)
    await family.page.get_by_role("button", name="确认").click()
    card = family.page.locator(".alarm")
    await expect(card.get_by_role("alert")).to_have_text("已经有人先确认了。")
    await expect(card).to_contain_text(api.district.players[Role.STATION].name)
    (alarm,) = await alarms_of(database, api.district.mother_id)
    assert alarm.acknowledged_by == api.actor(Role.STATION).id
    family.assert_clean()


async def test_an_answer_that_was_overtaken_changes_nothing(
    family: FamilyPage, database: Database, api: Api
) -> None:
    await ring(database, api.district.sos_button_id)
    (alarm,) = await alarms_of(database, api.district.mother_id)
    await family.open_live()
    card = family.page.locator(".alarm")
    late_answer = asyncio.Event()

    async def hold_back(route: Route) -> None:
        response = await route.fetch()
        async with database.transaction("test") as session:
            await service.dispatch(session, api.actor(Role.STATION), alarm.id)
        await expect(card).to_contain_text("已派人上门")
        await route.fulfill(response=response)
        late_answer.set()

    await family.page.route("**/graphql", hold_back)
    button = card.locator("[data-slot=acknowledge]")
    await button.click()
    await late_answer.wait()
    # The button is the last thing that the late answer touches.
    await expect(button).to_have_attribute("aria-disabled", "false")
    await expect(card).to_contain_text("已派人上门")


async def test_a_press_of_the_button_that_is_lost_can_be_repeated(
    family: FamilyPage, database: Database, api: Api
) -> None:
    await ring(database, api.district.sos_button_id)
    await family.open_live()
    await family.page.route("**/graphql", lambda route: route.abort())
    card = family.page.locator(".alarm")
    await card.get_by_role("button", name="确认").click()
    await expect(card.get_by_role("alert")).to_contain_text("请再按一次")
    await family.page.unroute("**/graphql")
    await card.get_by_role("button", name="确认").click()
    await expect(card).to_contain_text("您已确认")
    await expect(card.get_by_role("alert")).to_have_count(0)
    assert family.broken == []


async def test_devices_are_asked_for_again(
    family: FamilyPage, database: Database, api: Api
) -> None:
    await family.page.clock.install()
    await hear_from(database, api.district.sleep_band_id, timedelta(days=3))
    await family.open_live()
    band = family.page.locator("[data-slot=devices] li", has_text="睡眠带")
    await expect(band).to_contain_text("离线")
    await hear_from(database, api.district.sleep_band_id, timedelta(0))
    await family.page.clock.fast_forward("01:01")
    await expect(band).to_contain_text("在线")
    family.assert_clean()


async def test_the_sound_is_off_until_it_is_switched_on(family: FamilyPage) -> None:
    await family.open_live()
    button = family.page.locator("#sound")
    await expect(button).to_have_text("声音提醒：关")
    await expect(button).to_have_attribute("aria-pressed", "false")
    await button.click()
    await expect(button).to_have_text("声音提醒：开")
    await expect(button).to_have_attribute("aria-pressed", "true")
    family.assert_clean()

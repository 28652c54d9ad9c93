"""The family page in its three languages, and for eyes that are not young."""

from enum import StrEnum

import pytest
from playwright.async_api import Browser, expect

from domain.access import Role
from domain.accounts.models import Relation
from domain.alarms.models import AlarmSeverity, ResolveReason
from domain.database import Database
from domain.elders.models import CareLevel, Gender, Tag
from tests.client_examples.conftest import FamilyPage
from tests.client_examples.story import ring
from tests.client_examples.wire import wire_to
from tests.clients import Api


@pytest.mark.parametrize(
    ("query", "language", "words"),
    [
        ("", "zh-CN", ["您好", "轻度失能", "独居", "一键呼救", "还没有人确认", "女儿"]),
        ("?lang=zh-TW", "zh-TW", ["您好", "輕度失能", "獨居", "一鍵求救", "還沒有人確認", "女兒"]),
        ("?lang=en", "en", ["Hello", "mild", "Lives alone", "Help button", "Nobody", "Daughter"]),
    ],
)
async def test_a_language_by_the_address(
    family: FamilyPage, database: Database, query: str, language: str, words: list[str]
) -> None:
    await family.open_live(query=query)
    await ring(database, family.api.district.sos_button_id)
    await family.page.locator(".alarm").wait_for()
    for word in words:
        await expect(family.page.locator("body")).to_contain_text(word)
    await expect(family.page.locator("html")).to_have_attribute("lang", language)
    spoken = {"zh-CN": "按下了呼救按钮", "zh-TW": "按下了求救按鈕", "en": "help button was pressed"}
    await expect(family.page.locator("#announce-now")).to_contain_text(spoken[language])
    family.assert_clean()


@pytest.mark.parametrize(
    ("locale", "language"), [("zh-HK", "zh-TW"), ("en-GB", "en"), ("fr-FR", "zh-CN")]
)
async def test_a_language_by_the_browser(
    browser: Browser, api: Api, locale: str, language: str
) -> None:
    context = await browser.new_context(locale=locale)
    async with wire_to(api.port) as wire:
        family = FamilyPage(await context.new_page(), wire, api)
        await family.open_live(Role.FAMILY)
        await expect(family.page.locator("html")).to_have_attribute("lang", language)
        family.assert_clean()
        await context.close()


DICTIONARIES = """
async () => Promise.all(["zh_cn", "zh_tw", "en"].map(async (name) => {
  const [words] = Object.values(await import(`./words_${name}.js`));
  return words;
}))
"""

GROUPS: dict[str, type[StrEnum]] = {
    "severity": AlarmSeverity,
    "reason": ResolveReason,
    "gender": Gender,
    "care": CareLevel,
    "tag": Tag,
    "relation": Relation,
}


async def test_every_value_has_a_word_in_every_language(family: FamilyPage) -> None:
    await family.open_live()
    simplified, *others = await family.page.evaluate(DICTIONARIES)
    for words in others:
        assert words.keys() == simplified.keys()
    for words in (simplified, *others):
        for group, values in GROUPS.items():
            assert words[group].keys() == {value.value for value in values}, group
        assert words["told"].keys() == {"0", "1", "2", "3"}
        assert words["connection"].keys() == simplified["connection"].keys()


FONT_SIZES = """
[...document.querySelectorAll("body *")]
  .filter((element) => element.checkVisibility() && element.innerText?.trim())
  .map((element) => parseFloat(getComputedStyle(element).fontSize))
"""

TOUCH_TARGETS = """
[...document.querySelectorAll("button")]
  .filter((element) => element.checkVisibility())
  .map((element) => element.getBoundingClientRect().height)
"""


async def test_everything_is_large(family: FamilyPage, database: Database) -> None:
    await ring(database, family.api.district.sos_button_id)
    await family.open_live()
    page = family.page
    await page.set_viewport_size({"width": 320, "height": 640})
    assert min(await page.evaluate(FONT_SIZES)) >= 20
    assert min(await page.evaluate(TOUCH_TARGETS)) >= 48
    sideways = "document.documentElement.scrollWidth - innerWidth"
    assert await page.evaluate(sideways) <= 0


async def test_nothing_moves_for_those_who_ask(family: FamilyPage, database: Database) -> None:
    await ring(database, family.api.district.sos_button_id)
    await family.open_live()
    moving = "document.getAnimations().length"
    assert await family.page.evaluate(moving) == 1
    await family.page.emulate_media(reduced_motion="reduce")
    assert await family.page.evaluate(moving) == 0

"""Takes the README's picture of the page: `YIYANG_PICTURES=1 make test ARGS="-k picture"`."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from domain.database import Database
from tests.client_examples.conftest import FamilyPage
from tests.client_examples.story import escalate_all, hear_from, ring

PICTURE = Path("docs/pictures/family-page.png")

pytestmark = pytest.mark.skipif(
    not os.environ.get("YIYANG_PICTURES"), reason="takes a picture only for YIYANG_PICTURES=1"
)


async def test_a_picture_of_the_page(family: FamilyPage, database: Database) -> None:
    district = family.api.district
    await hear_from(database, district.sleep_band_id, timedelta(seconds=20))
    await hear_from(database, district.sos_button_id, timedelta(minutes=4))
    await family.open_live()
    await ring(database, district.sos_button_id, ago=timedelta(seconds=70))
    await escalate_all(database, 2)
    await expect(family.page.locator(".alarm")).to_contain_text("街道调度员")
    await family.page.evaluate("document.fonts.ready")
    await family.page.emulate_media(reduced_motion="reduce")  # every picture alike
    await family.page.screenshot(path=PICTURE)

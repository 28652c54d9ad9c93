"""The operations of docs/cockpit.md, as they stand there."""

import re
from pathlib import Path

from domain.access import Role
from tests.clients import Api
from yiyang.district.addresses import DISTRICT

GUIDE = Path(__file__).parents[2] / "docs" / "cockpit.md"


async def test_what_the_page_says_can_be_asked(api: Api) -> None:
    page = GUIDE.read_text(encoding="utf-8")
    figures, opened = re.findall(r"```graphql\n(.*?)```", page, re.DOTALL)
    shown = (await api.data(Role.OFFICIAL, figures, region=DISTRICT))["districtDashboard"]
    coverage = shown["visitCoverage"]
    rows = (await api.data(Role.OFFICIAL, opened, region=DISTRICT))["districtDashboard"]
    assert rows["visitCoverage"]["rows"]["totalCount"] == coverage["rowCount"] > 0
    street = (await api.data(Role.OFFICIAL, figures, region="330102001"))["districtDashboard"]
    assert 0 < street["elders"]["value"] < shown["elders"]["value"]

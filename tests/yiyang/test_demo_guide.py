"""What the demo's guide offers to begin with shows something."""

import pytest

from domain.access import Role
from domain.database import Database
from tests.clients import Api
from tests.signals import press
from yiyang.demo_guide import ready_queries
from yiyang.district.cast import District

TRIED = {
    "The daughter's home screen": (Role.FAMILY, ("elder", "alarms", "nodes")),
    "The duty desk's queue": (Role.DISPATCHER, ("alarms", "nodes")),
    "Who is to be visited soon, and by nobody yet": (Role.VOLUNTEER, ("visitTasks", "nodes")),
    "Nursing beds that are free today": (Role.STATION, ("beds", "nodes")),
    "Applications whose clock runs": (Role.ADVISOR, ("assistanceCases", "nodes")),
    "The week's menu in the mother's street": (Role.FAMILY, ("canteen", "menu")),
}
"""By title: who asks, and the path to a list that is not empty."""


def by_title(district: District) -> dict[str, str]:
    queries = ready_queries(district).split("\n\n")
    return {query.partition("\n")[0].removeprefix("# "): query for query in queries}


@pytest.mark.parametrize("title", list(TRIED))
async def test_a_query_shows_something(api: Api, database: Database, title: str) -> None:
    await press(database, api.district)
    role, path = TRIED[title]
    found = await api.data(role, by_title(api.district)[title])
    for field in path:
        found = found[field]
    assert len(found) > 0


def test_all_are_tried_but_the_live_one(district: District) -> None:
    assert set(by_title(district)) - set(TRIED) == {"Live"}

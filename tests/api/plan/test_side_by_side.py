"""Root fields that are answered at the same time take nothing from each other."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import orjson
import pytest

from api.relay import decode_cursor
from domain.access import Role
from domain.crypto import Vault
from domain.outbox import HEAD
from tests.api.plan.desk import Desk, WatchedDatabase
from tests.signals import press
from yiyang.district.cast import District


@pytest.mark.parametrize("reverse", [False, True])
async def test_each_tells_what_it_hides(desk: Desk, reverse: bool) -> None:
    await press(desk.database, desk.district)
    fields = [
        "elders(first: 2) { nodes { name fullAddress } }",
        "alarmChanges(first: 5) { changes { alarm { id elder { fullAddress } } } }",
        "mealOrders(first: 2) { nodes { elder { fullAddress } } }",
    ]
    query = "{ " + " ".join(fields[::-1] if reverse else fields) + " }"
    planned = await desk.ask(Role.OFFICIAL, query)
    ordinary = await desk.ask(Role.OFFICIAL, query, planned=False)
    assert planned.answer.planned
    assert orjson.dumps(planned.body) == orjson.dumps(ordinary.body)
    roots = {mask["path"][0] for mask in planned.body["extensions"]["masked"]}
    assert roots == {"elders", "alarmChanges", "mealOrders"}


class Staged(WatchedDatabase):
    """Lets an alarm be raised after one page has been read, and before the other's look at the
    stream."""

    district: District
    looks = 0

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._read, self._looked = asyncio.Event(), asyncio.Event()

    async def rows(
        self, statement: str, arguments: Sequence[Any], *, once: bool, primary: bool = False
    ) -> list[Any]:
        """In the order that does most harm."""
        if statement != HEAD:
            found = await super().rows(statement, arguments, once=once, primary=primary)
            self._read.set()
            await self._looked.wait()
            return found
        self.looks += 1
        if self.looks == 2:
            await self._read.wait()
            await press(self, self.district)
        found = await super().rows(statement, arguments, once=once, primary=primary)
        if self.looks == 2:
            self._looked.set()
        return found


@pytest.fixture
async def staged(database_url: str, vault: Vault, district: District) -> AsyncGenerator[Desk, None]:
    """Where the first page waits for the second's look."""
    database = Staged(database_url)
    database.district = district
    yield Desk(database, vault, district)
    await database.close()


async def test_no_page_s_place_in_the_stream_lies_beyond_what_it_shows(staged: Desk) -> None:
    page = "alarms(first: 5) { streamCursor nodes { id } }"
    asked = await staged.ask(Role.ADMIN, f"{{ one: {page} other: {page} }}")
    assert asked.answer.planned
    shown = {name: len(page["nodes"]) for name, page in asked.body["data"].items()}
    places = {
        name: decode_cursor(page["streamCursor"], [int])[0]
        for name, page in asked.body["data"].items()
    }
    assert shown == {"one": 0, "other": 1}
    # Who resumes from there hears of the alarm that the page does not show.
    assert places["one"] == 0


async def test_pages_of_one_request_have_each_their_own_values(desk: Desk) -> None:
    query = """query ($a: Int!, $b: Int!, $c: Int!) {
      one: elders(first: $a) { nodes { id alarms(first: $c) { nodes { id } } } }
      other: elders(first: $b) { nodes { id alarms(first: $a) { totalCount } } }
      last: elders(last: $c) { nodes { id } }
    }"""
    planned = await desk.ask(Role.ADMIN, query, {"a": 1, "b": 2, "c": 3})
    ordinary = await desk.ask(Role.ADMIN, query, {"a": 1, "b": 2, "c": 3}, planned=False)
    assert planned.answer.planned
    assert orjson.dumps(planned.body) == orjson.dumps(ordinary.body)
    sizes = [len(page["nodes"]) for page in planned.body["data"].values()]
    assert sizes == [1, 2, 3]

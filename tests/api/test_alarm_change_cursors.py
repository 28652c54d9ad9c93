"""Where a poll may go on from, and what is refused."""

import pytest
from sqlalchemy import text

from api.relay import encode_cursor
from domain.access import Role
from domain.database import Database
from tests.clients import Api
from tests.polling import code_of, drop_all_but_the_newest, poll, to_the_end
from tests.signals import press

STREAM_CURSOR = "{ alarms(first: 1) { streamCursor } }"


async def test_without_a_cursor_it_begins_with_the_oldest_change_held(
    api: Api, database: Database
) -> None:
    for _ in range(3):
        await press(database, api.district)
    everything, cursor = await to_the_end(api, Role.ADMIN)
    assert [change["change"] for change in everything] == ["RAISED", "REPEATED", "REPEATED"]
    await drop_all_but_the_newest(database)
    assert await to_the_end(api, Role.ADMIN) == (everything[-1:], cursor)


async def test_where_nothing_has_ever_happened_there_is_a_cursor_too(
    api: Api, database: Database
) -> None:
    page = await poll(api, Role.ADMIN)
    assert (page["changes"], page["hasMore"]) == ([], False)
    await press(database, api.district)
    assert len((await poll(api, Role.ADMIN, page["cursor"]))["changes"]) == 1


async def test_a_cursor_older_than_what_is_held_is_expired(api: Api, database: Database) -> None:
    for _ in range(4):
        await press(database, api.district)
    everything, _ = await to_the_end(api, Role.ADMIN)
    await drop_all_but_the_newest(database)
    old, last_but_one, newest = (everything[n]["cursor"] for n in (1, 2, 3))
    assert await code_of(api, old) == ("CURSOR_EXPIRED", "after")
    assert (await poll(api, Role.ADMIN, last_but_one))["changes"] == everything[3:]
    assert (await poll(api, Role.ADMIN, newest))["changes"] == []


@pytest.mark.parametrize("position", [2, 10**12, 2**63 - 1, 2**63, -1])
async def test_a_cursor_of_another_history_is_expired(
    api: Api, database: Database, position: int
) -> None:
    await press(database, api.district)
    assert await code_of(api, encode_cursor([position])) == ("CURSOR_EXPIRED", "after")


@pytest.mark.parametrize("after", ["", "x", "W10", "WyJhIl0", "WzEuNV0", "WzEsMl0", "W3RydWVd"])
async def test_a_text_that_is_no_cursor_is_refused(api: Api, after: str) -> None:
    assert await code_of(api, after) == ("INVALID_INPUT", "after")


@pytest.mark.parametrize("first", [0, -1, 201, 2**31 - 1])
async def test_a_page_has_one_to_two_hundred_changes(api: Api, first: int) -> None:
    assert await code_of(api, first=first) == ("INVALID_INPUT", "first")


async def test_the_streams_cursor_and_the_pollers_are_one(api: Api, database: Database) -> None:
    start = (await api.data(Role.FAMILY, STREAM_CURSOR))["alarms"]["streamCursor"]
    await press(database, api.district)
    page = await poll(api, Role.FAMILY, start)
    assert [change["change"] for change in page["changes"]] == ["RAISED"]
    await press(database, api.district)
    async with api.socket(Role.FAMILY) as socket:
        changed = "subscription ($after: String) { alarmChanged(after: $after) { cursor change } }"
        await socket.subscribe(changed, after=page["cursor"])
        event = (await socket.next())["data"]["alarmChanged"]
        assert event["change"] == "REPEATED"
    assert (await poll(api, Role.FAMILY, event["cursor"]))["changes"] == []


async def test_a_change_is_to_go_on_from_like_a_page(api: Api, database: Database) -> None:
    for _ in range(5):
        await press(database, api.district)
    changes, _ = await to_the_end(api, Role.ADMIN)
    for done, change in enumerate(changes, start=1):
        assert (await to_the_end(api, Role.ADMIN, change["cursor"]))[0] == changes[done:]


async def test_a_gap_in_the_positions_is_one_step(api: Api, database: Database) -> None:
    """After a restore the log is moved ahead by a million, see operations.md."""
    await press(database, api.district)
    cursor = (await poll(api, Role.ADMIN))["cursor"]
    async with database.transaction("test") as session:
        await session.execute(
            text("SELECT setval(pg_get_serial_sequence('outbox_event', 'position'), 1000000)")
        )
    await press(database, api.district)
    page = await poll(api, Role.ADMIN, cursor)
    assert [change["change"] for change in page["changes"]] == ["REPEATED"]
    assert not page["hasMore"]

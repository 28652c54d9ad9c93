"""Changes of alarms, polled page by page: each once, in the order of commit, none missed."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from api.relay import encode_cursor
from domain import outbox
from domain.access import Actor, Role
from domain.alarms.models import Alarm, AlarmChange
from domain.alarms.service import TOPIC, raise_alarms
from domain.database import Database
from domain.devices.models import DeviceKind
from domain.ids import public_id
from domain.outbox import Event, record
from tests.client_examples.story import (
    answer,
    devices_of_kind,
    escalate_all,
    ring,
    ring_everywhere,
)
from tests.clients import Api
from tests.signals import press, sos, sos_of
from tests.vendors import devices_of, other_vendor, vendor_of

CHANGES = """
query ($after: String, $first: Int! = 100, $filter: AlarmFilter) {
  alarmChanges(after: $after, first: $first, filter: $filter) {
    cursor hasMore
    changes { cursor change at alarm { id state region { code } device { id } } }
  }
}
"""
STREAM_CURSOR = "{ alarms(first: 1) { streamCursor } }"


async def poll(
    api: Api, who: Role | Actor, after: str | None = None, **more: Any
) -> dict[str, Any]:
    """One page."""
    return (await api.data(who, CHANGES, after=after, **more))["alarmChanges"]


async def to_the_end(
    api: Api, who: Role | Actor, after: str | None = None, first: int = 100, **more: Any
) -> tuple[list[dict[str, Any]], str]:
    """Every change after a cursor, page by page, and the cursor then reached."""
    found: list[dict[str, Any]] = []
    while True:
        page = await poll(api, who, after, first=first, **more)
        found += page["changes"]
        after = page["cursor"]
        if not page["hasMore"]:
            return found, page["cursor"]


async def code_of(api: Api, after: str | None = None, first: int = 100) -> tuple[str, str]:
    """Why a page is refused, and the argument at fault."""
    refused = await api.post(Role.ADMIN, CHANGES, {"after": after, "first": first})
    assert refused["data"] is None
    extensions = refused["errors"][0]["extensions"]
    return extensions["code"], extensions["field"]


@pytest.mark.parametrize("first", [1, 7, 10, 50, 200])
async def test_pages_of_any_size_come_to_the_same_in_the_order_of_commit(
    api: Api, database: Database, first: int
) -> None:
    for _ in range(48):
        await press(database, api.district)
    await answer(database, api.actor(Role.FAMILY), api.district.mother_id)
    await escalate_all(database, 2)  # it has been answered: nothing to tell
    await ring(database, api.district.sos_button_id)
    changes, cursor = await to_the_end(api, Role.DISPATCHER, first=first)
    told = [change["change"] for change in changes]
    assert told == ["RAISED"] + ["REPEATED"] * 47 + ["ACKNOWLEDGED", "REPEATED"]
    assert len({change["cursor"] for change in changes}) == 50
    assert {change["alarm"]["state"] for change in changes} == {"ACKNOWLEDGED"}, "as it is now"
    assert await poll(api, Role.DISPATCHER, cursor) == {
        "changes": [],
        "cursor": cursor,
        "hasMore": False,
    }


async def test_a_change_is_to_go_on_from_like_a_page(api: Api, database: Database) -> None:
    for _ in range(5):
        await press(database, api.district)
    changes, _ = await to_the_end(api, Role.ADMIN)
    for done, change in enumerate(changes, start=1):
        assert (await to_the_end(api, Role.ADMIN, change["cursor"]))[0] == changes[done:]


async def test_an_alarm_that_commits_late_comes_late_but_comes(
    api: Api, database: Database
) -> None:
    """Its id is the older one: a list by id would have been past it."""
    watch = (await devices_of_kind(database, DeviceKind.SLEEP_BAND))[-1]
    start = (await poll(api, Role.ADMIN))["cursor"]
    async with database.transaction("slow") as session:
        await raise_alarms(session, [await sos(session, api.district)])
        slow_id = (await session.scalars(select(col(Alarm.id)))).one()
        await ring(database, watch)
        early = await poll(api, Role.ADMIN, start)
        assert [change["alarm"]["device"]["id"] for change in early["changes"]] == [
            public_id("device", watch)
        ]
        assert not early["hasMore"]
    late = await poll(api, Role.ADMIN, early["cursor"])
    assert [change["alarm"]["id"] for change in late["changes"]] == [public_id("alarm", slow_id)]
    assert late["changes"][0]["alarm"]["id"] < early["changes"][0]["alarm"]["id"]


async def test_many_writers_who_commit_in_any_order_are_seen_each_once(
    api: Api, database: Database
) -> None:
    buttons = await devices_of_kind(database, DeviceKind.SOS_BUTTON)
    writers, each = 8, 12
    at_work = writers

    async def write(buttons: list[UUID], turn: int) -> None:
        nonlocal at_work
        for button in buttons:
            async with database.transaction("w") as session:
                await raise_alarms(session, [await sos_of(session, button)])
                await session.flush()
                await asyncio.sleep(0.004 * ((turn * 7) % writers))
        at_work -= 1

    async def read() -> list[str]:
        cursor: str | None = None
        seen: list[str] = []
        last = False
        while not last:
            last = at_work == 0
            changes, cursor = await to_the_end(api, Role.ADMIN, cursor, first=5)
            seen += [change["alarm"]["device"]["id"] for change in changes]
        return seen

    shares = [buttons[n * each : (n + 1) * each] for n in range(writers)]
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(read())
        for turn, share in enumerate(shares):
            group.create_task(write(share, turn))
    pressed = [public_id("device", button) for share in shares for button in share]
    assert len(pressed) == writers * each
    assert sorted(reading.result()) == sorted(pressed)


async def test_a_vendor_gets_the_changes_of_its_own_devices_alarms(
    api: Api, database: Database
) -> None:
    vendor = await vendor_of(database, api.district.sos_button_id)
    other = await other_vendor(database, vendor)
    rung = await ring_everywhere(database)
    seen: list[set[str]] = []
    for who in (vendor, other):
        changes, _ = await to_the_end(api, who, first=50)
        assert {change["alarm"]["device"]["id"] for change in changes} <= await devices_of(
            database, who
        )
        seen.append({change["alarm"]["id"] for change in changes})
    assert not seen[0] & seen[1]
    assert len(seen[0]) + len(seen[1]) == rung, "the district has these two"


async def test_the_cursor_goes_past_what_only_others_may_see(api: Api, database: Database) -> None:
    vendor = await vendor_of(database, api.district.sos_button_id)
    other = await other_vendor(database, vendor)
    start = (await poll(api, other))["cursor"]
    await press(database, api.district)
    page = await poll(api, other, start)
    assert page["changes"] == []
    assert not page["hasMore"]
    assert page["cursor"] == (await poll(api, vendor, start))["cursor"] != start
    # So it does not grow old while others are busy.
    await press(database, api.district)
    await drop_all_but_the_newest(database)
    assert await code_of(api, start) == ("CURSOR_EXPIRED", "after")
    assert (await poll(api, other, page["cursor"]))["changes"] == []


async def test_thousands_of_others_changes_are_passed_over_slice_by_slice(
    api: Api, database: Database
) -> None:
    vendor = await vendor_of(database, api.district.sos_button_id)
    other = await other_vendor(database, vendor)
    await press(database, api.district)
    start = (await poll(api, other))["cursor"]
    theirs = await devices_of(database, other)
    buttons = await devices_of_kind(database, DeviceKind.SOS_BUTTON)
    button = next(key for key in buttons if public_id("device", key) in theirs)
    await ring(database, button)
    await happen(database, await first_alarm(database), times=4_500)
    await ring(database, button)
    pages = [await poll(api, other, start)]
    while pages[-1]["hasMore"]:
        pages.append(await poll(api, other, pages[-1]["cursor"]))
    told = [[change["change"] for change in page["changes"]] for page in pages]
    assert told == [["RAISED"], [], ["REPEATED"]]
    assert len((await to_the_end(api, vendor, start, first=200))[0]) == 4_500
    async with api.socket(other) as socket:
        changed = "subscription ($after: String) { alarmChanged(after: $after) { change } }"
        await socket.subscribe(changed, after=start)
        live = [(await socket.next())["data"]["alarmChanged"]["change"] for _ in range(2)]
        assert live == ["RAISED", "REPEATED"]


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


async def test_a_filter_asks_for_alarms_as_they_are_now(api: Api, database: Database) -> None:
    await ring_everywhere(database)
    await answer(database, api.actor(Role.FAMILY), api.district.mother_id)
    everything, _ = await to_the_end(api, Role.ADMIN)
    answered, _ = await to_the_end(api, Role.ADMIN, filter={"state": "ACKNOWLEDGED"})
    assert answered[-1]["change"] == "ACKNOWLEDGED"
    theirs = everything[-1]["alarm"]["id"]
    assert answered == [change for change in everything if change["alarm"]["id"] == theirs]
    home = answered[0]["alarm"]["region"]["code"]
    near, _ = await to_the_end(api, Role.ADMIN, first=3, filter={"region": home})
    assert near == [c for c in everything if c["alarm"]["region"]["code"] == home]
    assert 3 < len(near) < len(everything)


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


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.CANTEEN, Role.AUDITOR])
async def test_who_sees_no_alarm_sees_no_change_of_one(
    api: Api, database: Database, role: Role
) -> None:
    await press(database, api.district)
    page = await poll(api, role)
    assert (page["changes"], page["hasMore"]) == ([], False)


async def first_alarm(database: Database) -> UUID:
    """The oldest alarm's key."""
    ((key,),) = await database.fetch(select(col(Alarm.id)).order_by(col(Alarm.id)).limit(1))
    return key


async def happen(database: Database, alarm_id: UUID, times: int) -> None:
    """An alarm is repeated without end."""
    async with database.transaction("test") as session:
        for _ in range(times):
            record(session, Event(TOPIC, alarm_id, AlarmChange.REPEATED))


async def drop_all_but_the_newest(database: Database) -> None:
    """What is held is dropped, as what is older than seven days is."""
    async with database.transaction("test") as session:
        await outbox.prune(session, timedelta(0))

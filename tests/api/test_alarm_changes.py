"""Changes of alarms, polled page by page: each once, in the order of commit, none missed."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.access import Role
from domain.alarms.log import TOPIC
from domain.alarms.models import Alarm, AlarmChange
from domain.alarms.service import raise_alarms
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
from tests.polling import code_of, drop_all_but_the_newest, poll, to_the_end
from tests.signals import press, sos, sos_of
from tests.vendors import devices_of, other_vendor, vendor_of


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

"""The vendor's poller, as a process against a real server: it may repeat, it never misses."""

import asyncio
import json
import signal
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from domain import outbox
from domain.access import Actor, Role
from domain.database import Database
from domain.ids import parse_public_id, public_id
from tests.client_examples.story import (
    TWO_TYPES,
    alarms_of,
    answer,
    resolved,
    ring,
    ring_everywhere,
)
from tests.client_examples.vendor import Poller, poller_of
from tests.client_examples.wire import wire_to
from tests.clients import Api
from tests.vendors import devices_of, other_vendor

CHANGES = """query ($after: String) { alarmChanges(after: $after, first: 200) {
  changes { cursor alarm { id } } cursor hasMore } }"""


async def mothers(database: Database, api: Api) -> str:
    """The global id of the mother's newest alarm."""
    return public_id("alarm", (await alarms_of(database, api.district.mother_id))[-1].id)


async def resolve(database: Database, api: Api) -> None:
    """The mother's newest alarm is over."""
    alarm = (await alarms_of(database, api.district.mother_id))[-1]
    await resolved(database, alarm.id, api.actor(Role.DISPATCHER), ago=timedelta(0))


async def rename(database: Database, table: str, other: str) -> None:
    """A table is not where the server looks for it."""
    async with database.transaction("test") as session:
        await session.execute(text(f"ALTER TABLE {table} RENAME TO {other}"))


async def every_change(api: Api, who: Actor) -> set[str]:
    """The cursors of all changes that someone may see."""
    found: set[str] = set()
    after, has_more = None, True
    while has_more:
        page = (await api.data(who, CHANGES, after=after))["alarmChanges"]
        found |= {change["cursor"] for change in page["changes"]}
        after, has_more = page["cursor"], page["hasMore"]
    return found


async def keys_of(database: Database, who: Actor) -> list[UUID]:
    """The keys of a vendor's devices."""
    parsed = [parse_public_id(device) for device in sorted(await devices_of(database, who))]
    return [each[1] for each in parsed if each]


async def keep_ringing(database: Database, devices: list[UUID]) -> None:
    """Each change a transaction of its own."""
    for _ in range(3):
        for device in devices:
            await ring(database, device)


async def test_it_tells_what_befalls_an_alarm_while_it_runs(
    poller: Poller, database: Database, api: Api
) -> None:
    await poller.start()
    await poller.until_said("following from here; open alarms: 0")
    await ring(database, api.district.sos_button_id)
    await poller.until(lambda: poller.told() == ["RAISED"])
    await answer(database, api.actor(Role.FAMILY), api.district.mother_id)
    await poller.until(lambda: poller.told() == ["RAISED", "ACKNOWLEDGED"])
    await resolve(database, api)
    await poller.until(lambda: poller.told() == ["RAISED", "ACKNOWLEDGED", "RESOLVED"])
    last = poller.notices[-1]
    assert last["alarm"]["id"] == await mothers(database, api)
    assert (last["alarm"]["state"], last["alarm"]["resolveReason"]) == ("RESOLVED", "DRILL")
    assert last["alarm"]["device"]["id"] == public_id("device", api.district.sos_button_id)
    assert "elder" not in json.dumps(poller.notices)


async def test_it_begins_with_the_alarms_that_are_open(
    poller: Poller, database: Database, api: Api, vendor: Actor
) -> None:
    await ring(database, api.district.sos_button_id)
    await resolve(database, api)
    over = await mothers(database, api)
    await ring_everywhere(database, TWO_TYPES)
    await poller.start()
    await poller.until_said("following from here")
    page = await api.data(vendor, "{ alarms(first: 200) { nodes { id } } }")
    everything = {node["id"] for node in page["alarms"]["nodes"]}
    assert {notice["alarm"]["id"] for notice in poller.notices} == everything - {over}
    assert set(poller.told()) == {None}
    await answer(database, api.actor(Role.FAMILY), api.district.mother_id)
    await poller.until(lambda: poller.told()[-1] == "ACKNOWLEDGED")


async def test_more_open_alarms_than_one_page(api: Api, database: Database, tmp_path: Path) -> None:
    rung = await ring_everywhere(database)
    assert rung > 200
    async with poller_of(api, api.actor(Role.ADMIN), tmp_path) as poller:
        await poller.start()
        await poller.until_said(f"open alarms: {rung}")
        await poller.until(lambda: len(poller.notices) == rung)
        assert len({notice["alarm"]["id"] for notice in poller.notices}) == rung
        assert len(poller.cursors()) == 1


async def test_each_vendor_gets_its_own_and_nothing_of_the_other(
    poller: Poller, api: Api, database: Database, vendor: Actor, tmp_path: Path
) -> None:
    other = await other_vendor(database, vendor)
    async with poller_of(api, other, tmp_path / "other") as others:
        for each in (poller, others):
            await each.start()
            await each.until_said("following from here")
        rung = await ring_everywhere(database)
        for who, each in ((vendor, poller), (other, others)):
            wanted = await every_change(api, who)
            await each.until(lambda each=each, wanted=wanted: each.cursors() >= wanted)
            assert each.cursors() == wanted
            seen = {notice["alarm"]["device"]["id"] for notice in each.notices}
            assert seen <= await devices_of(database, who)
        alarms = [{n["alarm"]["id"] for n in each.notices} for each in (poller, others)]
        assert not alarms[0] & alarms[1]
        assert len(alarms[0] | alarms[1]) == rung


async def test_killed_again_and_again_it_misses_nothing(
    poller: Poller, api: Api, database: Database, vendor: Actor
) -> None:
    devices = await keys_of(database, vendor)
    await poller.start()
    await poller.until_said("following from here")
    writing = asyncio.gather(*(keep_ringing(database, devices[n::4]) for n in range(4)))
    for _ in range(6):
        heard = len(poller.notices)
        await poller.until(lambda heard=heard: len(poller.notices) > heard or writing.done())
        assert await poller.end(signal.SIGKILL) == -signal.SIGKILL
        await poller.start()
    await writing
    wanted = await every_change(api, vendor)
    assert len(wanted) >= 3 * len(devices)
    await poller.until(lambda: poller.cursors() >= wanted)
    assert poller.cursors() == wanted


async def test_a_stopped_one_goes_on_from_its_file(
    poller: Poller, database: Database, api: Api
) -> None:
    await poller.start()
    await poller.until_said("following from here")
    await ring(database, api.district.sos_button_id)
    await poller.until(lambda: poller.told() == ["RAISED"])
    assert await poller.end() == 0
    await answer(database, api.actor(Role.FAMILY), api.district.mother_id)
    await resolve(database, api)
    await poller.start()
    await poller.until(lambda: poller.told()[-2:] == ["ACKNOWLEDGED", "RESOLVED"])
    assert await poller.end(signal.SIGINT) == 0
    assert set(poller.told()) == {"RAISED", "ACKNOWLEDGED", "RESOLVED"}
    assert poller.said[1:] == [], "one line in all, and no traceback"


async def test_a_cursor_too_old_has_the_open_alarms_read_anew(
    poller: Poller, database: Database, api: Api
) -> None:
    await poller.start()
    await poller.until_said("following from here")
    await poller.end()
    for _ in range(3):
        await ring(database, api.district.sos_button_id)
    async with database.transaction("test") as session:
        assert await outbox.prune(session, timedelta(0)) == 2
    await poller.start()
    await poller.until_said("CURSOR_EXPIRED")
    await poller.until_said("following from here; open alarms: 1")
    await poller.until(lambda: poller.told() == [None])
    assert poller.notices[0]["alarm"]["id"] == await mothers(database, api)
    await ring(database, api.district.sos_button_id)
    await poller.until(lambda: poller.told() == [None, "REPEATED"])


async def test_a_cursor_file_that_holds_something_else(
    poller: Poller, database: Database, api: Api
) -> None:
    await ring(database, api.district.sos_button_id)
    poller.cursor_file.write_bytes(b"\xff\x00 what is this")
    await poller.start()
    await poller.until_said("following from here; open alarms: 1")
    await poller.until(lambda: poller.told() == [None])


async def test_a_server_that_is_down_for_a_while(
    api: Api, database: Database, vendor: Actor, tmp_path: Path
) -> None:
    async with wire_to(api.port) as wire, poller_of(api, vendor, tmp_path, wire.port) as poller:
        await wire.cut()
        await poller.start()
        await poller.until_said("trying again")
        await wire.mend()
        await poller.until_said("following from here")
        await wire.cut()
        await poller.until_said("trying again", times=3)
        await ring(database, api.district.sos_button_id)
        await resolve(database, api)
        await wire.mend()
        await poller.until(lambda: poller.told() == ["RAISED", "RESOLVED"])


async def test_a_server_whose_database_fails_for_a_while(
    poller: Poller, database: Database, api: Api
) -> None:
    await poller.start()
    await poller.until_said("following from here")
    await rename(database, "outbox_event", "outbox_away")
    await poller.until_said("INTERNAL", times=2)
    await rename(database, "outbox_away", "outbox_event")
    await ring(database, api.district.sos_button_id)
    await poller.until(lambda: poller.told() == ["RAISED"])

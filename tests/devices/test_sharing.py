"""Two bridges share a fleet; one joins, one is killed: each press is stored once."""

import asyncio
import json
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import text

from devices.bridge import BridgeSettings
from devices.duty import Duty, owner
from devices.sharing import all_have, next_view, orphans
from domain.database import Database
from domain.devices.bridges import Member, Standing
from domain.devices.models import DeviceKind
from tests.devices.bridge_process import BridgeProcess
from tests.devices.presses import assert_stored_once, send_events, shared_by, stored
from tests.devices.wire import in_the_field, names

DEVICES = [b"%032x" % n for n in range(2000)]


def test_each_member_has_its_share_and_only_the_new_one_takes_any() -> None:
    before = {device: owner("abc", device) for device in DEVICES}
    after = {device: owner("abcd", device) for device in DEVICES}
    assert min(Counter(after.values()).values()) > len(DEVICES) / 4 * 0.8
    assert {after[d] for d in DEVICES if after[d] != before[d]} == {"d"}


def test_what_is_ones_own_in_any_view_is_stored() -> None:
    topics = [b"ec/v1/t/device_" + device + b"/tele" for device in DEVICES]
    both = Duty("b", ("ab", "bc"))
    for device, topic in zip(DEVICES, topics, strict=True):
        assert both.covers(topic) is ("b" in (owner("ab", device), owner("bc", device)))
    for everything in (Duty("b", ()), Duty("b", ("", "ac")), Duty("b", ("b",))):
        assert all(everything.covers(topic) for topic in topics)


def seen(epoch: int, members: str, before: str, *bridges: Member) -> Standing:
    return Standing(epoch, tuple(members), tuple(before), bridges)


def bridge(name: str, settled: int, alive: bool = True) -> Member:
    return Member(name, settled, settled, alive)


@pytest.mark.parametrize(
    ("standing", "wanted"),
    [
        (seen(0, "", "", bridge("a", 0)), ["a"]),
        (seen(1, "a", "", bridge("a", 1)), None),
        (seen(1, "a", "", bridge("a", 1), bridge("b", 0)), ["a", "b"]),
        (seen(1, "a", "", bridge("a", 0), bridge("b", 0)), None),
        (seen(2, "ab", "a", bridge("a", 2), bridge("b", 1)), None),
        (seen(2, "ab", "a", bridge("a", 2), bridge("b", 1, alive=False)), ["a"]),
        (seen(2, "ab", "a", bridge("a", 2, alive=False), bridge("b", 2, alive=False)), None),
    ],
    ids=["first", "alone", "joins", "joins-early", "settling", "dies", "all-gone"],
)
def test_a_view_follows_when_all_have_settled(standing: Standing, wanted: list[str] | None) -> None:
    assert next_view(standing) == wanted


def test_a_session_is_emptied_by_one_once_nobody_relies_on_its_bridge() -> None:
    gone = bridge("c", 2, alive=False)
    members = bridge("a", 3), bridge("b", 3)
    after = seen(3, "ab", "abc", *members, gone)
    assert sorted([*orphans(after, "a"), *orphans(after, "b")]) == ["c"]
    assert orphans(seen(2, "abc", "ab", *members, gone), "a") == []
    behind = seen(3, "ab", "abc", bridge("a", 3), bridge("b", 2), gone)
    assert not all_have(behind, lambda each: each.settled)
    assert orphans(behind, "a") == orphans(behind, "b") == []


@pytest.mark.timeout(240)
async def test_one_joins_and_one_is_killed_under_load_and_nothing_is_lost(
    brokers: tuple[BridgeSettings, str], database: Database
) -> None:
    settings, mqtt_url = brokers
    buttons = await names(database, DeviceKind.SOS_BUTTON, 20)
    first = BridgeProcess(settings)
    with first:
        first.wait_ready()
        async with in_the_field(mqtt_url, settings.tenant) as field:
            sending = asyncio.create_task(send_events(field, buttons, 1200))
            await field.until(lambda: len(field.receipts) >= 50)
            with BridgeProcess(replace(settings, client_id=f"{settings.client_id}-2")) as second:
                second.wait_ready()
                await shared_by(database, 2)
                # Each leaves the other's alone: nobody hears twice.
                sent = await sending
                await stored(database, len(sent))
                quiet = await send_events(field, buttons, 100)
                await field.insist(quiet)
                said = [field.receipts[json.loads(m)["id"]] for m in quiet]
                assert [[each["status"] for each in one] for one in said] == [["stored"]] * 100
                sending = asyncio.create_task(send_events(field, buttons, 400))
                await field.until(lambda: len(field.receipts) >= 1350)
                first.kill()
                async with database.transaction("test") as session:
                    moved = "UPDATE bridge_member SET seen_at = now() - interval '1 hour'"
                    await session.execute(
                        text(f"{moved} WHERE name = :n"), {"n": settings.client_id}
                    )
                last = await sending
                # Without a device's asking again: what the dead one held is taken over.
                await stored(database, 1700)
                await shared_by(database, 1)
                await field.insist(sent | quiet | last)
                assert second.stop() == 0
    await assert_stored_once(database, sent | quiet | last)

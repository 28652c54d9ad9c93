"""Devices change hands: what was said stays with whom it was said of, and no stranger gets one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Row

from devices.mac import Trust
from devices.storing import Store
from domain.access import Actor, Role
from domain.database import Database
from domain.devices import registry
from domain.devices.credentials import device_name
from domain.devices.models import DeviceKind
from domain.ids import public_id
from tests.clients import Api
from tests.devices.reported import uplink
from tests.devices.wire import MASTER_KEY, names, now_ms, rows
from tests.trail import trail

MUTATION = """
mutation ($input: {name}Input!) {{ {field}(input: $input) {{
  device {{ id elder {{ id }} }} userErrors {{ code field }}
}} }}
"""


async def ask(api: Api, who: Role | Actor, field: str, **given: Any) -> Any:
    """A mutation's payload."""
    query = MUTATION.format(name=field[0].upper() + field[1:], field=field)
    return (await api.data(who, query, input=given))[field]


async def two_elders(database: Database) -> tuple[UUID, UUID, str]:
    """Two who live in one community, and the community."""
    found = await rows(
        database,
        "SELECT min(id::text)::uuid AS one, max(id::text)::uuid AS other, region_code FROM elder"
        " GROUP BY region_code HAVING count(*) > 1 ORDER BY region_code LIMIT 1",
    )
    return found[0].one, found[0].other, found[0].region_code


async def owner(database: Database, device: str) -> Sequence[Row[Any]]:
    """Whose it is."""
    query = "SELECT elder_id, station_id FROM device WHERE id = :id"
    return await rows(database, query, id=device.removeprefix("device_"))


@pytest.fixture
async def button(database: Database) -> str:
    """One in stock."""
    async with database.transaction("operator") as session:
        wanted = registry.NewDevice(DeviceKind.SOS_BUTTON, "安颐科技")
        return device_name((await registry.add(session, wanted)).id)


async def test_what_was_said_stays_with_whom_it_was_said_of(
    api: Api, database: Database, button: str
) -> None:
    one, other, region = await two_elders(database)
    staff, store = (
        replace(api.actor(Role.STATION), region=region),
        Store(database, Trust(MASTER_KEY)),
    )
    for seq, elder in enumerate((None, one, other, None)):
        given = {"id": button, "elderId": elder and public_id("elder", elder)}
        if elder is not None:
            done = await ask(api, staff, "deviceAssign", **given)
            assert done["userErrors"] == []
            assert done["device"]["elder"]["id"] == given["elderId"]
        elif seq:
            done = await ask(api, staff, "deviceUnassign", id=button)
            assert done == {"device": None, "userErrors": []}
        message = {"v": 1, "id": str(seq), "boot": 1, "seq": seq, "ts": now_ms(), "type": "sos"}
        (outcome,) = await store.take([uplink(button, message | {"m": {}}, "event")])
        assert outcome.status == "stored"
    given_to = [entry.elder_id for entry in await trail(database, action="device_assign")]
    assert given_to == [one, one, other], "whom it was taken from is told as well"
    said = await rows(database, "SELECT elder_id FROM device_event ORDER BY event_id")
    assert [row.elder_id for row in said] == [None, one, other, None]
    alarms = await rows(database, "SELECT elder_id FROM alarm WHERE type = 'SOS' ORDER BY id")
    assert [row.elder_id for row in alarms] == [one, other]


async def test_who_may_not_gives_nothing_away(api: Api, database: Database, button: str) -> None:
    one, _, region = await two_elders(database)
    staff, elder = replace(api.actor(Role.STATION), region=region), public_id("elder", one)
    desk = replace(api.actor(Role.DISPATCHER), region=region)
    hers = (await names(database, DeviceKind.SOS_BUTTON, 1))[0]
    before = await owner(database, button), await owner(database, hers)
    (stranger,) = await rows(
        database, "SELECT id FROM elder WHERE region_code <> :here ORDER BY id LIMIT 1", here=region
    )
    for who, given, code in (
        (desk, {"id": button, "elderId": elder}, "NOT_FOUND"),
        (staff, {"id": button, "elderId": public_id("elder", stranger.id)}, "NOT_FOUND"),
        (staff, {"id": public_id("device", one), "elderId": elder}, "NOT_FOUND"),
    ):
        (error,) = (await ask(api, who, "deviceAssign", **given))["userErrors"]
        assert error["code"] == code
    async with database.transaction("operator") as session:
        await registry.revoke(session, UUID(button.removeprefix("device_")))
    (error,) = (await ask(api, staff, "deviceAssign", id=button, elderId=elder))["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "id")
    assert (await owner(database, button), await owner(database, hers)) == before

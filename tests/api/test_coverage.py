"""How many elders are protected: each figure is the list behind it, and rights hold for both."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import text

from domain.access import Role
from domain.calendar import now
from domain.database import Database
from domain.devices.heartbeat import online
from tests.access.oracle import expected
from tests.access.world import World
from tests.clients import Api

# Of each elder's devices chance decides which were heard, and when; some are out of use.
THROW = """
UPDATE device SET
    last_seen_at = CASE WHEN random() < 0.3 THEN NULL WHEN random() < 0.5 THEN now()
        ELSE now() - interval '3 days' END,
    revoked_at = CASE WHEN random() < 0.1 THEN now() END
"""
FIGURES = "elders protected partly uncovered neverHeard withoutDevice"
WORDS = ("PROTECTED", "PARTLY", "UNCOVERED", "NEVER_HEARD", "WITHOUT_DEVICE")
COVERAGE = f"query ($region: String) {{ coverage(region: $region) {{ {FIGURES} }} }}"
_LIST = "{0}: elders(first: 0, filter: {{region: $region, protection: {0}}}) {{ totalCount }}"
LISTS = "query ($region: String) {" + " ".join(map(_LIST.format, WORDS)) + "}"


def word(devices: list[Mapping[str, Any]]) -> str:
    """What an elder with these devices is, said once more."""
    heard = [one for one in devices if one["last_seen_at"]]
    live = {online(one["kind"], one["last_seen_at"], now()) for one in heard}
    if not heard:
        return "NEVER_HEARD" if devices else "WITHOUT_DEVICE"
    if len(live) > 1:
        return "PARTLY"
    return "PROTECTED" if live.pop() else "UNCOVERED"


@pytest.mark.parametrize(
    "role", [Role.OFFICIAL, Role.DISPATCHER, Role.FAMILY, Role.VENDOR, Role.ADMIN]
)
async def test_figures_are_the_lists_behind_them(api: Api, database: Database, role: Role) -> None:
    async with database.transaction("test") as session:
        await session.execute(text("SELECT setseed(0.5)"))
        await session.execute(text(THROW))
    world, actor = await World.read(database.url), api.actor(role)
    devices = {
        key: row
        for key in expected(world, actor, "device")
        if (row := world.tables["device"][key])["revoked_at"] is None
    }
    wanted = Counter(
        word([one for one in devices.values() if one["elder_id"] == elder])
        for elder in expected(world, actor, "elder")
    )
    figures = (await api.data(role, COVERAGE))["coverage"]
    assert figures.pop("elders") == sum(figures.values()) == wanted.total()
    assert list(figures.values()) == [wanted[name] for name in WORDS]
    lists = await api.data(role, LISTS)
    assert {name: shown["totalCount"] for name, shown in lists.items()} == {
        name: wanted[name] for name in WORDS
    }


async def test_of_a_region(api: Api, database: Database) -> None:
    there = await api.data(Role.OFFICIAL, COVERAGE, region="330102")
    assert there == await api.data(Role.ADMIN, COVERAGE, region="330102")
    elsewhere = await api.data(Role.OFFICIAL, COVERAGE, region="11")
    assert set(elsewhere["coverage"].values()) == {0}

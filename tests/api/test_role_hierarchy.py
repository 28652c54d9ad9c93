"""Who grants and ends which role where: every cell of the table, said once more."""

from dataclasses import dataclass
from typing import Any

import pytest

from domain.access import Actor, Role
from domain.accounts.places import PLACE_OF
from domain.database import Database
from domain.ids import public_id
from tests.api.roles import code, end, everything, grant, stored
from tests.clients import Api
from tests.makers.accounts import make_account
from tests.makers.beds import make_station
from tests.makers.canteens import make_canteen

DISTRICT, STREET, COMMUNITY, ELSEWHERE = "330102", "330102001", "330102001051", "330105001"
REGIONS = {"above": DISTRICT, "same": STREET, "below": COMMUNITY, "elsewhere": ELSEWHERE}
HERE = {"same", "below"}

MAY: dict[Role, dict[Role, set[str]]] = {
    Role.ADMIN: {role: set(REGIONS) for role in PLACE_OF},
    Role.OFFICIAL: {
        Role.OFFICIAL: {"below"},
        Role.STATION: HERE,
        Role.DISPATCHER: HERE,
        Role.ADVISOR: HERE,
        Role.VOLUNTEER: HERE,
        Role.CANTEEN: HERE,
    },
    Role.STATION: {Role.CAREGIVER: {"same"}, Role.VOLUNTEER: HERE},
}
"""Granter -> role -> where, seen from the granter's street and station."""


@dataclass
class Ground:
    """Houses in each of the regions, and a granter in the street and its house."""

    places: dict[tuple[str | None, str], dict[str, Any]]
    granter: Actor

    def place(self, role: Role, where: str) -> dict[str, Any]:
        """Columns of ``account``."""
        return self.places.get((PLACE_OF.get(role), where), {})


@pytest.fixture
async def ground(database: Database, api: Api, request: pytest.FixtureRequest) -> Ground:
    """Where the granter of the test's role stands."""
    places: dict[tuple[str | None, str], dict[str, Any]] = {}
    vendor = (await stored(database, api.actor(Role.VENDOR).id)).vendor_id
    for where, region in REGIONS.items():
        houses = await make_station(database, region), await make_canteen(database, region)
        places["region_code", where] = {"region_code": region}
        places["station_id", where] = {"region_code": region, "station_id": houses[0]}
        places["canteen_id", where] = {"region_code": region, "canteen_id": houses[1]}
        places["vendor_id", where] = {"vendor_id": vendor}
    columns = dict(places["station_id", "same"])
    return Ground(places, await make_account(database, request.param, **columns))


def given(role: Role, columns: dict[str, Any]) -> dict[str, str]:
    """A place as the input names it."""
    match PLACE_OF.get(role):
        case None:
            return {}
        case "region_code":
            return {"regionCode": columns["region_code"]}
        case name:
            prefix = name.removesuffix("_id")
            return {f"{prefix}Id": public_id(prefix, columns[name])}


EACH = pytest.mark.parametrize(
    "ground", list(Role), indirect=True, ids=[role.value for role in Role]
)


@EACH
async def test_granting(api: Api, database: Database, ground: Ground) -> None:
    may = MAY.get(ground.granter.role, {})
    for role in Role:
        for where in REGIONS:
            before = await everything(database)
            payload = await grant(
                api, ground.granter, role, **given(role, ground.place(role, where))
            )
            allowed = where in may.get(role, set())
            assert code(payload) == (None if allowed else "PERMISSION_DENIED"), (role, where)
            assert (await everything(database) != before) is allowed
            assert (payload["account"] is not None) is allowed


@EACH
async def test_ending(api: Api, database: Database, ground: Ground) -> None:
    may = MAY.get(ground.granter.role, {})
    for role in Role:
        for where in REGIONS:
            theirs = await make_account(database, role, **ground.place(role, where))
            before = await everything(database)
            payload = await end(api, ground.granter, theirs.id)
            allowed = where in may.get(role, set())
            if allowed:
                assert code(payload) is None, (role, where)
                assert (await stored(database, theirs.id)).until is not None
            else:
                # What is not seen looks as if it were not there.
                refused = "PERMISSION_DENIED" if payload["account"] else "NOT_FOUND"
                assert code(payload) == refused, (role, where)
                assert await everything(database) == before

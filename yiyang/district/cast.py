"""Who plays in the demo: one account for each role, the mother and those around her.

Nothing marks them in the database. They are the first of the district, and keys sort in the order
in which they were made, so the first account of each role is the player's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from domain.access import Role
from yiyang.failures import Failure


class DistrictError(Failure):
    """The demo district can't be made or found here; the message says why and what helps."""


@dataclass(frozen=True, slots=True)
class Player:
    """The account that plays a role.

    Parameters:
        region_code: the region whose subtree it covers, None where it covers none.
        until: when the role ends, None where no end is set.
    """

    role: Role
    account_id: UUID
    name: str
    region_code: str | None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class District:
    """The demo's cast.

    Parameters:
        players: the account of each of the roles.
        mother_id: the elder who lives alone.
        daughter_id: the account of her daughter, who plays FAMILY.
        sos_button_id, sleep_band_id: the mother's devices.
        neighbour_id: another elder of her community.
        neighbour_daughter_id: the FAMILY account linked to that elder, a stranger to the mother.
        ward_id: the elder whom the GUARDIAN looks after.
        station_id: the street centre in which the STATION works.
        nursing_home_id: the home of the same street in which the CAREGIVER works.
        ward_stay_id: the ward's bed there.
        canteen_id: the canteen of the CANTEEN.
        open_visit_id: tomorrow's visit to the mother, which anyone may claim at first.
        claimed_visit_id: the ward's in three days, which the VOLUNTEER has claimed.
        refused_case_id: the mother's application of some months ago.
        new_case_id: the neighbour's application; her daughter submitted it.
        accepted_case_id: the ward's application, whose clock runs; the ADVISOR has these two.
    """

    players: Mapping[Role, Player]
    mother_id: UUID
    daughter_id: UUID
    sos_button_id: UUID
    sleep_band_id: UUID
    neighbour_id: UUID
    neighbour_daughter_id: UUID
    ward_id: UUID
    station_id: UUID
    nursing_home_id: UUID
    ward_stay_id: UUID
    canteen_id: UUID
    open_visit_id: UUID
    claimed_visit_id: UUID
    refused_case_id: UUID
    new_case_id: UUID
    accepted_case_id: UUID


_NO_DISTRICT = (
    "the database holds no demo district ({missing}); load one into an empty database "
    "(`yiyang demo` with another --data-dir)"
)

_PLAYERS = """
    SELECT DISTINCT ON (role) role, id, name, region_code, until, elder_id, station_id, canteen_id
    FROM account ORDER BY role, id
"""

_SECOND_FAMILY = """
    SELECT account_id, elder_id FROM family_link
    WHERE account_id = (SELECT id FROM account WHERE role = 'FAMILY' ORDER BY id OFFSET 1 LIMIT 1)
"""

_LINKED = "SELECT elder_id FROM family_link WHERE account_id = $1 AND relation = $2"
_WARD = "SELECT elder_id FROM family_link WHERE account_id = $1"
_DEVICE = "SELECT id FROM device WHERE elder_id = $1 AND kind = $2 ORDER BY id LIMIT 1"

# Each the elder's first one, whatever has become of it since the district was made.
_SERVICES = """
    SELECT (SELECT id FROM bed_stay WHERE elder_id = $3 ORDER BY id LIMIT 1) AS ward_stay_id,
        (SELECT id FROM visit_task WHERE elder_id = $1 ORDER BY id LIMIT 1) AS open_visit_id,
        (SELECT id FROM visit_task WHERE elder_id = $3 ORDER BY id LIMIT 1) AS claimed_visit_id,
        (SELECT id FROM assistance_case WHERE elder_id = $1 ORDER BY id LIMIT 1) AS refused_case_id,
        (SELECT id FROM assistance_case WHERE elder_id = $2 ORDER BY id LIMIT 1) AS new_case_id,
        (SELECT id FROM assistance_case WHERE elder_id = $3 ORDER BY id LIMIT 1) AS accepted_case_id
"""


async def find_cast(connection: asyncpg.Connection) -> District:
    """Find the cast of a district that was loaded earlier.

    Raises: DistrictError where the database has none, or not all of it.
    """
    rows = await connection.fetch(_PLAYERS)
    players = {
        (role := Role(row["role"])): Player(
            role, row["id"], row["name"], row["region_code"], row["until"]
        )
        for row in rows
    }
    absent = sorted(role.value for role in set(Role) - set(players))
    if absent:
        raise DistrictError(_NO_DISTRICT.format(missing=f"no account for {', '.join(absent)}"))
    accounts = {Role(row["role"]): row for row in rows}
    family = await _family(connection, players, accounts[Role.ELDER]["elder_id"])
    services = await _services(connection, accounts, family)
    return District(players=players, **family, **services)


async def _family(
    connection: asyncpg.Connection, players: Mapping[Role, Player], mother_id: UUID
) -> dict[str, Any]:
    """The family, the neighbours and the devices of the one who plays the mother."""
    daughter_id = players[Role.FAMILY].account_id
    looked_after = await connection.fetchval(_LINKED, daughter_id, "DAUGHTER")
    neighbour = await connection.fetchrow(_SECOND_FAMILY)
    found: dict[str, Any] = {
        "mother_id": mother_id,
        "daughter_id": daughter_id,
        "sos_button_id": await connection.fetchval(_DEVICE, mother_id, "SOS_BUTTON"),
        "sleep_band_id": await connection.fetchval(_DEVICE, mother_id, "SLEEP_BAND"),
        "neighbour_id": neighbour and neighbour["elder_id"],
        "neighbour_daughter_id": neighbour and neighbour["account_id"],
        "ward_id": await connection.fetchval(_WARD, players[Role.GUARDIAN].account_id),
    }
    if looked_after != mother_id or None in found.values():
        raise DistrictError(_NO_DISTRICT.format(missing="the mother's family is not there"))
    return found


async def _services(
    connection: asyncpg.Connection,
    accounts: Mapping[Role, asyncpg.Record],
    family: Mapping[str, Any],
) -> dict[str, Any]:
    """Where the players work, and what they open first."""
    elders = (family["mother_id"], family["neighbour_id"], family["ward_id"])
    found: dict[str, Any] = {
        "station_id": accounts[Role.STATION]["station_id"],
        "nursing_home_id": accounts[Role.CAREGIVER]["station_id"],
        "canteen_id": accounts[Role.CANTEEN]["canteen_id"],
        **dict(await connection.fetchrow(_SERVICES, *elders) or {}),
    }
    if None in found.values():
        missing = "there are no stations, beds, visits, canteens or cases of theirs"
        raise DistrictError(_NO_DISTRICT.format(missing=missing))
    return found

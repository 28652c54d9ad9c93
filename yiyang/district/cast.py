"""Who plays in the demo: one account for each role, the mother and those around her.

Nothing marks them in the database. They are the first of the district, and keys sort in the order
in which they were made, so the first account of each role is the player's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
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
    """

    role: Role
    account_id: UUID
    name: str
    region_code: str | None


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
    """

    players: Mapping[Role, Player]
    mother_id: UUID
    daughter_id: UUID
    sos_button_id: UUID
    sleep_band_id: UUID
    neighbour_id: UUID
    neighbour_daughter_id: UUID
    ward_id: UUID


_NO_DISTRICT = (
    "the database holds no demo district ({missing}); load one into an empty database "
    "(`yiyang demo` with another --data-dir)"
)

_PLAYERS = """
    SELECT DISTINCT ON (role) role, id, name, region_code, elder_id FROM account
    ORDER BY role, id
"""

_SECOND_FAMILY = """
    SELECT account_id, elder_id FROM family_link
    WHERE account_id = (SELECT id FROM account WHERE role = 'FAMILY' ORDER BY id OFFSET 1 LIMIT 1)
"""

_LINKED = "SELECT elder_id FROM family_link WHERE account_id = $1 AND relation = $2"
_WARD = "SELECT elder_id FROM family_link WHERE account_id = $1"
_DEVICE = "SELECT id FROM device WHERE elder_id = $1 AND kind = $2 ORDER BY id LIMIT 1"


async def find_cast(connection: asyncpg.Connection) -> District:
    """Find the cast of a district that was loaded earlier.

    Raises: DistrictError where the database has none, or not all of it.
    """
    rows = await connection.fetch(_PLAYERS)
    players = {
        (role := Role(row["role"])): Player(role, row["id"], row["name"], row["region_code"])
        for row in rows
    }
    absent = sorted(role.value for role in set(Role) - set(players))
    if absent:
        raise DistrictError(_NO_DISTRICT.format(missing=f"no account for {', '.join(absent)}"))
    elders = {Role(row["role"]): row["elder_id"] for row in rows}
    return await _around(connection, players, elders[Role.ELDER])


async def _around(
    connection: asyncpg.Connection, players: Mapping[Role, Player], mother_id: UUID
) -> District:
    """The family, the neighbours and the devices of the one who plays the mother."""
    daughter_id = players[Role.FAMILY].account_id
    looked_after = await connection.fetchval(_LINKED, daughter_id, "DAUGHTER")
    button = await connection.fetchval(_DEVICE, mother_id, "SOS_BUTTON")
    band = await connection.fetchval(_DEVICE, mother_id, "SLEEP_BAND")
    ward_id = await connection.fetchval(_WARD, players[Role.GUARDIAN].account_id)
    neighbour = await connection.fetchrow(_SECOND_FAMILY)
    if looked_after != mother_id or None in (button, band, ward_id, neighbour):
        raise DistrictError(_NO_DISTRICT.format(missing="the mother's family is not there"))
    assert neighbour is not None  # said above, in a way a type checker does not follow
    return District(
        players=players,
        mother_id=mother_id,
        daughter_id=daughter_id,
        sos_button_id=button,
        sleep_band_id=band,
        neighbour_id=neighbour["elder_id"],
        neighbour_daughter_id=neighbour["account_id"],
        ward_id=ward_id,
    )

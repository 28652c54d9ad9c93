"""Everybody who may see an elder now, and by which rule: asked of the rules that reads apply."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, Uuid, literal, literal_column, select, union_all
from sqlmodel import col

from domain.access import ConsentScope, Role
from domain.accounts.models import Account
from domain.accounts.periods import is_in_force
from domain.database import Database
from domain.elders.models import Elder
from domain.elders.visibility import elder_visible
from domain.family.consents import open_consents
from domain.family.lifecycle import LinkState
from domain.family.models import UNTIL, FamilyLink
from domain.row_access import anyone
from domain.tables import Subtree

MOST = 500
"""Entries of a list at most: the nearest to the elder come first."""

_NEAREST_FIRST = (
    Role.ELDER,
    Role.GUARDIAN,
    Role.FAMILY,
    Role.VOLUNTEER,
    Role.CAREGIVER,
    Role.ADVISOR,
)

_HOLDER = "reader"
_REGION = f"{_HOLDER}.region_code"
_BEYOND = f"left({_REGION}, -1) || chr(ascii(right({_REGION}, 1)) + 1)"
"""As ``Subtree.of`` makes it."""


@dataclass(frozen=True, slots=True)
class Reader:
    """An account that may see an elder.

    Parameters:
        rule: of the role, in words.
        consents: what the elder shows one of the family, and until when; of others nothing: they
            need none.
    """

    account_id: UUID
    name: str
    role: Role
    rule: str
    consents: Sequence[tuple[ConsentScope, datetime]]


async def readers_of(database: Database, elder_id: UUID, moment: datetime) -> list[Reader]:
    """Who may see an elder, the nearest first; at most 500.

    Parameters:
        moment: at which consents must hold.
    """
    everyone = union_all(*(_of_role(role, place, elder_id) for place, role in _in_order()))
    found = everyone.subquery()
    rows = await database.fetch(select(found).order_by(found.c.place, found.c.id).limit(MOST))
    consents = await _consents(database, elder_id, moment)
    return [
        Reader(
            row.id,
            row.name,
            Role(row.role),
            elder_visible.words(Role(row.role)) or "",
            consents.get(row.id, ()) if row.role == Role.FAMILY else (),
        )
        for row in rows
    ]


def _in_order() -> list[tuple[int, Role]]:
    others = [role for role in Role if role not in _NEAREST_FIRST]
    order = enumerate([*_NEAREST_FIRST, *others])
    return [(place, role) for place, role in order if elder_visible.words(role)]


def _of_role(role: Role, place: int, elder_id: UUID) -> Select[*tuple[Any, ...]]:
    """The accounts of a role by whose rule the elder is seen."""
    columns = (col(Account.id), col(Account.name), col(Account.role), col(Account.region_code))
    accounts = select(*columns).where(col(Account.role) == role, is_in_force())
    reader = accounts.subquery(_HOLDER)
    # As text: the rules look into the same tables, and must not take these for theirs.
    region = Subtree(literal_column(_REGION, Text()), literal_column(_BEYOND, Text()))
    somebody = anyone(role, literal_column(f"{_HOLDER}.id", Uuid()), region)
    return (
        select(reader.c.id, reader.c.name, reader.c.role, literal(place).label("place"))
        .select_from(reader)
        .join(Elder, col(Elder.id) == elder_id)
        .where(elder_visible(somebody))
    )


async def _consents(
    database: Database, elder_id: UUID, moment: datetime
) -> dict[UUID, Sequence[tuple[ConsentScope, datetime]]]:
    wanted = select(col(FamilyLink.account_id), *UNTIL.values()).where(
        col(FamilyLink.elder_id) == elder_id, col(FamilyLink.state) == LinkState.ACTIVE
    )
    rows = await database.fetch(wanted)
    return {row[0]: open_consents(row, moment) for row in rows}

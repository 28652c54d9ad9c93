"""Signed development tokens for any role of a demo district."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from api.auth.scopes import ALL
from api.auth.tokens import Grant, TokenKey
from domain.access import Actor, Role
from domain.accounts.periods import ends_with
from domain.ids import parse_public_id
from yiyang.district.cast import District
from yiyang.keys import DevelopmentKeys
from yiyang.settings import SettingsError

_OF_ROLE = """
    SELECT id, name, region_code, until FROM account
    WHERE role = $1 AND since <= now() AND (until IS NULL OR until > now())
"""
_BY_KEY = f"{_OF_ROLE} AND id = $2"
_BY_NAME = f"{_OF_ROLE} AND name = $2 ORDER BY id"
_BY_ELDER = f"""{_OF_ROLE} AND (elder_id = $2
        OR id IN (SELECT account_id FROM family_link WHERE elder_id = $2)) ORDER BY id
"""
_SHOWN = 5


@dataclass(frozen=True)
class Person:
    """An account as a token needs it."""

    account_id: UUID
    name: str
    region_code: str | None
    until: datetime | None = None


async def find_person(connection: asyncpg.Connection, role: Role, person: str) -> Person:
    """The account of a role, in force, by its name, its id, or the id of its elder.

    Raises: SettingsError where there is none, or several.
    """
    parsed = parse_public_id(person)
    if parsed is None:
        rows = await connection.fetch(_BY_NAME, role.value, person)
    elif parsed[0] == "elder":
        rows = await connection.fetch(_BY_ELDER, role.value, parsed[1])
    else:
        rows = await connection.fetch(_BY_KEY, role.value, parsed[1])
    if not rows:
        raise SettingsError(f"there is no {role.value.lower()} account for {person}.")
    if len(rows) > 1:
        some = ", ".join(f"account_{row['id'].hex}" for row in rows[:_SHOWN])
        raise SettingsError(f"{len(rows)} {role.value.lower()} accounts match {person}: {some}.")
    return Person(rows[0]["id"], rows[0]["name"], rows[0]["region_code"], rows[0]["until"])


def player(district: District, role: Role) -> Person:
    """The demo's own account of a role."""
    found = district.players[role]
    return Person(found.account_id, found.name, found.region_code, found.until)


def sign(
    known: DevelopmentKeys,
    role: Role,
    person: Person,
    *,
    region: str | None = None,
    lifetime: timedelta = timedelta(hours=1),
    budget: int | None = None,
    scopes: frozenset[str] = ALL,
) -> str:
    """A token for a person.

    Parameters:
        region: instead of the account's own.
        budget: size of the caller's cost bucket in points.
        scopes: what its client may do; a developer's, all.
    """
    actor = Actor(person.account_id, role, region or person.region_code)
    ends = ends_with(person, datetime.now(UTC) + lifetime)
    grant = Grant(actor, ends, budget, scopes)
    return TokenKey(known.token_jwk).sign(grant)

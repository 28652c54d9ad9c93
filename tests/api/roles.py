"""Granting and ending roles over HTTP, for tests."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlmodel import col

from api.relay import key_of
from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.calendar import DISTRICT_ZONE
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from tests.clients import Api
from tests.makers.accounts import make_account, make_person

GRANT = """
mutation ($input: RoleGrantInput!) { roleGrant(input: $input) {
  account { id role since until permissions region { code } station { id } canteen { id }
    vendor { id } }
  userErrors { code field message blockers } } }
"""
END = """
mutation ($input: RoleEndInput!) { roleEnd(input: $input) {
  account { id until } userErrors { code field message } } }
"""

STREET = "330102001"

_phones: Iterator[int] = count(13700000000)


def begins(day: date) -> datetime:
    """The first moment of a day by the district's clock."""
    return datetime.combine(day, time(), DISTRICT_ZONE).astimezone(UTC)


async def make_official(database: Database, vault: Vault) -> Actor:
    """An official of a street: 周岚, 13600000001."""
    person_id = await make_person(database, "周岚", vault=vault, phone="13600000001")
    return await make_account(database, Role.OFFICIAL, person_id, region_code=STREET)


def a_phone() -> str:
    """A number that nobody has had yet."""
    return str(next(_phones))


async def grant(api: Api, who: Actor | Role, role: Role, **given: Any) -> dict[str, Any]:
    """The payload; to somebody new unless an account or a phone is given."""
    if not given.keys() & {"accountId", "phone"}:
        given |= {"phone": a_phone(), "name": "何方"}
    wanted = {"role": role.value, **given}
    return (await api.data(who, GRANT, input=wanted))["roleGrant"]


async def end(api: Api, who: Actor | Role, account_id: UUID, **given: Any) -> dict[str, Any]:
    """The payload."""
    wanted = {"id": public_id("account", account_id), **given}
    return (await api.data(who, END, input=wanted))["roleEnd"]


def code(payload: dict[str, Any]) -> str | None:
    """Of the refusal; None where there was none."""
    return payload["userErrors"][0]["code"] if payload["userErrors"] else None


def key(payload: dict[str, Any]) -> UUID:
    """Of the account."""
    return key_of(payload["account"]["id"], "account")


async def stored(database: Database, account_id: UUID) -> Account:
    """The account as it is."""
    async with database.transaction("test") as session:
        found = await session.scalar(select(Account).where(col(Account.id) == account_id))
    assert found
    return found


_ROWS = " UNION ALL ".join(
    f"SELECT '{name}', count(*), sum(xmin::text::bigint) FROM {name}"
    for name in ("account", "person", "volunteer", "revocation", "outbox_event", "pgqueuer")
)


async def everything(database: Database) -> list[Any]:
    """Of every table that granting writes: who writes a row, even the same again, changes it."""
    async with database.transaction("test") as session:
        return sorted(tuple(row) for row in await session.execute(text(_ROWS)))

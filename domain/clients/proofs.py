"""What the authorization server asks about a client that claims to be one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Role
from domain.accounts.models import Account
from domain.accounts.periods import is_in_force
from domain.clients.models import OauthAssertion, OauthClient
from domain.database import Database
from domain.dropping import dropped

_NOBODY = UUID(int=0)
"""Looked for where what was sent is no id, so that this takes as long."""


@dataclass(frozen=True)
class Known:
    """A client that may have tokens, as it was when somebody claimed to be it.

    Parameters:
        epoch: what its tokens of now stand and fall with.
        secrets: hashes of those that are good now.
        jwks: its public keys, if it proves itself by keys.
        until: the end of its account; None for none.
    """

    id: UUID
    account_id: UUID
    region: str | None
    epoch: UUID
    scopes: frozenset[str]
    budget: int | None
    secrets: tuple[bytes, ...]
    jwks: Mapping[str, Any] | None
    until: datetime | None


_PREVIOUS = case((col(OauthClient.previous_until) > func.now(), col(OauthClient.previous_hash)))
_CLIENTS = (
    select(
        col(OauthClient.id),
        col(OauthClient.account_id),
        col(Account.region_code),
        col(OauthClient.epoch),
        col(OauthClient.scopes),
        col(OauthClient.budget),
        col(OauthClient.secret_hash),
        _PREVIOUS.label("previous_hash"),
        col(OauthClient.jwks),
        col(Account.until),
    )
    .join(Account, col(Account.id) == col(OauthClient.account_id))
    .where(
        col(OauthClient.disabled_at).is_(None),
        col(Account.role) == Role.VENDOR,
        is_in_force(),
    )
)


async def find(database: Database, client_id: UUID | None) -> Known | None:
    """The client of an id, as far as it may have tokens now.

    Parameters:
        client_id: None where what was sent is no id: the same statement is run.
    """
    rows = await database.fetch(
        _CLIENTS.where(col(OauthClient.id) == (client_id or _NOBODY)), primary=True
    )
    if not rows:
        return None
    row = rows[0]
    return Known(
        id=row.id,
        account_id=row.account_id,
        region=row.region_code,
        epoch=row.epoch,
        scopes=frozenset(row.scopes),
        budget=row.budget,
        secrets=tuple(one for one in (row.secret_hash, row.previous_hash) if one is not None),
        jwks=row.jwks,
        until=row.until,
    )


async def use_assertion(session: AsyncSession, client_id: UUID, jti: str, until: datetime) -> bool:
    """Note that a client has used an assertion; whether it was the first to use it.

    Of two that come at once the second waits until the first has committed.

    Parameters:
        until: from when on nobody takes it any more for its age.
    """
    row = {"client_id": client_id, "jti_hash": sha256(jti.encode()).digest(), "until": until}
    noted = insert(OauthAssertion).values(row).on_conflict_do_nothing().returning(text("1"))
    return (await session.execute(noted)).first() is not None


async def prune(session: AsyncSession) -> int:
    """Forget assertions that are too old to be taken. Returns: how many."""
    over = col(OauthAssertion.until) < func.now()
    return await dropped(session, OauthAssertion, over)

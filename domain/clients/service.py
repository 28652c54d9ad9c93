"""What an operator does with OAuth clients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Role
from domain.accounts.models import Account, Vendor
from domain.accounts.periods import is_in_force
from domain.accounts.revocations import revoke
from domain.audit.service import Act, Source, record
from domain.calendar import now
from domain.clients.models import OauthClient
from domain.errors import InvalidInput, NotFound
from domain.reasons import Reason
from domain.secrets import hashed, new_secret

OVERLAP = timedelta(days=1)
"""How long the secret before the newest one stays good, where nothing else is said."""


@dataclass(frozen=True)
class NewClient:
    """What an operator says of a client.

    Parameters:
        vendor: name of the vendor whose rows it is to see.
        name: for people, for example 订单对接.
        scopes: what it may ask for.
        budget: size of its cost bucket in points; None for the default.
        jwks: its public keys; None for a client with a secret.
    """

    vendor: str
    name: str
    scopes: Sequence[str]
    budget: int | None = None
    jwks: Mapping[str, Any] | None = None


async def create(session: AsyncSession, wanted: NewClient) -> tuple[OauthClient, str | None]:
    """A new client of a vendor, and its secret, which nobody can ever read again.

    Raises: NotFound("vendor"), InvalidInput for a name or a budget that no rule admits.
    """
    secret = None if wanted.jwks is not None else new_secret()
    client = OauthClient(
        account_id=await _account_of(session, wanted.vendor),
        name=wanted.name,
        secret_hash=hashed(secret) if secret is not None else None,
        jwks=dict(wanted.jwks) if wanted.jwks is not None else None,
        scopes=sorted(wanted.scopes),
        budget=wanted.budget,
    )
    session.add(client)
    await _recorded(session, "client_create", client)
    return client, secret


async def rotate(
    session: AsyncSession, client_id: UUID, overlap: timedelta = OVERLAP
) -> tuple[OauthClient, str]:
    """A new secret for a client; the one before stays good for some time, any older one ends now.

    Raises: NotFound, InvalidInput("client_id") for one that proves itself by keys.
    """
    client = await _locked(session, client_id)
    if client.secret_hash is None:
        raise InvalidInput("client_id", reason=Reason.NOT_CONSISTENT)
    secret = new_secret()
    client.previous_hash, client.previous_until = client.secret_hash, now() + overlap
    client.secret_hash = hashed(secret)
    await _recorded(session, "client_rotate", client)
    return client, secret


async def replace_keys(
    session: AsyncSession, client_id: UUID, jwks: Mapping[str, Any]
) -> OauthClient:
    """Other public keys for a client that proves itself by keys.

    Raises: NotFound, InvalidInput("client_id") for one that has a secret.
    """
    client = await _locked(session, client_id)
    if client.jwks is None:
        raise InvalidInput("client_id", reason=Reason.NOT_CONSISTENT)
    client.jwks = dict(jwks)
    await _recorded(session, "client_replace_keys", client)
    return client


async def give_scopes(session: AsyncSession, client_id: UUID, scopes: Sequence[str]) -> OauthClient:
    """A client may ask for these scopes from now on, and for no others. Where it loses one, the
    tokens that it has are void. Raises: NotFound.
    """
    client = await _locked(session, client_id)
    loses = not set(client.scopes) <= set(scopes)
    client.scopes = sorted(scopes)
    if loses:
        await revoke(session, client.epoch)
        await _begin_epoch(session, client)
    await _recorded(session, "client_give_scopes", client)
    return client


async def disable(session: AsyncSession, client_id: UUID) -> OauthClient:
    """A client gets no more tokens, and those that it has are void; its webhooks stop.

    Raises: NotFound.
    """
    client = await _locked(session, client_id)
    if client.disabled_at is None:
        client.disabled_at = now()
        await revoke(session, client.epoch)
        await _recorded(session, "client_disable", client)
    return client


async def enable(session: AsyncSession, client_id: UUID) -> OauthClient:
    """A client gets tokens again; those from before stay void. Its webhooks go on.

    Raises: NotFound.
    """
    client = await _locked(session, client_id)
    if client.disabled_at is not None:
        client.disabled_at = None
        await _begin_epoch(session, client)
        await _recorded(session, "client_enable", client)
    return client


async def all_clients(session: AsyncSession) -> Sequence[tuple[OauthClient, str]]:
    """Every client with its vendor's name, oldest first."""
    statement = (
        select(OauthClient, col(Vendor.name))
        .join(Account, col(Account.id) == col(OauthClient.account_id))
        .join(Vendor, col(Vendor.id) == col(Account.vendor_id))
        .order_by(col(OauthClient.id))
    )
    return [(client, vendor) for client, vendor in (await session.execute(statement)).all()]


async def _account_of(session: AsyncSession, vendor: str) -> UUID:
    """The account in which a vendor's clients act: its oldest one that may be used."""
    theirs = (
        select(col(Account.id))
        .join(Vendor, col(Vendor.id) == col(Account.vendor_id))
        .where(col(Vendor.name) == vendor, col(Account.role) == Role.VENDOR, is_in_force())
        .order_by(col(Account.id))
    )
    account_id = await session.scalar(theirs.limit(1))
    if account_id is None:
        raise NotFound("vendor")
    return account_id


async def _locked(session: AsyncSession, client_id: UUID) -> OauthClient:
    client = await session.get(OauthClient, client_id, with_for_update=True)
    if client is None:
        raise NotFound("client_id")
    return client


async def _begin_epoch(session: AsyncSession, client: OauthClient) -> None:
    client.epoch = (await session.execute(select(func.uuidv7()))).scalar_one()


async def _recorded(session: AsyncSession, action: str, client: OauthClient) -> None:
    """Nobody we know does these things: whoever may run commands on the machine."""
    await session.flush()
    record(session, None, Source(), [Act(action, OauthClient.__tablename__, client.id)])

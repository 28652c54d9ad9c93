"""Which of a person's accounts a session may act in, and which it does."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.accounts.identities import StaffAccount
from domain.accounts.models import Account
from domain.accounts.periods import accounts_of
from domain.errors import NotFound
from domain.sessions.models import LoginSession


async def usable(
    session: AsyncSession, person_id: UUID, identity_id: UUID | None
) -> Sequence[Account]:
    """A person's accounts that a session may act in.

    What an identity provider has given is used in sessions that it has opened, and there first: it
    can end these, and no phone that stays signed in for months outlasts a dismissal.

    Parameters:
        identity_id: who the person is at the provider that opened the session; None where none did.
    """
    accounts = await accounts_of(session, person_id)
    keys = [account.id for account in accounts]
    rows = select(StaffAccount).where(col(StaffAccount.account_id).in_(keys))
    given = {row.account_id: row.identity_id for row in (await session.scalars(rows)).all()}
    usable = [one for one in accounts if given.get(one.id, identity_id) == identity_id]
    return sorted(usable, key=lambda one: one.id not in given)


def chosen(accounts: Sequence[Account], wanted: UUID | None, last: UUID | None) -> Account:
    """The account that is wished for, else the last, else the first.

    Raises: NotFound(account) where the wish is none of them, and where there are none.
    """
    if wanted is not None:
        accounts = [one for one in accounts if one.id == wanted]
    if not accounts:
        raise NotFound("account")
    return next((one for one in accounts if one.id == last), accounts[0])


async def last_used(
    session: AsyncSession, person_id: UUID, identity_id: UUID | None
) -> UUID | None:
    """The account of the person's last session that the same opened."""
    sessions = select(col(LoginSession.account_id)).where(
        col(LoginSession.person_id) == person_id,
        col(LoginSession.staff_identity_id).is_not_distinct_from(identity_id),
    )
    return await session.scalar(sessions.order_by(col(LoginSession.id).desc()).limit(1))

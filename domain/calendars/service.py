"""An account has one address of its calendar at a time; a new one makes the old one void."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.accounts.models import Account
from domain.calendar import now
from domain.calendars.models import CalendarLink
from domain.calendars.visibility import calendar_link_visible
from domain.errors import NotFound, PermissionDenied
from domain.secrets import hashed, new_secret


async def create(session: AsyncSession, actor: Actor) -> tuple[CalendarLink, str]:
    """A new address, and the secret in it; the account's address until now leads nowhere any more.

    Raises: PermissionDenied.
    """
    _authorize(actor)
    # Two at once would both find none to revoke.
    mine = select(col(Account.id)).where(col(Account.id) == actor.id)
    await session.execute(mine.with_for_update(of=Account, key_share=True))
    before = await session.scalar(
        select(CalendarLink).where(
            col(CalendarLink.account_id) == actor.id, col(CalendarLink.revoked_at).is_(None)
        )
    )
    if before is not None:
        before.revoked_at = now()
        await session.flush()
    secret = new_secret()
    link = CalendarLink(account_id=actor.id, token_hash=hashed(secret))
    session.add(link)
    await session.flush()
    return link, secret


async def revoke(session: AsyncSession, actor: Actor, link_id: UUID) -> CalendarLink:
    """The address leads nowhere any more; one that did so already stays as it is.

    Raises: NotFound, PermissionDenied.
    """
    statement = select(CalendarLink).where(
        col(CalendarLink.id) == link_id, calendar_link_visible(actor)
    )
    link = await session.scalar(statement.with_for_update(of=CalendarLink))
    if link is None:
        raise NotFound("id")
    _authorize(actor)
    if link.revoked_at is None:
        link.revoked_at = now()
    return link


def _authorize(actor: Actor) -> None:
    if not actor.may(Permission.CALENDAR_LINK_KEEP):
        raise PermissionDenied(action=Permission.CALENDAR_LINK_KEEP.value)

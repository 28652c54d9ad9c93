"""What must no longer be believed, although its tokens have not expired yet.

A token is checked by its signature alone. So whoever takes a right away before its time says so
here, in the same transaction, and every process that checks tokens hears of it.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Column, Uuid, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col

from domain.dropping import dropped
from domain.outbox import Event, record
from domain.tables import Table, moment

TOPIC = "access"

LONGEST_TOKEN = timedelta(days=30)
"""No access token lasts longer."""


class Revocation(Table, table=True):
    """A session, an account, a client or a token that is void until the last has expired."""

    # No foreign key: sessions, accounts and clients are in tables of their own.
    subject_id: UUID = Field(sa_column=Column(Uuid(), primary_key=True))
    until: datetime = Field(sa_column=moment())


async def revoke(
    session: AsyncSession, subject_id: UUID, expires_at: datetime | None = None
) -> None:
    """Void every token of a session, an account or a client, or a single one, from the commit on.

    Parameters:
        subject_id: what stands in the tokens as ``sub``, ``sid``, ``client_id`` or ``jti``.
        expires_at: when the last of them is over by itself; as late as can be if None.
    """
    values = {"subject_id": subject_id, "until": expires_at or func.now() + LONGEST_TOKEN}
    await session.execute(insert(Revocation).values(values).on_conflict_do_nothing())
    record(session, Event(TOPIC, subject_id, "REVOKED"))


REVOKED = select(col(Revocation.subject_id))
"""All subjects whose tokens are void."""


async def prune(session: AsyncSession) -> int:
    """Forget those whose last token has expired by itself.

    Returns: how many.
    """
    over = col(Revocation.until) < func.now()
    return await dropped(session, Revocation, over)

"""How many exports an account may have, and ask for."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.accounts.models import Account
from domain.errors import TooManyExports
from domain.exports.lifecycle import UNFINISHED, ExportState
from domain.exports.models import Export
from domain.ids import public_id

MOST_UNFINISHED = 2
"""Exports of an account that wait or run at a time."""

MOST_KEPT = 10
"""Files of an account, with those that are still to be written."""

MOST_STARTED = 20
"""Exports that an account asks for within ``STARTED_WITHIN``, whatever became of them: to give one
up makes room for another, and each leaves a row behind."""

STARTED_WITHIN = timedelta(hours=1)


async def refuse_too_many(session: AsyncSession, actor: Actor) -> None:
    """Whether there is room for one more; until the transaction ends nobody else takes it.

    Raises: TooManyExports(blockers: those that are in the way; none where waiting is what helps).
    """
    # Of two at a time the second waits here, and then counts the first.
    account = select(col(Account.id)).where(col(Account.id) == actor.id)
    await session.execute(account.with_for_update(key_share=True))
    statement = select(col(Export.id), col(Export.state)).where(
        col(Export.account_id) == actor.id, col(Export.state).in_((*UNFINISHED, ExportState.DONE))
    )
    kept = (await session.execute(statement.order_by(col(Export.id)))).all()
    unfinished = [key for key, state in kept if state in UNFINISHED]
    for keys, most in ((unfinished, MOST_UNFINISHED), ([key for key, _ in kept], MOST_KEPT)):
        if len(keys) >= most:
            raise TooManyExports(blockers=[public_id("export", key) for key in keys], most=most)
    if await _started(session, actor) >= MOST_STARTED:
        raise TooManyExports(most=MOST_STARTED)


async def _started(session: AsyncSession, actor: Actor) -> int:
    """How many the account has asked for of late."""
    statement = select(func.count(col(Export.id))).where(
        col(Export.account_id) == actor.id,
        col(Export.created_at) > func.now() - STARTED_WITHIN,
    )
    return (await session.execute(statement)).scalar_one()

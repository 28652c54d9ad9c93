"""Tags are entered, ended and taken back; what was believed before stays.

Who changes an elder's tags waits for whoever changes the elder; that no two periods of a tag
overlap is PostgreSQL's to say.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.calendar import now, today
from domain.elders.models import Elder, ElderTag, Tag
from domain.elders.registry import registered
from domain.errors import InvalidInput
from domain.lines import line
from domain.periods import lasting
from domain.reasons import Reason

MAX_SOURCE = 200
"""Characters of who says so, or which paper does."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """A tag to be entered.

    Parameters:
        since: the first day; today if None.
        until: the first day no more; None for good.
        source: who says so, or which paper does.
    """

    tag: Tag
    source: str
    since: date | None = None
    until: date | None = None


async def add_tag(session: AsyncSession, actor: Actor, elder_id: UUID, wanted: Tagged) -> Elder:
    """Enter a tag of an elder's.

    Raises: NotFound, PermissionDenied, InvalidInput(since, until or source), AlreadyExists where
        the tag holds on one of these days already.
    """
    elder = await registered(session, actor, elder_id)
    session.add(new_tag(elder, wanted, actor.id))
    await session.flush()
    return elder


def new_tag(elder: Elder, wanted: Tagged, by: UUID) -> ElderTag:
    """A tag of an elder's, not yet added.

    Parameters:
        by: whose account answers for it.

    Raises: InvalidInput(since or source).
    """
    return ElderTag(
        elder_id=elder.id,
        tag=wanted.tag,
        since=first_day(wanted.since, elder.birth_date),
        until=wanted.until,
        source=checked_source(wanted.source),
        entered_by=by,
    )


def first_day(since: date | None, birth_date: date | None) -> date:
    """The day from which on a tag holds.

    Parameters:
        since: today if None.
        birth_date: the elder's, before which nobody carries one; None where it is not known.

    Raises: InvalidInput(since).
    """
    first = since or today()
    if birth_date is not None and first < birth_date:
        raise InvalidInput("since", reason=Reason.BEFORE_BIRTH)
    return first


async def end_tag(
    session: AsyncSession, actor: Actor, elder_id: UUID, tag: Tag, until: date | None = None
) -> Elder:
    """Say that a tag of an elder's holds no longer.

    Parameters:
        until: the first day no more; today if None. It may be one to come, or a past one.

    Raises: NotFound, PermissionDenied, InvalidInput(tag) where it does not hold on the day before.
    """
    elder = await registered(session, actor, elder_id)
    until = until or today()
    row = await _believed(
        session,
        elder.id,
        tag,
        col(ElderTag.since) < until,
        lasting(col(ElderTag.until), until),
    )
    _withdraw(row, actor)
    await session.flush()
    session.add(
        ElderTag(
            elder_id=elder.id,
            tag=tag,
            since=row.since,
            until=until,
            source=row.source,
            entered_by=actor.id,
        )
    )
    await session.flush()
    return elder


async def withdraw_tag(
    session: AsyncSession, actor: Actor, elder_id: UUID, tag: Tag, since: date
) -> Elder:
    """Take back a tag that was entered wrongly: it never held. With other days, or from another
    source, it is entered anew.

    Parameters:
        since: the day from which on it was said to hold.

    Raises: NotFound, PermissionDenied, InvalidInput(tag) where there is none from that day on.
    """
    elder = await registered(session, actor, elder_id)
    row = await _believed(session, elder.id, tag, col(ElderTag.since) == since)
    _withdraw(row, actor)
    return elder


def checked_source(given: str) -> str:
    """A source without blanks around it. Raises: InvalidInput(source)."""
    return line("source", given, MAX_SOURCE)


def _withdraw(row: ElderTag, actor: Actor) -> None:
    row.withdrawn_at, row.withdrawn_by = now(), actor.id


async def _believed(session: AsyncSession, elder_id: UUID, tag: Tag, *which: object) -> ElderTag:
    """The row of a tag that is believed. Raises: InvalidInput(tag) where there is none."""
    rows = select(ElderTag).where(
        col(ElderTag.elder_id) == elder_id,
        col(ElderTag.tag) == tag,
        col(ElderTag.withdrawn_at).is_(None),
    )
    row = await session.scalar(rows.where(*which).with_for_update())  # pyright: ignore[reportArgumentType]
    if row is None:
        raise InvalidInput("tag", reason=Reason.TAG_NOT_HELD)
    return row

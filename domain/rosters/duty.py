"""Who is on call at a moment, and when nobody is.

A roster says who is told first; it never means that nobody is told: where it has a gap, all who
work at the place are.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Role
from domain.accounts.models import Account
from domain.accounts.periods import is_in_force
from domain.periods import holding
from domain.rosters.models import OnCallShift


@dataclass(frozen=True, slots=True)
class Post:
    """Where somebody is on call: at a place of care, or at a division's desk; exactly one.

    Parameters:
        region_code: of the division.
    """

    station_id: UUID | None = None
    region_code: str | None = None

    @property
    def roles(self) -> frozenset[Role]:
        """Who may be on call there: those who see its alarms."""
        return _AT_STATIONS if self.station_id else _AT_DESKS

    def is_where(self, table: type[OnCallShift] | type[Account]) -> ColumnElement[bool]:
        """Whether a shift, or an account, is of this post."""
        if self.station_id:
            return col(table.station_id) == self.station_id
        return (col(table.region_code) == self.region_code) & col(table.station_id).is_(None)


_AT_STATIONS: Final = frozenset({Role.STATION})
_AT_DESKS: Final = frozenset({Role.DISPATCHER, Role.OFFICIAL})


@dataclass(frozen=True, slots=True)
class OnCall:
    """Somebody who is told of a place's alarms.

    Parameters:
        shift: which says so; None where the roster has a gap and all who work there are told.
    """

    account: Account
    shift: OnCallShift | None


@dataclass(frozen=True, slots=True)
class Gap:
    """From a moment on until before another nobody is on call."""

    since: datetime
    until: datetime


async def on_call(session: AsyncSession, post: Post, at: datetime) -> list[OnCall]:
    """Who is told of a post's alarms at a moment: those on call, backups last; where there are
    none, all who work there. Nobody only where nobody works there."""
    moment: Any = literal(at)
    rostered = (
        select(Account, OnCallShift)
        .join(OnCallShift, col(OnCallShift.account_id) == col(Account.id))
        .where(post.is_where(OnCallShift), _covers(at), is_in_force(moment))
        .order_by(col(OnCallShift.backup), col(OnCallShift.since), col(Account.id))
    )
    found = [OnCall(one, shift) for one, shift in await session.execute(rostered)]
    if found:
        return found
    staff = (
        select(Account)
        .where(post.is_where(Account), col(Account.role).in_(post.roles), is_in_force(moment))
        .order_by(col(Account.id))
    )
    return [OnCall(one, None) for one in await session.scalars(staff)]


async def ranks(
    session: AsyncSession, accounts: Collection[UUID], at: datetime
) -> Mapping[UUID, int]:
    """Which of some accounts are on call at a moment: 0 first, 1 as a backup."""
    shifts = select(col(OnCallShift.account_id), col(OnCallShift.backup)).where(
        col(OnCallShift.account_id).in_(accounts), _covers(at)
    )
    return {account_id: int(backup) for account_id, backup in await session.execute(shifts)}


async def gaps(session: AsyncSession, post: Post, since: datetime, until: datetime) -> list[Gap]:
    """When nobody is on call at a post; whose role is over is there no more.

    Parameters:
        since, until: between which moments.
    """
    shifts = (
        select(OnCallShift, Account)
        .join(Account, col(Account.id) == col(OnCallShift.account_id))
        .where(
            post.is_where(OnCallShift),
            col(OnCallShift.since) < until,
            col(OnCallShift.until) > since,
        )
    )
    rows = (await session.execute(shifts)).all()
    return uncovered([_span(shift, one) for shift, one in rows], since, until)


def uncovered(
    spans: Sequence[tuple[datetime, datetime]], since: datetime, until: datetime
) -> list[Gap]:
    """What some spans, each from a moment on until before another, leave open between two moments;
    an empty span covers nothing."""
    found: list[Gap] = []
    covered = since
    for begins, ends in sorted(span for span in spans if span[0] < span[1]):
        if begins > covered:
            found.append(Gap(covered, min(begins, until)))
        covered = max(covered, ends)
        if covered >= until:
            break
    if covered < until:
        found.append(Gap(covered, until))
    return found


def _span(shift: OnCallShift, account: Account) -> tuple[datetime, datetime]:
    return max(shift.since, account.since), min(shift.until, account.until or shift.until)


def _covers(at: datetime) -> ColumnElement[bool]:
    return holding(OnCallShift, at)

"""Rosters are kept by those who answer for a place: its station, its desk, who governs it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import REGION_ROLES, Actor, Permission, Role
from domain.accounts.models import Account
from domain.accounts.periods import in_force
from domain.accounts.visibility import account_visible
from domain.calendar import now
from domain.errors import InvalidInput, NotFound, PermissionDenied
from domain.reasons import Reason
from domain.regions.models import Region
from domain.rosters.duty import Post
from domain.rosters.models import OnCallShift
from domain.rosters.visibility import on_call_shift_visible
from domain.stations.models import Station
from domain.versions import check_version


@dataclass(frozen=True, slots=True)
class Wish:
    """A shift to be.

    Parameters:
        backup: called where those who are not have not answered.
        since, until: from a moment on until before another, at most 31 days.
    """

    post: Post
    account_id: UUID
    backup: bool
    since: datetime
    until: datetime


async def add(session: AsyncSession, actor: Actor, wish: Wish) -> OnCallShift:
    """Put somebody on call.

    Raises: NotFound(station_id, region_code or account_id), PermissionDenied, InvalidInput,
        TimesOverlap where they are on call elsewhere.
    """
    region_code = await _region_of(session, wish.post)
    await _authorize(session, actor, wish.post.station_id, region_code)
    if not now() < wish.until or not wish.since < wish.until:
        raise InvalidInput("until", reason=Reason.TO_COME)
    await _check_works_there(session, actor, wish.account_id, wish.post, max(now(), wish.since))
    shift = OnCallShift(
        region_code=region_code,
        station_id=wish.post.station_id,
        account_id=wish.account_id,
        backup=wish.backup,
        since=wish.since,
        until=wish.until,
        set_by=actor.id,
    )
    session.add(shift)
    await session.flush()
    return shift


async def end(
    session: AsyncSession, actor: Actor, shift_id: UUID, expected_version: int | None = None
) -> OnCallShift:
    """Take a shift off the roster: at once if it has begun, and all of it if it has not.

    Parameters:
        expected_version: the shift's when the actor decided; None for whatever it is now.

    Raises: NotFound, PermissionDenied, VersionConflict, InvalidInput(id) for one that is over.
    """
    shift = await _kept(session, actor, shift_id, expected_version)
    shift.until = max(now(), shift.since)
    return shift


async def hand_over(
    session: AsyncSession,
    actor: Actor,
    shift_id: UUID,
    account_id: UUID,
    expected_version: int | None = None,
) -> OnCallShift:
    """Give a shift, or what is left of it, to somebody else.

    Parameters:
        expected_version: as for ``end``.
    Returns: the other's shift.

    Raises: as for ``add`` and ``end``.
    """
    shift = await _kept(session, actor, shift_id, expected_version)
    until, begins = shift.until, max(now(), shift.since)
    shift.until = begins
    await session.flush()
    post = Post(shift.station_id, None if shift.station_id else shift.region_code)
    return await add(session, actor, Wish(post, account_id, shift.backup, begins, until))


async def seen_post(session: AsyncSession, actor: Actor, post: Post) -> Post:
    """A post whose roster the actor may see.

    Raises: NotFound, InvalidInput, PermissionDenied for one elsewhere: places are no secret.
    """
    region_code = await _region_of(session, post)
    theirs = actor.role in REGION_ROLES and region_code.startswith(actor.region or "-")
    if not theirs and actor.role is not Role.ADMIN:
        raise PermissionDenied("region_code" if post.station_id is None else "station_id")
    return post


async def _kept(
    session: AsyncSession, actor: Actor, shift_id: UUID, expected_version: int | None
) -> OnCallShift:
    seen = select(OnCallShift).where(col(OnCallShift.id) == shift_id, on_call_shift_visible(actor))
    shift = await session.scalar(seen.with_for_update(of=OnCallShift))
    if shift is None:
        raise NotFound("id")
    await _authorize(session, actor, shift.station_id, shift.region_code)
    check_version(shift, expected_version)
    if shift.until <= now():
        raise InvalidInput("id", reason=Reason.TO_COME)
    return shift


async def _region_of(session: AsyncSession, post: Post) -> str:
    """The division of a post. Raises: NotFound, InvalidInput."""
    if (post.station_id is None) is (post.region_code is None):
        raise InvalidInput("station_id", reason=Reason.STATION_OR_REGION)
    if post.station_id is None:
        known = select(col(Region.code)).where(col(Region.code) == post.region_code)
    else:
        known = select(col(Station.region_code)).where(col(Station.id) == post.station_id)
    found = await session.scalar(known)
    if found is None:
        raise NotFound("region_code" if post.station_id is None else "station_id")
    return found


async def _authorize(
    session: AsyncSession, actor: Actor, station_id: UUID | None, region_code: str
) -> None:
    """A station keeps its own roster, a desk those of its divisions, who governs both.

    That a place is not the actor's is said: places are no secret.
    """
    if not actor.may(Permission.ROSTER_KEEP):
        raise PermissionDenied(action=Permission.ROSTER_KEEP.value)
    if actor.role is Role.ADMIN:
        return
    theirs = actor.region is not None and region_code.startswith(actor.region)
    if actor.role is Role.STATION:
        own = select(col(Account.station_id)).where(col(Account.id) == actor.id)
        theirs = station_id is not None and await session.scalar(own) == station_id
    if not theirs or (actor.role is Role.DISPATCHER and station_id is not None):
        place = "region_code" if station_id is None else "station_id"
        raise PermissionDenied(place, action=Permission.ROSTER_KEEP.value)


async def _check_works_there(
    session: AsyncSession, actor: Actor, account_id: UUID, post: Post, at: datetime
) -> None:
    """Raises: NotFound for an account that is not there to be seen; InvalidInput for one that does
    not work at the post when the shift begins."""
    found = await session.execute(
        select(Account, post.is_where(Account)).where(
            col(Account.id) == account_id, account_visible(actor)
        )
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound("account_id")
    one, there = row
    if not there or one.role not in post.roles or not in_force(one, at):
        raise InvalidInput("account_id", reason=Reason.WORKS_THERE)

"""What may happen to a login session: it begins, goes on with each refresh, and ends.

A refresh token is changed for the next one, once (RFC 9700, 4.14.2). Whoever shows one that has
been used ends the session with all its tokens, be it the thief or the person stolen from: which of
the two is not known. So is a phone that lost the answer and asks again; WeChat signs it in anew
without a word to its owner, which is why there is no time of grace.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import col

from domain.access import Actor, Permission
from domain.accounts.identities import ProviderLogin
from domain.accounts.models import Account
from domain.accounts.periods import actor_of
from domain.accounts.revocations import revoke
from domain.calendar import now
from domain.dropping import dropped
from domain.errors import NotFound, PermissionDenied
from domain.secrets import hashed, new_secret
from domain.sessions.choice import chosen, last_used, usable
from domain.sessions.models import LoginSession, RefreshToken, SessionEnd
from domain.sessions.visibility import session_visible

MAX_DEVICE = 100
"""Characters of what a device calls itself."""

_REMEMBERED = timedelta(days=30)
"""How long an ended session is shown, and its used tokens told from unknown ones."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long tokens and sessions last.

    Parameters:
        access: of an access token.
        refresh: of a refresh token that is not used.
        session: of a session that is used every day.
    """

    access: timedelta = timedelta(minutes=15)
    refresh: timedelta = timedelta(days=30)
    session: timedelta = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Device:
    """Where somebody signs in.

    Parameters:
        label: what it calls itself, to be recognised by its owner.
        address: from where it was used last.
    """

    label: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """What a device gets.

    Parameters:
        account: the one to act in.
        accounts: all of the person's that may be used now, that one among them.
        refresh_token: in the clear, for the first and last time.
    """

    login: LoginSession
    account: Account
    accounts: Sequence[Account]
    refresh_token: str

    @property
    def actor(self) -> Actor:
        """Who acts with the tokens."""
        return actor_of(self.account)


@dataclass(frozen=True, slots=True)
class Refused:
    """A refresh token that is good for nothing.

    Parameters:
        reused: the session that has been ended because it was shown twice.
    """

    reused: LoginSession | None = None


async def begin(
    session: AsyncSession,
    person_id: UUID,
    lifetimes: Lifetimes,
    device: Device,
    account_id: UUID | None = None,
    provider: ProviderLogin | None = None,
) -> Issued:
    """Sign a person in on a device.

    Parameters:
        account_id: the account to act in; the one of the person's last session of this kind if
            None.
        provider: where an identity provider says who it is; it may end the session.
    Raises: NotFound(account) for one that is not the person's or not in force, and for a person
        who has none.
    """
    identity_id = provider and provider.identity_id
    accounts = await usable(session, person_id, identity_id)
    account = chosen(accounts, account_id, await last_used(session, person_id, identity_id))
    label = device.label[:MAX_DEVICE] if device.label else None
    login = LoginSession(
        person_id=person_id,
        account_id=account.id,
        staff_identity_id=identity_id,
        provider_session_hash=provider and provider.session_hash,
        device=label,
        address=device.address,
        expires_at=now() + lifetimes.session,
    )
    session.add(login)
    await session.flush()
    token = await _issue(session, login, lifetimes)
    return Issued(login, account, accounts, token)


async def rotate(
    session: AsyncSession,
    presented: str,
    lifetimes: Lifetimes,
    address: str | None,
    account_id: UUID | None = None,
) -> Issued | Refused:
    """Change a refresh token for the next one; of several who try at once one is given it.

    A refusal has to be committed like anything else: it may have ended the session.

    Parameters:
        account_id: another account of the same person to act in from now on.
    Raises: NotFound(account) for a wish that cannot be met; the token remains unused then.
    """
    token_hash = hashed(presented)
    session_id = await session.scalar(_used(token_hash))
    if session_id is None:
        return Refused(await _ended_by_reuse(session, token_hash))
    login = await session.scalar(_locked(session_id))
    if login is None:
        return Refused()
    accounts = await usable(session, login.person_id, login.staff_identity_id)
    if not accounts:
        return Refused()
    account = chosen(accounts, account_id, login.account_id)
    changed = {"account_id": account.id, "address": address, "last_used_at": func.now()}
    await session.execute(
        update(LoginSession).where(col(LoginSession.id) == login.id).values(changed)
    )
    token = await _issue(session, login, lifetimes)
    return Issued(login, account, accounts, token)


def _used(token_hash: bytes) -> ReturningUpdate[UUID]:
    """Use up a token that may still be used; the session that it is of."""
    return (
        update(RefreshToken)
        .where(
            col(RefreshToken.token_hash) == token_hash,
            col(RefreshToken.used_at).is_(None),
            col(RefreshToken.expires_at) > func.now(),
        )
        .values(used_at=func.now())
        .returning(col(RefreshToken.session_id))
    )


async def end(session: AsyncSession, session_id: UUID, why: SessionEnd) -> LoginSession | None:
    """Sign out on one device; its tokens are void from the commit on.

    Returns: None where it had ended before.
    """
    ended = await end_where(session, col(LoginSession.id) == session_id, why)
    return ended[0] if ended else None


async def end_with(session: AsyncSession, presented: str, why: SessionEnd) -> LoginSession | None:
    """Sign out where a refresh token was given out, be it used or not.

    Returns: None for a token that is none, and where the session had ended before.
    """
    of_it = select(col(RefreshToken.session_id)).where(
        col(RefreshToken.token_hash) == hashed(presented)
    )
    session_id = await session.scalar(of_it)
    return None if session_id is None else await end(session, session_id, why)


async def end_all(session: AsyncSession, person_id: UUID, why: SessionEnd) -> int:
    """Sign a person out everywhere.

    Returns: on how many devices.
    """
    return len(await end_where(session, col(LoginSession.person_id) == person_id, why))


async def end_own(session: AsyncSession, actor: Actor, session_id: UUID) -> LoginSession:
    """Sign oneself out on a device, as one that was lost; once more does nothing.

    Raises: NotFound, PermissionDenied.
    """
    wanted = select(LoginSession).where(col(LoginSession.id) == session_id, session_visible(actor))
    login = await session.scalar(wanted.with_for_update())
    if login is None:
        raise NotFound("id")
    if not actor.may(Permission.LOGIN_SESSION_END):
        raise PermissionDenied(action="END")
    await end(session, session_id, SessionEnd.ENDED_BY_PERSON)
    return login


async def prune(session: AsyncSession) -> int:
    """Drop sessions that have been over for a while, and refresh tokens that have expired.

    Returns: how many rows.
    """
    long_ago = func.now() - _REMEMBERED
    over = select(col(LoginSession.id)).where(
        (col(LoginSession.ended_at) < long_ago) | (col(LoginSession.expires_at) < long_ago)
    )
    of_these = col(RefreshToken.session_id).in_(over)
    expired = col(RefreshToken.expires_at) < func.now()
    tokens = await dropped(session, RefreshToken, of_these | expired)
    return tokens + await dropped(session, LoginSession, col(LoginSession.id).in_(over))


async def _issue(session: AsyncSession, login: LoginSession, lifetimes: Lifetimes) -> str:
    token = new_secret()
    expires_at = min(login.expires_at, now() + lifetimes.refresh)
    session.add(RefreshToken(token_hash=hashed(token), session_id=login.id, expires_at=expires_at))
    return token


async def _ended_by_reuse(session: AsyncSession, token_hash: bytes) -> LoginSession | None:
    used = select(col(RefreshToken.session_id)).where(
        col(RefreshToken.token_hash) == token_hash, col(RefreshToken.used_at).is_not(None)
    )
    session_id = await session.scalar(used)
    return None if session_id is None else await end(session, session_id, SessionEnd.REUSED)


async def end_where(
    session: AsyncSession, which: ColumnElement[bool], why: SessionEnd
) -> Sequence[LoginSession]:
    """End all sessions for which a condition holds; their tokens are void from the commit on.

    Returns: those that had not ended before.
    """
    ended = (
        update(LoginSession)
        .where(which, col(LoginSession.ended_at).is_(None))
        .values(ended_at=func.now(), ended_why=why)
        .returning(LoginSession)
    )
    logins = (await session.scalars(ended)).all()
    for login in logins:
        await revoke(session, login.id)
    return logins


def _locked(session_id: UUID) -> Select[LoginSession]:
    going_on = and_(
        col(LoginSession.id) == session_id,
        col(LoginSession.ended_at).is_(None),
        col(LoginSession.expires_at) > func.now(),
    )
    return select(LoginSession).where(going_on).with_for_update()

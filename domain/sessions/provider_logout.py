"""An identity provider says that somebody has signed out there, or was made to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.accounts.identities import StaffIdentity
from domain.accounts.sign_in_codes import SignInCode
from domain.dropping import dropped
from domain.sessions.models import LoginSession, ProviderLogout, SessionEnd
from domain.sessions.service import end_where


@dataclass(frozen=True, slots=True)
class LogoutClaims:
    """What a logout token says. One of the two hashes is there.

    Parameters:
        token: the issuer and the token's own name (``jti``).
        until: from when on nobody heeds the token any more for its age.
        subject_hash: digest of whom it means.
        session_hash: digest of the provider's own session; None for all that this subject has.
    """

    token: str
    until: datetime
    subject_hash: bytes | None
    session_hash: bytes | None


async def sign_out(session: AsyncSession, said: LogoutClaims) -> Sequence[LoginSession] | None:
    """End the sessions of a provider's session or subject, and sign-ins that are under way.

    Returns: those that had not ended before; None where the token has been heeded already.
    """
    row = {"jti_hash": sha256(said.token.encode()).digest(), "until": said.until}
    noted = insert(ProviderLogout).values(row).on_conflict_do_nothing().returning(text("1"))
    if (await session.execute(noted)).first() is None:
        return None
    # First the codes: whoever is changing one for a session at this moment is waited for.
    codes = _meant(said, SignInCode.identity_id, SignInCode.provider_session_hash)
    await session.execute(delete(SignInCode).where(codes))
    which = _meant(said, LoginSession.staff_identity_id, LoginSession.provider_session_hash)
    return await end_where(session, which, SessionEnd.PROVIDER_LOGOUT)


async def prune(session: AsyncSession) -> int:
    """Forget logout tokens that are too old to be heeded. Returns: how many."""
    over = col(ProviderLogout.until) < func.now()
    return await dropped(session, ProviderLogout, over)


def _meant(said: LogoutClaims, identity_id: object, session_hash: object) -> ColumnElement[bool]:
    """Rows that are meant. One that does not name a session of the provider's goes by the subject
    alone: better one sign-in too many than a session that nobody can end."""
    identity, provider_session = col(identity_id), col(session_hash)
    theirs = identity.in_(
        select(col(StaffIdentity.id)).where(col(StaffIdentity.subject_hash) == said.subject_hash)
    )
    if said.session_hash is None:
        return theirs
    this = provider_session == said.session_hash
    if said.subject_hash is None:
        return this
    return and_(theirs, or_(this, provider_session.is_(None)))

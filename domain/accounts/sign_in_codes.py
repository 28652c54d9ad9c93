"""Codes that a page changes for its tokens, once, within a minute.

A sign-in ends with a redirect, and an address is no place for a token: it stands in histories and
logs. A code that has been used, or that is a minute old, is worth nothing there; and only the page
that began the sign-in knows the verifier of its challenge (as in PKCE, RFC 7636).
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col

from domain.accounts.identities import ProviderLogin
from domain.dropping import dropped
from domain.secrets import hashed, new_secret
from domain.tables import Table, keyed_hash, moment, reference

GOOD_FOR: Final = timedelta(seconds=60)

CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""SHA-256 in base64url."""


class SignInCode(Table, table=True):
    """A sign-in whose page has not asked for its tokens yet."""

    code_hash: bytes = Field(sa_column=keyed_hash(primary_key=True))
    challenge: str
    identity_id: UUID = Field(sa_column=reference("staff_identity.id", index=True))
    # As the column of the same name of the session that comes of it.
    provider_session_hash: bytes | None = Field(default=None, sa_column=keyed_hash(nullable=True))
    expires_at: datetime = Field(sa_column=moment())


async def new_code(session: AsyncSession, login: ProviderLogin, challenge: str) -> str:
    """A code, of which only a hash is kept.

    Parameters:
        login: what it stands for.
        challenge: S256 of a verifier that the page keeps.
    """
    code = new_secret()
    row = {
        "code_hash": hashed(code),
        "challenge": challenge,
        "identity_id": login.identity_id,
        "provider_session_hash": login.session_hash,
        "expires_at": func.now() + GOOD_FOR,
    }
    await session.execute(insert(SignInCode).values(row))
    return code


async def redeem(session: AsyncSession, code: str, verifier: str) -> ProviderLogin | None:
    """Use a code up, whatever comes of it.

    Returns: None for one that is none, has been used, is over, or was begun by another page.
    """
    taken = (
        delete(SignInCode)
        .where(col(SignInCode.code_hash) == hashed(code))
        .returning(SignInCode, col(SignInCode.expires_at) > func.now())
    )
    found = (await session.execute(taken)).one_or_none()
    if found is None:
        return None
    row, in_time = found
    if not in_time or not _answers(verifier, row.challenge):
        return None
    return ProviderLogin(row.identity_id, row.provider_session_hash)


async def prune(session: AsyncSession) -> int:
    """Drop codes that nobody has used in time.

    Returns: how many.
    """
    over = col(SignInCode.expires_at) < func.now()
    return await dropped(session, SignInCode, over)


def _answers(verifier: str, challenge: str) -> bool:
    digest = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return hmac.compare_digest(made, challenge)

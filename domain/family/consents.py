"""What an elder lets one of the family see: on whose word, until when, and how it came to that."""

import hashlib
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import Actor, ConsentScope, Role
from domain.calendar import now
from domain.crypto import Vault, place
from domain.errors import InvalidInput
from domain.family.lifecycle import ConsentBasis, ConsentChange
from domain.family.models import UNTIL, WITHOUT_END, ConsentLog, ConsentPaper, FamilyLink
from domain.reasons import Reason

MAX_PHOTO = 160 * 1024
"""Bytes of a paper's photo: in base64 it fits into a request."""

_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
"""How a JPEG begins, and a PNG."""

_OF_ROLE = {Role.ELDER: ConsentBasis.ELDER, Role.GUARDIAN: ConsentBasis.GUARDIAN}


@dataclass(frozen=True, slots=True)
class Word:
    """On whose word something is done about a link.

    Parameters:
        paper_id: of the paper that the elder has signed; None where they, or who may for them, do
            it themselves.
    """

    actor: Actor
    basis: ConsentBasis
    paper_id: UUID | None = None


async def word_of(
    session: AsyncSession, actor: Actor, vault: Vault, link: FamilyLink, paper: str | None
) -> Word:
    """The word of whoever sees the link and may do something about it.

    Parameters:
        paper: a photo of what the elder has signed, base64 of at most 160 KiB of JPEG or PNG;
            asked for from those who are neither the elder nor of the family, and only from them.
    Raises: InvalidInput(paper).
    """
    if link.account_id == actor.id:
        return Word(actor, ConsentBasis.FAMILY)
    if actor.role in _OF_ROLE:
        return Word(actor, _OF_ROLE[actor.role])
    photo = _photo(paper)
    kept = ConsentPaper(
        elder_id=link.elder_id,
        photo_cipher=vault.seal_bytes(photo, place("consent_paper.photo_cipher", link.elder_id)),
        photo_hash=vault.digest(hashlib.sha256(photo).hexdigest(), "consent_paper.photo_hash"),
    )
    session.add(kept)
    await session.flush()
    return Word(actor, ConsentBasis.SIGNED_PAPER, kept.id)


def _photo(paper: str | None) -> bytes:
    try:
        photo = b64decode(paper or "", validate=True)
    except (NoBase64, ValueError):
        photo = b""
    if not photo.startswith(_MAGIC) or len(photo) > MAX_PHOTO:
        raise InvalidInput("paper", reason=Reason.PHOTO, most=MAX_PHOTO // 1024)
    return photo


def open_consents(link: Any, moment: datetime) -> list[tuple[ConsentScope, datetime]]:
    """The scopes that a link shows at a moment, and until when each.

    Parameters:
        link: a FamilyLink, or a row with its columns of consents.
    """
    found = ((scope, getattr(link, until.key)) for scope, until in UNTIL.items())
    return [(scope, until) for scope, until in found if _holds(until, moment)]


def _holds(until: datetime | None, moment: datetime) -> bool:
    return until is not None and (until == WITHOUT_END or until > moment)


def grant(
    session: AsyncSession,
    word: Word,
    link: FamilyLink,
    scopes: Iterable[ConsentScope],
    until: datetime | None,
) -> None:
    """Show something to the family until a moment, or without end; what was shown until another
    moment is now shown until this one.

    Raises: InvalidInput(until) for a moment that has passed.
    """
    if until is not None and until <= now():
        raise InvalidInput("until", reason=Reason.TO_COME)
    for scope in dict.fromkeys(scopes):
        _set(session, word, link, scope, WITHOUT_END if until is None else until)


def withdraw(
    session: AsyncSession, word: Word, link: FamilyLink, scopes: Iterable[ConsentScope]
) -> None:
    """Show it no longer; what was not shown stays so, and nothing is noted of it."""
    for scope in dict.fromkeys(scopes):
        if getattr(link, UNTIL[scope].key) is not None:
            _set(session, word, link, scope, None)


def _set(
    session: AsyncSession,
    word: Word,
    link: FamilyLink,
    scope: ConsentScope,
    until: datetime | None,
) -> None:
    setattr(link, UNTIL[scope].key, until)
    session.add(
        ConsentLog(
            link_id=link.id,
            # Not the default, the transaction's beginning: it may have waited for another's.
            at=now(),
            scope=scope,
            change=ConsentChange.WITHDRAWN if until is None else ConsentChange.GRANTED,
            until=until,
            account_id=word.actor.id,
            basis=word.basis,
            paper_id=word.paper_id,
        )
    )

"""一床一人一码: a bed's code is made, shown once to be printed, and ends with the stay.

A code that nobody has on paper is of no use, and we keep only its hash: so when a stay ends its
code ends with it, and the next is made by whoever stands at the bed with a printer
(docs/decisions/0051-bed-codes.md).
"""

from base64 import b32encode
from secrets import token_bytes
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.authority import require
from domain.beds.code_models import CareCode, CareCodeEnd
from domain.beds.code_visibility import care_code_visible
from domain.beds.locks import bed_for_update
from domain.beds.models import Bed
from domain.calendar import now, today
from domain.errors import AlreadyExists, Gone, InvalidInput, NotFound
from domain.ids import public_id
from domain.reasons import Reason
from domain.secrets import hashed

_BYTES = 16
"""128 bits: nobody guesses one. In base32 26 characters, of the 32 that a mini-program's QR scene
holds, and all of them in the QR code's alphanumeric mode, which makes it small."""


def new_code() -> str:
    """A fresh code: 26 capital letters and digits."""
    return b32encode(token_bytes(_BYTES)).decode().rstrip("=")


async def issue(session: AsyncSession, actor: Actor, bed_id: UUID) -> tuple[CareCode, str]:
    """Make the code of a bed that has none.

    Returns: what is kept, and the code.
    Raises: NotFound(bed_id), PermissionDenied, InvalidInput(bed_id) for a bed that is closed,
        AlreadyExists(bed_id) where it has one that is good.
    """
    bed, region_code = await bed_for_update(session, actor, bed_id)
    require(actor, Permission.CARE_CODE_ISSUE, region_code)
    good = await session.scalar(select(CareCode).where(_good(bed_id)))
    if good is not None:
        raise AlreadyExists("bed_id", blockers=[public_id("care_code", good.id)])
    return await _made(session, actor, bed, region_code)


async def rotate(session: AsyncSession, actor: Actor, code_id: UUID) -> tuple[CareCode, str]:
    """Put a new code in the place of one that is good, for example of a print that was lost.

    Returns: what is kept of the new one, and the code.
    Raises: NotFound, PermissionDenied, Gone for one that is good no more, InvalidInput(bed_id) for
        a bed that is closed.
    """
    seen = select(CareCode).where(col(CareCode.id) == code_id, care_code_visible(actor))
    code = await session.scalar(seen)
    if code is None:
        raise NotFound("id")
    bed, region_code = await bed_for_update(session, actor, code.bed_id)
    require(actor, Permission.CARE_CODE_ISSUE, region_code)
    # As it is now that nobody else changes the bed's.
    await session.refresh(code)
    if code.ended_at is not None:
        raise Gone("id")
    _end(code, CareCodeEnd.ROTATED, actor)
    await session.flush()
    return await _made(session, actor, bed, region_code)


async def retire(session: AsyncSession, bed_id: UUID, actor: Actor) -> None:
    """A stay has ended: what hangs at the bed speaks of nobody any more.

    Parameters:
        bed_id: of a bed that is locked.
    """
    code = await session.scalar(select(CareCode).where(_good(bed_id)))
    if code is not None:
        _end(code, CareCodeEnd.STAY_ENDED, actor)


def _good(bed_id: UUID) -> ColumnElement[bool]:
    return (col(CareCode.bed_id) == bed_id) & col(CareCode.ended_at).is_(None)


def _end(code: CareCode, why: CareCodeEnd, actor: Actor) -> None:
    code.ended_at, code.ended_why, code.ended_by = now(), why, actor.id


async def _made(
    session: AsyncSession, actor: Actor, bed: Bed, region_code: str
) -> tuple[CareCode, str]:
    if bed.closed_on is not None and bed.closed_on <= today():
        raise InvalidInput("bed_id", reason=Reason.BED_NOT_OPEN)
    secret = new_code()
    code = CareCode(
        bed_id=bed.id, region_code=region_code, code_hash=hashed(secret), issued_by=actor.id
    )
    session.add(code)
    await session.flush()
    return code, secret

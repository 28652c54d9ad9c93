"""What a code at a bed leads to. It opens nothing: who scans it sees of the elder what they see
anyway, and everybody sees where the bed is and whom to call."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlmodel import col

from domain.access import Actor
from domain.accounts.attempts import Limit, count
from domain.beds.code_models import CareCode
from domain.beds.lifecycle import IN_BED
from domain.beds.models import Bed, BedStay
from domain.calendar import today
from domain.crypto import Vault
from domain.database import Database
from domain.secrets import hashed

SCANS = Limit(at_once=60, seconds=1)
"""How often an account may scan: more often than anybody walks from bed to bed. It is not what
keeps codes from being guessed, which 128 bits do; it keeps guessing from costing anything."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a code leads to.

    Parameters:
        code_id: of what is kept of it.
        elder_id: who lives in the bed now; None for nobody.
        good: whether it is; an old one leads nowhere.
    """

    code_id: UUID
    bed_id: UUID
    elder_id: UUID | None
    good: bool


async def scan(database: Database, vault: Vault, actor: Actor, code: str) -> Scanned | None:
    """Look a code up; one statement, whatever comes of it.

    Parameters:
        code: as it was read; small letters, spaces and hyphens do no harm.

    Returns: None for a code that never was.
    Raises: TooManyAttempts(seconds); asyncpg's errors.
    """
    key = vault.digest(f"care code of {actor.id}", "auth_attempt.key")
    await count(database, [(key, SCANS)])
    # Not from a replica: a code that ended a moment ago is to lead nowhere.
    found = await database.fetch(_statement(code), primary=True)
    if not found:
        return None
    code_id, bed_id, elder_id, good = found[0]
    return Scanned(code_id, bed_id, elder_id if good else None, good)


def _statement(code: str) -> Select[*tuple[Any, ...]]:
    plain = code.replace(" ", "").replace("-", "").upper()
    lives = select(col(BedStay.elder_id)).where(
        col(BedStay.bed_id) == col(CareCode.bed_id), col(BedStay.state).in_(IN_BED)
    )
    there = or_(col(Bed.closed_on).is_(None), col(Bed.closed_on) > today())
    return (
        select(
            col(CareCode.id),
            col(CareCode.bed_id),
            lives.order_by(col(BedStay.id).desc()).limit(1).scalar_subquery(),
            col(CareCode.ended_at).is_(None) & there,
        )
        .join(Bed, col(Bed.id) == col(CareCode.bed_id))
        .where(col(CareCode.code_hash) == hashed(plain))
    )

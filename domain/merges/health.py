"""What of a health record is an elder's own beside what is sealed to them: by what two entries
are of one thing, and which value is the newest."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.crypto import Vault, place
from domain.health.contents import about, opened_allergy, opened_medication
from domain.health.kinds import MeasurementKind
from domain.health.measuring import note_newest
from domain.health.models import Measurement
from domain.merges.rows import Belonging


def _code(vault: Vault, row: Row[Any]) -> str:
    return vault.open(row.code_cipher, place("elder_condition.code_cipher", row.elder_id))


_SUBJECTS: Mapping[str, Callable[[Vault, Row[Any]], str]] = {
    "elder_condition": _code,
    "allergy": lambda vault, row: opened_allergy(vault, row).substance,
    "medication": lambda vault, row: opened_medication(vault, row).name,
}
"""What an entry of a table is about."""


async def say_anew(
    session: AsyncSession, vault: Vault, one: Belonging, to: UUID, keys: Sequence[Any]
) -> None:
    """Tell what entries are about as another elder's entries tell it. Before they are moved, and
    before they are sealed anew."""
    subject = _SUBJECTS.get(one.table.name)
    if subject is None:
        return
    table, wanted = one.table, [UUID(key["id"]) for key in keys]
    # An entry of before there were hashes has none, and keeps none.
    known = table.c.id.in_(wanted), table.c.about_hash.is_not(None)
    rows = (await session.execute(select(table).where(*known))).all()
    fresh = [
        {"of": row.id, "anew": about(vault, table.name, to, subject(vault, row))} for row in rows
    ]
    if fresh:
        anew = bindparam("anew", type_=LargeBinary())
        statement = update(table).where(table.c.id == bindparam("of")).values(about_hash=anew)
        await (await session.connection()).execute(statement, fresh)


async def forget_newest(session: AsyncSession, elder_id: UUID) -> None:
    """No value is an elder's newest any more: it is to stand beside another's."""
    theirs = col(Measurement.elder_id) == elder_id, col(Measurement.newest)
    await session.execute(update(Measurement).where(*theirs).values(newest=False))


async def find_newest(session: AsyncSession, elder_id: UUID) -> None:
    """Of each kind the newest value is marked again."""
    await note_newest(session, elder_id, list(MeasurementKind))

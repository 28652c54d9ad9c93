"""What entries of before are looked up by, and only the vault can tell."""

from sqlalchemy import select
from sqlmodel import col

from domain.crypto import Vault
from domain.database import Database
from domain.elders.models import Elder
from domain.elders.search import END, END_CHARACTERS

BATCH = 1_000
"""Entries in one transaction."""

_WRITER = "elders index"


async def index_numbers(database: Database, vault: Vault) -> int:
    """Hash the ends of the id numbers of a batch of entries that have none. Returns: how many; 0
    when all is done. It may be stopped at any moment."""
    # An erased entry has no number any more.
    missing = select(Elder).where(
        col(Elder.id_number_end_hash).is_(None), col(Elder.id_number_masked) != ""
    )
    batch = missing.order_by(col(Elder.id)).limit(BATCH)
    async with database.transaction(_WRITER) as session:
        elders = (await session.scalars(batch.with_for_update(skip_locked=True))).all()
        for elder in elders:
            number = vault.open(elder.id_number_cipher, "elder.id_number_cipher")
            elder.id_number_end_hash = vault.digest(number[-END_CHARACTERS:], END)
    return len(elders)

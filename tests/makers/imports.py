"""Imports as they lie in the database."""

from typing import Any
from uuid import UUID

from domain.access import Actor
from domain.database import Database
from domain.imports.models import ElderImport, ElderImportFault, FaultCode, ImportColumn
from domain.reasons import Reason


async def make_import(database: Database, actor: Actor, **values: Any) -> UUID:
    """An import of an actor's that no worker knows of, with something wrong in two rows; its key.

    Parameters:
        values: other columns.
    """
    owner = {"account_id": actor.id, "role": actor.role, "region_code": actor.region}
    async with database.transaction("test") as session:
        made = ElderImport(**{**owner, "file_cipher": b"", "bad_row_count": 2, **values})
        session.add(made)
        await session.flush()
        for row, column in ((2, ImportColumn.PHONE), (3, None)):
            session.add(
                ElderImportFault(
                    import_id=made.id,
                    row_number=row,
                    in_column=column,
                    code=FaultCode.INVALID_INPUT,
                    facts={"reason": Reason.PHONE},
                )
            )
        return made.id

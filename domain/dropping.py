"""To drop what is kept no longer."""

from typing import Any

from sqlalchemy import ColumnElement, delete, text
from sqlalchemy.ext.asyncio import AsyncSession


async def dropped(session: AsyncSession, model: type[Any], *over: ColumnElement[bool]) -> int:
    """Delete rows of a table.

    Parameters:
        over: what holds of them.
    Returns: how many there were.
    """
    gone = delete(model).where(*over).returning(text("1"))
    return len((await session.execute(gone)).all())

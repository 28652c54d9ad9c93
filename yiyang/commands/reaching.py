"""How a command gets at a database."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from yiyang.failures import Failure

if TYPE_CHECKING:
    from domain.database import Database


@asynccontextmanager
async def reached(url: str) -> AsyncGenerator["Database", None]:
    """A database, for as long as one command needs it.

    Parameters:
        url: ``postgresql://…``
    Raises: Failure where nobody answers there.
    """
    from domain.database import Database

    database = Database(url, pool_size=1)
    try:
        yield database
    except OSError as error:
        raise Failure(f"the database cannot be reached: {error}") from error
    finally:
        await database.close()

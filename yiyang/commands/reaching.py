"""How a command gets at a database."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from yiyang.failures import Failure

if TYPE_CHECKING:
    from domain.database import Database


@asynccontextmanager
async def reached(url: str) -> AsyncGenerator["Database", None]:
    """A database, for as long as one command needs it.

    Parameters:
        url: ``postgresql://…``
    Raises: Failure where nobody answers there, nobody is let in, or our tables are missing.
    """
    from domain.database import Database

    database = Database(url, pool_size=1)
    try:
        with out_of_reach():
            yield database
    finally:
        await database.close()


@contextmanager
def out_of_reach() -> Generator[None]:
    """Says in one sentence why a database does not serve. Raises: Failure."""
    from domain.outage import cause_of, is_outage

    try:
        yield
    except Exception as error:
        if not is_outage(error):
            raise
        raise Failure(f"the database cannot be reached: {cause_of(error)}") from error

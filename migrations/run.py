"""Bring a database to the newest schema."""

from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from alembic.config import Config


class NotPermitted(Exception):
    """Whoever the URL names may not do what a migration does, or is not let in there; its text says
    what is lacking."""


_HERE = Path(__file__).parent

_REFUSALS = (
    asyncpg.InsufficientPrivilegeError,
    asyncpg.InvalidAuthorizationSpecificationError,  # a wrong password among them
    asyncpg.InvalidCatalogNameError,
)


def configuration(url: str) -> "Config":
    """Alembic's configuration without a file.

    Parameters:
        url: ``postgresql://…``
    """
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str) -> None:
    """Run every migration that has not run yet; call it outside an event loop.

    Raises: NotPermitted.
    """
    # Alembic takes half a second to import, which a start that migrates nothing need not wait for.
    from alembic import command
    from sqlalchemy.exc import DBAPIError

    try:
        command.upgrade(configuration(url), "head")
    except DBAPIError as failure:
        cause = getattr(failure.orig, "__cause__", None)
        if isinstance(cause, _REFUSALS):
            raise NotPermitted(str(cause)) from failure
        raise


async def is_current(url: str) -> bool:
    """Whether the newest migration has run."""
    newest = max(file.name[:4] for file in (_HERE / "versions").glob("[0-9]*.py"))
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval("SELECT version_num FROM alembic_version") == newest
    except asyncpg.UndefinedTableError:
        return False
    finally:
        await connection.close()

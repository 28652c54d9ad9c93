"""Bring a database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config


def configuration(url: str) -> Config:
    """Alembic's configuration without a file.

    Parameters:
        url: ``postgresql://…``
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str) -> None:
    """Run every migration that has not run yet; call it outside an event loop."""
    command.upgrade(configuration(url), "head")

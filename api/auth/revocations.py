"""What this process knows to be revoked: told at once, and asked for from time to time."""

import asyncio
import logging
from collections.abc import Callable
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from api.auth.tokens import Grant
from domain.accounts.revocations import REVOKED
from domain.database import Database

log = logging.getLogger("yiyang.revocations")


class Revocations:
    """The sessions, accounts and clients whose tokens are void.

    Attributes:
        told: called after each look, for whoever holds connections.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._subjects: frozenset[UUID] = frozenset()
        self._looking: asyncio.Task[None] | None = None
        self._again = False
        self.told: Callable[[], None] = lambda: None

    def void(self, grant: Grant) -> bool:
        """Whether a token that is otherwise good is good no longer."""
        return bool(self._subjects) and not self._subjects.isdisjoint(grant.subjects)

    async def look(self) -> None:
        """Read all there are. Raises: the database's errors."""
        rows = await self._database.fetch(REVOKED, primary=True)
        self._subjects = frozenset(row[0] for row in rows)
        self.told()

    def heard(self) -> None:
        """Something may have been revoked: look, in the background, and once more if it was heard
        of while looking."""
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_until_seen())
        else:
            self._again = True

    async def _look_until_seen(self) -> None:
        try:
            self._again = True
            while self._again:
                self._again = False
                await self.look()
        except (SQLAlchemyError, OSError) as error:
            # The next look of the feed, a few seconds away, makes good for it.
            log.warning("what is revoked cannot be read now: %s", error)
        finally:
            self._looking = None

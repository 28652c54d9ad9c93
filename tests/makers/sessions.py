"""Login sessions as they lie in the database."""

from datetime import timedelta
from uuid import UUID

from domain.accounts.models import Account
from domain.calendar import now
from domain.database import Database
from domain.sessions.models import LoginSession
from tests.makers.accounts import make_person


async def make_session(database: Database, account_id: UUID) -> UUID:
    """A device on which the person of an account is signed in; its key."""
    async with database.transaction("test") as session:
        person_id = (await session.get_one(Account, account_id)).person_id
    person_id = person_id or await make_person(database, accounts=[account_id])
    ends = now() + timedelta(days=1)
    made = LoginSession(person_id=person_id, account_id=account_id, expires_at=ends)
    async with database.transaction("test") as session:
        session.add(made)
        await session.flush()
        return made.id

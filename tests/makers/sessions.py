"""Login sessions as they lie in the database."""

from datetime import timedelta
from uuid import UUID

from domain.accounts.models import Account, Person
from domain.calendar import now
from domain.database import Database
from domain.sessions.models import LoginSession


async def make_session(database: Database, account_id: UUID) -> UUID:
    """A device on which the person of an account is signed in; its key."""
    async with database.transaction("test") as session:
        account = await session.get_one(Account, account_id)
        if account.person_id is None:
            person = Person(name=account.name)
            session.add(person)
            await session.flush()
            account.person_id = person.id
        made = LoginSession(
            person_id=account.person_id,
            account_id=account_id,
            expires_at=now() + timedelta(days=1),
        )
        session.add(made)
        await session.flush()
        return made.id

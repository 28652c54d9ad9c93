"""One more account of somebody's role and region, for tests in which another must decide."""

from uuid import UUID

from domain.access import Actor
from domain.accounts.models import Account
from domain.database import Database


async def make_colleague(database: Database, of: Actor, person_id: UUID | None = None) -> Actor:
    """Another account with an actor's role and region.

    Parameters:
        person_id: whose it is; nobody's we know if None.
    """
    account = Account(name="钱守真", role=of.role, region_code=of.region, person_id=person_id)
    async with database.transaction("test") as session:
        session.add(account)
        await session.flush()
        return Actor(account.id, of.role, of.region)

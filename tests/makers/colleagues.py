"""One more account of somebody's role and region, for tests in which another must decide."""

from uuid import UUID

from domain.access import Actor
from domain.database import Database
from tests.makers.accounts import make_account


async def make_colleague(database: Database, of: Actor, person_id: UUID | None = None) -> Actor:
    """Another account with an actor's role and region.

    Parameters:
        person_id: whose it is; nobody's we know if None.
    """
    return await make_account(database, of.role, person_id, name="钱守真", region_code=of.region)

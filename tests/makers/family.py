"""Family links for tests, inserted past the service."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlmodel import col

from domain.access import Actor, ConsentScope, Role
from domain.accounts.models import Account, Relation
from domain.calendar import now
from domain.database import Database
from domain.family.lifecycle import LinkState
from domain.family.models import UNTIL, WITHOUT_END, FamilyLink


async def make_link(
    database: Database,
    account_id: UUID,
    elder_id: UUID,
    *,
    relation: Relation = Relation.DAUGHTER,
    scopes: Iterable[ConsentScope] = ConsentScope,
    until: datetime = WITHOUT_END,
) -> UUID:
    """A link that stands, with consents to these scopes."""
    values = {
        "account_id": account_id,
        "elder_id": elder_id,
        "relation": relation,
        "state": LinkState.ACTIVE,
        "linked_at": now(),
        **{UNTIL[scope].key: until for scope in scopes},
    }
    async with database.transaction("test") as session:
        made = await session.execute(
            insert(FamilyLink).values(values).returning(col(FamilyLink.id))
        )
        return made.scalar_one()


async def make_relative(
    database: Database, elder_id: UUID, scopes: Iterable[ConsentScope] = ConsentScope
) -> Actor:
    """One more of the family, who sees these scopes."""
    made = insert(Account).values(name="王小测", role=Role.FAMILY).returning(col(Account.id))
    async with database.transaction("test") as session:
        account_id = (await session.execute(made)).scalar_one()
    await make_link(database, account_id, elder_id, scopes=scopes)
    return Actor(account_id, Role.FAMILY)


async def link_of(database: Database, account_id: UUID, elder_id: UUID) -> UUID:
    """The link of an account to an elder."""
    wanted = select(col(FamilyLink.id)).where(
        col(FamilyLink.account_id) == account_id, col(FamilyLink.elder_id) == elder_id
    )
    ((link_id,),) = await database.fetch(wanted)
    return link_id


async def set_scopes(database: Database, link_id: UUID, scopes: Iterable[ConsentScope]) -> None:
    """Consent to exactly these, without end."""
    shown = set(scopes)
    values = {until: WITHOUT_END if scope in shown else None for scope, until in UNTIL.items()}
    async with database.transaction("test") as session:
        await session.execute(
            update(FamilyLink).where(col(FamilyLink.id) == link_id).values(values)
        )

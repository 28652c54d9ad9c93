"""Who am I, and anything by its id."""

import asyncio
from typing import Annotated

import strawberry
from sqlalchemy import DateTime

from api.accounts.types import Account
from api.caregivers.qualification import CaregiverQualificationInput, of_caregivers
from api.context import Info
from api.plan.criteria import equal_id, one_of, under, whether
from api.plan.declare import descending
from api.plan.filters import Filter, filter_input
from api.plan.root_shapes import AnyById, Oneself
from api.plan.roots import listing
from api.plan.shapes import declared, row_type_of, row_type_of_prefix
from api.plan.unseen import seen
from api.relay import MAX_PAGE, Connection, Node
from domain.access import Role
from domain.accounts import models
from domain.accounts.periods import is_in_force
from domain.accounts.visibility import account_listed
from domain.calendar import now
from domain.errors import InvalidInput
from domain.ids import parse_public_id
from domain.reasons import Reason


async def _node(info: Info, global_id: str) -> Node | None:
    parsed = parse_public_id(global_id)
    row_type = row_type_of_prefix(parsed[0]) if parsed else None
    if parsed is None or row_type is None:
        raise InvalidInput("id", reason=Reason.NO_GLOBAL_ID)
    return await seen(info, row_type, parsed[1])


@filter_input
class AccountFilter(Filter):
    """Which accounts."""

    role: list[Role] | None = one_of(models.Account.role)
    """Only those of one of these roles; one alone needs no brackets."""
    region: str | None = under(models.Account.region_code)
    """Only those of the subtree of the division with this code."""
    station: strawberry.ID | None = equal_id(models.Account.station_id, "station")
    """Only roles that are held in this place of care: its staff."""
    in_force: bool | None = whether(is_in_force, DateTime(timezone=True), now)
    """Only roles that are held now; if false, only those that are over or still to come."""
    qualification: CaregiverQualificationInput | None = of_caregivers()
    """Only caregivers whom you keep or govern, and whom `caregiverQualification` counts."""


@strawberry.type
class AccountQueries:
    """Root fields on accounts."""

    accounts: Connection[Account] = listing(
        models.Account,
        order=descending(models.Account.id),
        filter=AccountFilter,
        description="The accounts that you may see, newest first; nothing for who grants no roles.",
        listed=account_listed,
    )


@strawberry.type
class NodeQueries:
    """Root fields on everything that has an id."""

    @strawberry.field(
        description="You, as your token says.", metadata=declared(Oneself(models.Account))
    )
    async def viewer(self, info: Info) -> Account | None:
        """The actor's own account."""
        return await info.context.loaders.by_key(row_type_of(Account)).load(info.context.actor.id)

    @strawberry.field(
        description="Anything by its global id; null if there is none to be seen.",
        metadata=declared(AnyById("id")),
    )
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="A global id.")],
    ) -> Node | None:
        """One node."""
        return await _node(info, id)

    @strawberry.field(
        description="Several by their global ids, in the same order; at most 200.",
        metadata=declared(AnyById("ids", several=True)),
    )
    async def nodes(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID], strawberry.argument(description="Global ids of any types.")
        ],
    ) -> list[Node | None]:
        """Several nodes; loads of one type share a statement."""
        if len(ids) > MAX_PAGE:
            raise InvalidInput("ids", reason=Reason.AT_MOST, most=MAX_PAGE)
        return await asyncio.gather(*(_node(info, global_id) for global_id in ids))

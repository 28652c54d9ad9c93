"""Which elders, tags and contacts an actor may see, as SQL predicates."""

from typing import Any

from sqlalchemy import ColumnElement, false, select, true
from sqlmodel import col

from domain.access import FAMILY_ROLES, REGION_ROLES, Actor, Role
from domain.accounts.models import Account, FamilyLink
from domain.elders.models import Contact, Elder, ElderTag
from domain.tables import within


def elder_visible(actor: Actor) -> ColumnElement[bool]:
    """An elder is seen by their region's staff, their linked family and themselves."""
    if actor.role in REGION_ROLES:
        return within(col(Elder.region_code), actor.region) if actor.region else false()
    return of_visible_elder(actor, col(Elder.id))


def of_visible_elder(actor: Actor, elder_id: Any) -> ColumnElement[bool]:
    """Whether a row that belongs to an elder belongs to one whom the actor may see.

    Parameters:
        elder_id: the row's column with the elder's key.
    """
    match actor.role:
        case Role.ADMIN:
            return true()
        case Role.ELDER:
            return elder_id.in_(select(col(Account.elder_id)).where(col(Account.id) == actor.id))
        case role if role in FAMILY_ROLES:
            return elder_id.in_(
                select(col(FamilyLink.elder_id)).where(col(FamilyLink.account_id) == actor.id)
            )
        case role if role in REGION_ROLES:
            return elder_id.in_(select(col(Elder.id)).where(elder_visible(actor)))
        case _:
            return false()


def elder_tag_visible(actor: Actor) -> ColumnElement[bool]:
    """A tag is seen by whoever sees its elder."""
    return of_visible_elder(actor, col(ElderTag.elder_id))


def contact_visible(actor: Actor) -> ColumnElement[bool]:
    """A contact is seen by whoever sees its elder."""
    return of_visible_elder(actor, col(Contact.elder_id))

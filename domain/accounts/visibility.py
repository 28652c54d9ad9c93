"""Which accounts an actor may see, as SQL predicates."""

from sqlalchemy import ColumnElement, or_, select, true
from sqlmodel import col

from domain.access import FAMILY_ROLES, REGION_ROLES, Actor, Role
from domain.accounts.models import Account, FamilyLink
from domain.elders.models import Elder
from domain.tables import within

_STAFF = (Role.DISPATCHER, Role.STATION)


def account_visible(actor: Actor) -> ColumnElement[bool]:
    """One sees oneself, the staff who answer alarms, and who is linked to the same elders."""
    if actor.role is Role.ADMIN:
        return true()
    myself = col(Account.id) == actor.id
    staff = col(Account.role).in_(_STAFF)
    if actor.role in REGION_ROLES and actor.region:
        elders = select(col(Elder.id)).where(within(col(Elder.region_code), actor.region))
    elif actor.role in FAMILY_ROLES:
        elders = select(col(FamilyLink.elder_id)).where(col(FamilyLink.account_id) == actor.id)
    elif actor.role is Role.ELDER:
        elders = select(col(Account.elder_id)).where(col(Account.id) == actor.id)
    else:
        return myself
    family = select(col(FamilyLink.account_id)).where(col(FamilyLink.elder_id).in_(elders))
    return or_(myself, staff, col(Account.id).in_(family), col(Account.elder_id).in_(elders))

"""Which accounts a role sees."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlmodel import col

from domain.access import REGION_ROLES, Actor, Role
from domain.accounts.hierarchy import GRANTS
from domain.accounts.models import Account, Person
from domain.elders.models import Elder
from domain.elders.visibility import linked
from domain.family.lifecycle import LinkState
from domain.family.models import FamilyLink
from domain.row_access import EVERY_ROW, RowAccess, RowRule, in_region
from domain.tables import within
from domain.visits.models import Volunteer
from domain.visits.visibility import volunteer_visible

_STAFF = (
    Role.DISPATCHER,
    Role.STATION,
    Role.ADVISOR,
    Role.CAREGIVER,
    Role.CANTEEN,
    Role.OFFICIAL,
)

_in_region = in_region(col(Account.region_code))


def _own_person(actor: Actor) -> Any:
    return select(col(Account.person_id)).where(col(Account.id) == actor.id).scalar_subquery()


def _oneself(actor: Actor) -> Any:
    """In whatever role: who has several accounts may sign in as each of them."""
    return or_(col(Account.id) == actor.id, col(Account.person_id) == _own_person(actor))


def own(actor: Actor, account: Any) -> ColumnElement[bool]:
    """Whether an account is the actor's, or another one of the same person's.

    Parameters:
        account: its key, or a column that holds one; no account is nobody's own.
    """
    return exists().where(col(Account.id) == account, _oneself(actor))


def _and_staff(actor: Actor) -> Any:
    return or_(_oneself(actor), col(Account.role).in_(_STAFF))


def _around(elders: Callable[[Actor], Any], *, active: bool) -> Callable[[Actor], Any]:
    """Oneself, who works here, and the people around some elders.

    Parameters:
        active: only those of the family who are linked now, not who asks to be or was.
    """

    def predicate(actor: Actor) -> Any:
        keys = elders(actor)
        family = select(col(FamilyLink.account_id)).where(
            col(FamilyLink.elder_id).in_(keys),
            col(FamilyLink.state) == LinkState.ACTIVE if active else true(),
        )
        around = or_(col(Account.id).in_(family), col(Account.elder_id).in_(keys))
        return or_(_and_staff(actor), around)

    return predicate


def _around_region(actor: Actor) -> Any:
    """And the volunteers: a visit's log names them by their accounts."""
    here = _regions_elders(actor)
    volunteers = select(col(Volunteer.id)).where(volunteer_visible(actor))
    # Asked for each account by its keys: the set of all elders of a district would take longer to
    # make than most answers. At 45,000 elders an alarm with who acknowledged it took 140 ms.
    families = exists().where(
        col(FamilyLink.account_id) == col(Account.id), col(FamilyLink.elder_id).in_(here)
    )
    themselves = here.where(col(Elder.id) == col(Account.elder_id)).exists()
    around = or_(families.correlate(Account), themselves.correlate(Account))
    # Whoever may claim visits here, wherever they live.
    claim_here = and_(col(Account.role) == Role.VOLUNTEER, _in_region.predicate(actor))
    return or_(_and_staff(actor), around, col(Account.id).in_(volunteers), claim_here)


def _own_elder(actor: Actor) -> Any:
    return select(col(Account.elder_id)).where(col(Account.id) == actor.id)


def _linked_elders(actor: Actor) -> Any:
    return select(col(FamilyLink.elder_id)).where(linked(actor))


def _regions_elders(actor: Actor) -> Any:
    lives_here = within(col(Elder.region_code), actor.region) if actor.region else false()
    return select(col(Elder.id)).where(lives_here)


account_visible = RowAccess(
    {
        **dict.fromkeys(Role, RowRule("oneself", _oneself)),
        Role.ELDER: RowRule("oneself, staff, one's family", _around(_own_elder, active=False)),
        Role.GUARDIAN: RowRule(
            "oneself, staff, linked elders' family", _around(_linked_elders, active=False)
        ),
        Role.FAMILY: RowRule(
            "oneself, staff, linked elders' family of now", _around(_linked_elders, active=True)
        ),
        **dict.fromkeys(
            REGION_ROLES,
            RowRule("oneself, staff, the region's elders' family and volunteers", _around_region),
        ),
        **dict.fromkeys(
            (Role.ADVISOR, Role.AUDITOR, Role.CANTEEN, Role.CAREGIVER),
            RowRule("oneself, staff", _and_staff),
        ),
        Role.ADMIN: EVERY_ROW,
    }
)

account_listed = account_visible.of_roles(GRANTS)
"""Whose list of accounts holds those that they see: who grants roles. To others a list of all who
work here is no business."""

person_visible = RowAccess(
    {
        **dict.fromkeys(
            Role, RowRule("oneself", lambda actor: col(Person.id) == _own_person(actor))
        ),
        Role.ADMIN: EVERY_ROW,
    }
)

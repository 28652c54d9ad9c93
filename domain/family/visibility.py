"""Which family links, and what of their history, a role sees."""

from typing import Any

from sqlalchemy import or_
from sqlmodel import col

from domain.access import Actor, Role
from domain.elders.visibility import of_linked_elders, of_regions_elders, own
from domain.family.models import ConsentLog, FamilyLink
from domain.row_access import EVERY_ROW, RowAccess, RowRule, region_staff

_of_linked_elders = of_linked_elders(col(FamilyLink.elder_id))


def _ones_own(actor: Actor) -> Any:
    return col(FamilyLink.account_id) == actor.id


def _own_and_wards(actor: Actor) -> Any:
    return or_(_ones_own(actor), _of_linked_elders.predicate(actor))


family_link_visible = RowAccess(
    {
        Role.ELDER: own(col(FamilyLink.elder_id)),
        Role.GUARDIAN: RowRule("one's own, and of linked elders", _own_and_wards),
        Role.FAMILY: RowRule("one's own", _ones_own),
        **region_staff(of_regions_elders(col(FamilyLink.elder_id))),
        Role.ADMIN: EVERY_ROW,
    }
)

consent_log_visible = family_link_visible.through(col(ConsentLog.link_id), col(FamilyLink.id))

"""Accounts as clients see them."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from api.describe import enumeration
from api.plan.declare import connection, descending, node, one
from api.regions.types import Region
from api.relay import Connection, Node
from domain.access import Role
from domain.accounts import models
from domain.accounts.visibility import account_visible
from domain.family.models import FamilyLink as FamilyLinkRow

if TYPE_CHECKING:
    from api.family.types import FamilyLink

enumeration(
    Role,
    "What a person or a client is.",
    ELDER="长者 the elder.",
    GUARDIAN="监护人 guardian of an elder.",
    FAMILY="家属 family member linked to an elder.",
    VOLUNTEER="志愿者 volunteer.",
    CAREGIVER="护理员 caregiver.",
    DISPATCHER="调度员 dispatcher at a duty desk.",
    STATION="驿站 staff of an elder station.",
    ADVISOR="康养顾问 care advisor.",
    CANTEEN="食堂 canteen operator.",
    OFFICIAL="街道、区干部 street or district official.",
    AUDITOR="审计员 auditor.",
    VENDOR="服务商 third-party vendor.",
    ADMIN="管理员 administrator.",
)

enumeration(
    models.Relation,
    "How someone is related to an elder.",
    name="ElderRelation",
    SPOUSE="配偶.",
    DAUGHTER="女儿.",
    SON="儿子.",
    GRANDCHILD="孙辈.",
    SIBLING="兄弟姐妹.",
    NEIGHBOUR="邻居.",
    OTHER="其他.",
)


@node(models.Account, visible=account_visible)
class Account(Node):
    """Someone who signs in."""

    name: str
    """The person's or the organisation's name."""
    role: Role
    """What they are."""
    region: Region | None = one(models.Account.region_code)
    """The division whose subtree the role covers; null where the role has none."""
    family_links: Connection[Annotated["FamilyLink", strawberry.lazy("api.family.types")]] = (
        connection(FamilyLinkRow.account_id, order=descending(FamilyLinkRow.id))
    )
    """The elders whom they look after, ask to or did, as far as you may see that; newest first."""

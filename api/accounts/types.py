"""Accounts as clients see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.context import Context
from api.describe import enumeration
from api.plan.declare import ascending, computed, connection, descending, many, node, one
from api.regions.types import Region
from api.relay import Connection, Node
from domain.access import ROLE_PERMISSIONS, Role
from domain.accounts import models
from domain.accounts.periods import is_in_force
from domain.accounts.visibility import account_visible, person_visible
from domain.caregivers.models import Certificate as CertificateRow
from domain.caregivers.models import TrainingRecord as TrainingRecordRow
from domain.family.models import FamilyLink as FamilyLinkRow
from domain.row_access import PUBLIC

if TYPE_CHECKING:
    from api.canteens.types import Canteen
    from api.caregivers.types import Certificate, TrainingRecord
    from api.family.types import FamilyLink
    from api.stations.types import Station

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


@node(models.Vendor, visible=PUBLIC)
class Vendor(Node):
    """A company whose devices or services the district uses."""

    name: str
    """Its name."""


@node(models.Person, visible=person_visible)
class Person(Node):
    """Someone who signs in, in whatever role."""

    name: str
    """The name."""
    phone: str | None = computed(
        lambda person, _: person.phone_masked, needs=[models.Person.phone_masked]
    )
    """Mobile phone, masked: 138****1234; null where none is known."""
    accounts: list[Annotated["Account", strawberry.lazy("api.accounts.types")]] = many(
        models.Account.person_id, order=ascending(models.Account.id), where=is_in_force()
    )
    """The roles that they hold now: any of them may be switched to."""


def _permissions(account: models.Account, _: Context) -> list[str]:
    return sorted(ROLE_PERMISSIONS.get(account.role, ()))


@node(models.Account, visible=account_visible)
class Account(Node):
    """Someone who signs in: a person in one role at one place, for a time; or a house, or a
    vendor's client."""

    name: str
    """The person's or the organisation's name."""
    role: Role
    """What they are."""
    region: Region | None = one(models.Account.region_code)
    """The division whose subtree the role covers; null where the role has none."""
    station: Annotated["Station", strawberry.lazy("api.stations.types")] | None = one(
        models.Account.station_id
    )
    """The place of care that the role is held in; null where the role has none."""
    canteen: Annotated["Canteen", strawberry.lazy("api.canteens.types")] | None = one(
        models.Account.canteen_id
    )
    """The canteen that the role is held in; null where the role has none."""
    vendor: Vendor | None = one(models.Account.vendor_id)
    """The company that the role is held in; null where the role has none."""
    since: datetime
    """From when on the role is held."""
    until: datetime | None
    """When it ends, or ended: at that moment it is held no longer; null where no end is set."""
    permissions: list[str] = computed(_permissions, needs=[models.Account.role])
    """What the role may do, each as `resource:action`; which rows it sees is another matter."""
    person: Person | None = one(models.Account.person_id)
    """Whose account it is; null for a house or a vendor, and where you may not see the person."""
    granted_by: Annotated["Account", strawberry.lazy("api.accounts.types")] | None = one(
        models.Account.granted_by
    )
    """Who has granted the role; null where it was granted by nobody here, or nobody you see."""
    family_links: Connection[Annotated["FamilyLink", strawberry.lazy("api.family.types")]] = (
        connection(FamilyLinkRow.account_id, order=descending(FamilyLinkRow.id))
    )
    """The elders whom they look after, ask to or did, as far as you may see that; newest first."""
    certificates: Connection[Annotated["Certificate", strawberry.lazy("api.caregivers.types")]] = (
        connection(
            CertificateRow.account_id, order=descending(CertificateRow.until, CertificateRow.id)
        )
    )
    """Their certificates, as far as you may see them, withdrawn ones included, those first that end
    last."""
    training_records: Connection[
        Annotated["TrainingRecord", strawberry.lazy("api.caregivers.types")]
    ] = connection(
        TrainingRecordRow.account_id,
        order=descending(TrainingRecordRow.day, TrainingRecordRow.id),
    )
    """What they were trained in, as far as you may see it, the latest first."""

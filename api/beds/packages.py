"""What comes with a home care bed (家庭养老床位)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.accounts.types import Account
from api.context import Context
from api.describe import enumeration, input_object, output
from api.mutations import MutationInput, MutationPayload, mutation, mutation_input, mutation_payload
from api.plan.declare import computed, node, one
from api.relay import Node, key_of
from domain.access import Permission
from domain.beds import package_models as models
from domain.beds.packages import set_package
from domain.beds.visibility import bed_stay_package_visible
from domain.errors import InvalidInput
from domain.reasons import Reason

if TYPE_CHECKING:
    from api.beds.types import BedStay

enumeration(
    models.PackageItem,
    "What comes with a home care bed.",
    name="BedStayPackageItemKind",
    DEVICE="智能设备 devices that are installed.",
    ADAPTATION="适老化改造 what was changed in the home, such as handrails.",
    CARE_VISIT="上门照护 visits of a caregiver.",
    CARE_HOUR="照护时长 hours of care.",
    NURSE_VISIT="上门护理 visits of a nurse.",
    REHABILITATION="康复训练 sessions of rehabilitation.",
    BATH="助浴 baths.",
    CLEANING="助洁 cleanings of the home.",
    MEAL="助餐 meals that are brought.",
    CALL="关爱电话 calls to ask how they are.",
)


@output
class BedStayPackageItem:
    """Part of a package."""

    item: models.PackageItem
    """What."""
    amount: int
    """How many."""
    monthly: bool
    """Whether that is each month; else it is installed once."""


def _items(package: models.BedStayPackage, _: Context) -> list[BedStayPackageItem]:
    amounts, installed = package.items, models.INSTALLED
    return [
        BedStayPackageItem(item=item, amount=amounts[item], monthly=item not in installed)
        for item in models.PackageItem
        if item in amounts
    ]


@node(models.BedStayPackage, visible=bed_stay_package_visible)
class BedStayPackage(Node):
    """What comes with a home care bed from a day on, until another package is said."""

    stay: Annotated["BedStay", strawberry.lazy("api.beds.types")] | None = one(
        models.BedStayPackage.stay_id
    )
    """Of which stay."""
    since: date
    """The first day."""
    items: list[BedStayPackageItem] = computed(_items, needs=[models.BedStayPackage.items])
    """What, and how many; nothing where none comes with it any more."""
    set_by: Account | None = one(models.BedStayPackage.set_by)
    """Who said so last; null where you may not see them."""
    set_at: datetime
    """When."""


@input_object
class BedStayPackageItemInput:
    """Part of a package."""

    item: models.PackageItem
    """What."""
    amount: int
    """How many, 1 to 1,000: a month, unless it is installed."""


@mutation_input
class BedStayPackageSetInput(MutationInput):
    """What comes with which bed, and from when on."""

    stay_id: strawberry.ID
    """The stay: in a home care bed, and not over."""
    items: list[BedStayPackageItemInput]
    """What, each once; of none, nothing comes with it any more."""
    since: date | None = None
    """The first day: today or one to come, of the stay; the first of these if null."""


@mutation_payload
class BedStayPackageSetPayload(MutationPayload):
    """What comes with the bed from that day on."""

    bed_stay_package: BedStayPackage | None
    """The package; null if nothing was set."""


def _amounts(items: list[BedStayPackageItemInput]) -> Mapping[models.PackageItem, int]:
    amounts = {one.item: one.amount for one in items}
    if len(amounts) < len(items):
        raise InvalidInput("items", reason=Reason.ITEM_TWICE)
    return amounts


@strawberry.type
class BedPackageMutations:
    """Root fields on what comes with home care beds."""

    bed_stay_package_set = mutation(
        BedStayPackageSetPayload,
        "Say what comes with a home care bed from a day on; what was so before stays.",
        node=BedStayPackage,
        asks=Permission.BED_STAY_SET_PACKAGE,
        given=BedStayPackageSetInput,
        which="What, with which bed, from when on.",
        verb=lambda change, given: set_package(
            change.session,
            change.actor,
            key_of(given.stay_id, "bed_stay", "stay_id"),
            _amounts(given.items),
            given.since,
        ),
    )

"""Beds and stays as clients see them."""

from datetime import date, datetime

from sqlmodel import col

from api.accounts.types import Account
from api.beds.packages import BedStayPackage
from api.beds.printing import as_png, as_svg, shown
from api.context import Context
from api.describe import enumeration
from api.elders.types import Elder
from api.plan.declare import (
    ascending,
    computed,
    connection,
    descending,
    many,
    node,
    one,
    one_back,
    record,
)
from api.relay import Connection, Node
from api.stations.types import Station
from domain.beds import code_models, models
from domain.beds.code_visibility import care_code_visible
from domain.beds.lifecycle import IN_BED, StayAction, StayState
from domain.beds.package_models import BedStayPackage as BedStayPackageRow
from domain.beds.service import available_actions
from domain.beds.visibility import (
    bed_stay_log_visible,
    bed_stay_manager_visible,
    bed_stay_visible,
    bed_visible,
)
from domain.tables import district_today

enumeration(
    models.BedKind,
    "Where a bed stands, and for how long a day it is somebody's.",
    INSTITUTION="机构床位 in a nursing home or centre.",
    HOME="家庭养老床位 in the elder's own home, looked after from a station.",
    DAY="日间照料床位 by day only: an elder may have it beside another.",
)

enumeration(
    StayState,
    "Where a stay has got to.",
    name="BedStayState",
    HELD="暂留 kept free until the elder decides.",
    RESERVED="已预订 promised from a day on.",
    OCCUPIED="已入住 the elder lives here.",
    ON_LEAVE="请假外出 the elder lives here and is out for some days.",
    CLEANING="待清洁 the elder has left; the bed is not ready for another.",
    CLOSED="已结束 over.",
)

enumeration(
    StayAction,
    "What may be done with a stay.",
    name="BedStayAction",
    HOLD="暂留: keep a bed free until somebody decides; by `bedStayHold`.",
    RESERVE="预订: promise the bed; by `bedStayReserve`, or `bedStayAdmit` for a later day.",
    OCCUPY="入住: the elder has come; by `bedStayAdmit`.",
    LEAVE="请假: the elder goes out for some days; by `bedStayLeave`.",
    RETURN="返回: the elder is back; by `bedStayReturn`.",
    TRANSFER="转床: the elder moves into another bed; by `bedStayTransfer`.",
    END="退住: the elder has left, or will not come; by `bedStayEnd`.",
    CLOSE="清洁完成: the bed is clean; by `bedStayClose`.",
)


enumeration(
    models.CoManagerRole,
    "For which side of a fused bed (医康养一张床) somebody answers.",
    name="BedStayManagerRole",
    MEDICAL="医疗.",
    REHABILITATION="康复.",
    CARE="养护.",
)


enumeration(
    code_models.CareCodeEnd,
    "Why a bed's code is good no more.",
    name="CareCodeEndReason",
    ROTATED="已更换 another was put in its place.",
    STAY_ENDED="已退住 whose stay it was has left the bed.",
)


def _actions(stay: models.BedStay, context: Context) -> list[StayAction]:
    return available_actions(context.actor, stay.state)


@node(models.Bed, visible=bed_visible)
class Bed(Node):
    """A bed that a place of care answers for."""

    kind: models.BedKind
    """Where it stands, and for how long a day it is somebody's."""
    nursing: bool
    """Whether it is a nursing bed (护理型床位)."""
    label: str
    """Its name in its place of care, for example 3-02."""
    opened_on: date | None
    """The first day that it is there; null where nobody remembers."""
    closed_on: date | None
    """The first day that it is there no more; null where no end is set."""
    station: Station = one(models.Bed.station_id)
    """Who answers for it."""
    care_code: "CareCode | None" = one_back(
        code_models.CareCode.bed_id,
        order=descending(code_models.CareCode.id),
        where=col(code_models.CareCode.ended_at).is_(None),
    )
    """What hangs there to be scanned and was not replaced since; null where nothing does, and where
    you may not see it. Of a bed that is closed it stays, and answers GONE to whoever scans it."""
    current_stay: "BedStay | None" = one_back(
        models.BedStay.bed_id,
        order=descending(models.BedStay.id),
        where=col(models.BedStay.state).in_(IN_BED),
    )
    """Whose it is now; null where nobody lives in it, and where you may not see who."""
    stays: "Connection[BedStay]" = connection(
        models.BedStay.bed_id, order=descending(models.BedStay.id)
    )
    """Whose it is, will be and was, as far as you may see it, newest first."""


@node(code_models.CareCode, visible=care_code_visible)
class CareCode(Node):
    """A bed's code (一床一人一码), to be printed and hung there. A bed has one that is good, at
    most; it ends with the stay."""

    bed: Bed = one(code_models.CareCode.bed_id)
    """At which bed it hangs."""
    issued_at: datetime
    """When it was made."""
    issued_by: Account | None = one(code_models.CareCode.issued_by)
    """By whom; null where you may not see them."""
    ended_at: datetime | None
    """Since when it is good no more; null while it is."""
    ended_why: code_models.CareCodeEnd | None
    """Why it is good no more; null while it is."""
    ended_by: Account | None = one(code_models.CareCode.ended_by)
    """Who ended it; null while it is good, and where you may not see them."""
    code: str | None = computed(shown, needs=[code_models.CareCode.id])
    """The code, 26 capital letters and digits: shown once, in the answer that made it, and null
    ever after."""
    svg: str | None = computed(as_svg, needs=[code_models.CareCode.id])
    """The code as a QR code to print: an SVG picture. Null as `code` is."""
    png: str | None = computed(as_png, needs=[code_models.CareCode.id])
    """The same as a PNG picture in a `data:` URI. Null as `code` is."""


@record(models.BedStayLog, visible=bed_stay_log_visible)
class BedStayChange:
    """Who did what with a stay, and when."""

    action: StayAction
    """What was done."""
    at: datetime
    """When."""
    account: Account | None = one(models.BedStayLog.account_id)
    """By whom; null where time did it, and where you may not see the account."""
    note: str | None
    """A word about it, for example why the elder moved."""


@node(models.BedStayManager, visible=bed_stay_manager_visible)
class BedStayManager(Node):
    """Who answers for one side of a fused bed (医康养一张床)."""

    role: models.CoManagerRole
    """For which side."""
    account: Account | None = one(models.BedStayManager.account_id)
    """Who; null where you may not see them."""
    stay: "BedStay | None" = one(models.BedStayManager.stay_id)
    """Of which stay."""
    named_by: Account | None = one(models.BedStayManager.named_by)
    """Who named them; null where you may not see them."""
    named_at: datetime
    """When."""
    consented_by: Account | None = one(models.BedStayManager.consented_by)
    """Who of elder and guardian consented; null where nobody has yet, or where you may not see
    them."""
    consented_at: datetime | None
    """When; null where nobody has yet."""
    ended_at: datetime | None
    """Since when they answer for it no more; null while they do."""


@node(models.BedStay, visible=bed_stay_visible)
class BedStay(Node):
    """An elder's time in a bed."""

    state: StayState
    """Where it has got to."""
    starts_on: date
    """The first day."""
    ends_on: date | None
    """The first day no more: planned until the elder leaves, then the day of leaving; null where no
    end is planned. The same as `startsOn` for a stay that never began."""
    held_until: datetime | None
    """Until when the bed is kept for one who has not decided; null unless it is HELD."""
    back_on: date | None
    """On which day who is ON_LEAVE wants to be back; null where nobody knows."""
    moved_from: "BedStay | None" = one(models.BedStay.moved_from)
    """The stay in another bed that this one goes on from; null where there is none."""
    bed: Bed = one(models.BedStay.bed_id)
    """Which bed."""
    elder: Elder | None = one(models.BedStay.elder_id)
    """Whose stay it is; null where you may not see the elder."""
    admitted_by: Account | None = one(models.BedStay.admitted_by)
    """Who let the elder in; null where nobody has yet, or where you may not see them."""
    admitted_at: datetime | None
    """When that was entered."""
    ended_by: Account | None = one(models.BedStay.ended_by)
    """Who ended it; null where nobody has yet, or where you may not see them."""
    ended_at: datetime | None
    """When that was entered."""
    managers: list[BedStayManager] = many(
        models.BedStayManager.stay_id,
        order=ascending(models.BedStayManager.id),
        where=col(models.BedStayManager.ended_at).is_(None),
    )
    """Who answers for medicine, rehabilitation and care of a fused bed, each once; the bed is fused
    (医康养一张床) where all three are consented to."""
    package: BedStayPackage | None = one_back(
        BedStayPackageRow.stay_id,
        order=descending(BedStayPackageRow.since),
        where=col(BedStayPackageRow.since) <= district_today(),
    )
    """What comes with a home care bed today; null where nothing was said."""
    packages: list[BedStayPackage] = many(
        BedStayPackageRow.stay_id, order=ascending(BedStayPackageRow.since)
    )
    """What came with it, comes and will come, the earliest first; each until the next one."""
    history: list[BedStayChange] = many(
        models.BedStayLog.stay_id, order=ascending(models.BedStayLog.id)
    )
    """What was done with it, first first."""
    version: int
    """How often it has been written; `bedStayEnd` and `bedStayTransfer` take it as
    `expectedVersion`."""
    available_actions: list[StayAction] = computed(_actions, needs=[models.BedStay.state])
    """What you may do with it now."""

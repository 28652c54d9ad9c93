"""Visits as clients see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.accounts.types import Account
from api.allotment.windows import VisitWindow
from api.context import Context
from api.describe import enumeration
from api.elders.types import Elder
from api.geo import Position
from api.plan.declare import (
    ascending,
    computed,
    connection,
    consented,
    many,
    node,
    one,
    record,
)
from api.regions.types import Region
from api.relay import Connection, Node
from api.volunteers.types import Volunteer
from domain.access import ConsentScope, Permission
from domain.allotment.models import VisitApplication as VisitApplied
from domain.visits import models
from domain.visits.lifecycle import Allocation, VisitAction, VisitReleaseCause, VisitState
from domain.visits.proof import VAGUE_M
from domain.visits.service import available_actions
from domain.visits.visibility import (
    visit_task_log_visible,
    visit_task_visible,
)
from domain.volunteers.lifecycle import VolunteerSkill

if TYPE_CHECKING:
    from api.allotment.types import VisitApplication

enumeration(
    models.VisitKind,
    "How an elder is visited.",
    HOME="上门探访 at home.",
    PHONE="电话探访 by phone.",
    VIDEO="视频探访 by video.",
)

enumeration(
    VisitReleaseCause,
    "Why a visit was taken from whoever had claimed it.",
    SUSPENDED="暂停服务 they are not to visit anybody for now.",
    NOT_CLEARED="背景核查不再有效 they are not cleared, or no more on its day.",
    ROLE_ENDED="志愿者身份终止 they are no volunteer any more when it begins.",
)

enumeration(
    VisitState,
    "Where a visit has got to.",
    OPEN="待认领 nobody has it; `allocation` says whether the first who claims it gets it or one "
    "of those who apply.",
    CLAIMED="已认领 a volunteer has taken it on.",
    CHECKED_IN="已签到 the volunteer is there.",
    DONE="已完成 made, and yet to be verified.",
    VERIFIED="已核验 somebody else has confirmed it.",
    REJECTED="未通过 somebody else did not accept it.",
    REFUSED="长者谢绝 the elder did not want it.",
    NO_SHOW="未到访 the volunteer did not come, as far as is known.",
    CANCELLED="已取消 the station has called it off.",
)

enumeration(
    Allocation,
    "Who gets an open visit.",
    name="VisitAllocation",
    FIRST_COME="先到先得 the first who claims it.",
    FAIR="公平分配 one of those who apply, once applications have closed.",
)

enumeration(
    VisitAction,
    "What may befall a visit.",
    PLAN="计划: it was planned, and is open.",
    CLAIM="认领: take it on.",
    RELEASE="退回: give it back to the others; as a change also that a window is over, and the "
    "first who claims the visit gets it again.",
    CHECK_IN="签到: begin it.",
    CHECK_OUT="签退: it has been made.",
    VERIFY="核验通过: confirm it.",
    REJECT="核验不通过: do not accept it.",
    REFUSE="谢绝: the elder does not want it.",
    MISS="爽约: nobody came.",
    CANCEL="取消: it is not to be.",
    OVERDUE="超时: its time is over, and nobody has ended it.",
    APPLY="申请: ask for it, while its window is open (`visitApply`); as a change that the "
    "window has opened.",
    ALLOT="分配: who had applied for it got it.",
)


def _place(visit: models.VisitTask, context: Context) -> Position:
    del context
    return Position(longitude=visit.longitude, latitude=visit.latitude)


def _check_in_place(visit: models.VisitTask, context: Context) -> Position | None:
    del context
    if visit.check_in_longitude is None or visit.check_in_latitude is None:
        return None
    return Position(longitude=visit.check_in_longitude, latitude=visit.check_in_latitude)


def _actions(visit: models.VisitTask, context: Context, *, own: bool) -> list[VisitAction]:
    times, how = (visit.scheduled_from, visit.scheduled_to), visit.allocation
    who = context.actor
    return available_actions(who, visit.state, visit.claimed_by, times, own=own, allocation=how)


@record(models.VisitTaskLog, visible=visit_task_log_visible)
class VisitChange:
    """Who did what with a visit, and when."""

    action: VisitAction
    """What was done."""
    at: datetime
    """When."""
    account: Account | None = one(models.VisitTaskLog.account_id)
    """By whom; null where you may not see the account, and where only time has passed."""
    note: str | None
    """A word about it, for example why the visit was given back."""
    because: VisitReleaseCause | None = computed(
        lambda change, _: change.because,
        needs=[models.VisitTaskLog.because],
        permission=Permission.VOLUNTEER_STANDING_READ,
    )
    """Why it was given back by somebody else than who had claimed it; null of everything else, and
    for those who do not read how volunteers stand."""


@node(models.VisitTask, visible=visit_task_visible)
class VisitTask(Node):
    """One visit that an elder is due."""

    kind: models.VisitKind
    """How the elder is visited."""
    state: VisitState
    """Where it has got to."""
    scheduled_from: datetime
    """When it is to begin."""
    scheduled_to: datetime
    """When it is to end, and its time is free again: another may begin then."""
    region: Region = one(models.VisitTask.region_code)
    """The community where it is."""
    position: Position = computed(
        _place, needs=[models.VisitTask.longitude, models.VisitTask.latitude]
    )
    """The centre of the community, not the elder's door: it is shown before anyone has claimed."""
    elder: Elder | None = one(models.VisitTask.elder_id)
    """Who is visited, with the address; a volunteer sees them only from claim to check-out."""
    volunteer: Volunteer | None = one(models.VisitTask.claimed_by)
    """Who has claimed it; null while it is open."""
    claimed_at: datetime | None
    """When it was claimed; null while it is open."""
    checked_in_at: datetime | None
    """When it began, perhaps by the clock of the volunteer's phone."""
    check_in_recorded_at: datetime | None
    """When that was told here; later than `checkedInAt` where the phone had no network."""
    check_in_position: Position | None = consented(
        # At the elder's door.
        ConsentScope.LOCATION,
        computed(
            _check_in_place,
            needs=[models.VisitTask.check_in_longitude, models.VisitTask.check_in_latitude],
            discloses=models.VisitTask.elder_id,
        ),
        elder=models.VisitTask.elder_id,
    )
    """Where the volunteer's phone was then; null for a visit by phone or video. One of the family
    sees it only with the elder's consent to LOCATION."""
    check_in_accuracy_m: float | None
    """Metres around `checkInPosition` within which the phone was."""
    check_in_far: bool | None
    """Whether the phone was, whatever its accuracy, more than 1,500 m away from `position`. That
    is the centre of the community, so a long way to the door of one at its edge is no surprise.
    Null where no place was told, and where it was too vague to say so (`checkInVague`)."""
    check_in_vague: bool | None = computed(
        lambda visit, _: (
            None if visit.check_in_accuracy_m is None else visit.check_in_accuracy_m > VAGUE_M
        ),
        needs=[models.VisitTask.check_in_accuracy_m],
    )
    """Whether the phone knew its place to no better than 1,500 m, as indoors: such a place proves
    nothing. Null where no place was told."""
    checked_out_at: datetime | None
    """When it ended, perhaps by the clock of the volunteer's phone."""
    check_out_recorded_at: datetime | None
    """When that was told here."""
    entered_late: bool
    """Whether beginning or end was told here more than five minutes afterwards, by the phone's own
    clock."""
    verified_by: Account | None = one(models.VisitTask.verified_by)
    """Who confirmed it or did not accept it; never who made it."""
    verified_at: datetime | None
    """When they did."""
    note: str | None
    """The volunteer's word at check-out."""
    planned_by: Account | None = one(models.VisitTask.planned_by)
    """Who planned it; null where you may not see the account, and where nobody did."""
    overdue_at: datetime | None
    """When it was noticed that its time was over and nobody had ended it; null if it was ended in
    time."""
    skills: list[VolunteerSkill] = computed(
        lambda visit, _: [VolunteerSkill(skill) for skill in visit.skills],
        needs=[models.VisitTask.skills],
    )
    """What whoever makes it must be able to do."""
    allocation: Allocation
    """Who gets it while it is open; afterwards, how whoever has it got it."""
    window: VisitWindow | None = one(models.VisitTask.window_id)
    """The window in which applications for it are, or were last, taken; null where there was
    none."""
    applications: Connection[
        Annotated["VisitApplication", strawberry.lazy("api.allotment.types")]
    ] = connection(VisitApplied.task_id, order=ascending(VisitApplied.id))
    """Who applied for it, as far as you may see it: a volunteer sees their own."""
    version: int
    """How often it has been written; what may be done in several states takes it as
    `expectedVersion`."""
    history: list[VisitChange] = many(
        models.VisitTaskLog.task_id, order=ascending(models.VisitTaskLog.id)
    )
    """What was done with it, first first; a volunteer sees what they did themselves."""
    available_actions: list[VisitAction] = computed(
        _actions,
        needs=[
            models.VisitTask.state,
            models.VisitTask.claimed_by,
            models.VisitTask.scheduled_from,
            models.VisitTask.scheduled_to,
            models.VisitTask.allocation,
        ],
        own=models.VisitTask.claimed_by,
    )
    """What you may do with it now."""

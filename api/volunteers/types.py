"""Volunteers as clients see them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.accounts.types import Account
from api.context import Context
from api.describe import enumeration, output
from api.plan.declare import ascending, computed, connection, descending, many, node, one, record
from api.regions.types import Region
from api.relay import Connection, Node
from domain.access import Permission
from domain.clock import DAY_MINUTES, clock_of
from domain.visits import models as visiting
from domain.visits.visibility import volunteer_visible
from domain.volunteers import models
from domain.volunteers.fitness import is_cleared, is_suspended
from domain.volunteers.lifecycle import CheckState, VolunteerAction, VolunteerSkill
from domain.volunteers.service import available_actions
from domain.volunteers.visibility import volunteer_log_visible

if TYPE_CHECKING:
    from api.visits.types import VisitTask

enumeration(
    VolunteerSkill,
    "What a visit may ask for, and a volunteer can do.",
    CHATTING="聊天陪伴 keep somebody company.",
    PHONE="电话问候 call by phone or video.",
    READING="读书读报 read aloud.",
    MEALS="助餐 help with a meal.",
    CLEANING="助洁 help to clean.",
    HAIRDRESSING="理发 cut hair.",
    MEDICAL_ESCORT="陪诊 go along to a doctor.",
    REPAIRS="小修小补 small repairs.",
    SMARTPHONE="智能手机教学 show how a phone works.",
    DIALECT="本地方言 speak the local dialect.",
)

enumeration(
    CheckState,
    "Where a volunteer's background check has got to.",
    name="VolunteerCheckState",
    NOT_CHECKED="未核查 no certificate was handed in.",
    SUBMITTED="待核查 a certificate was handed in, and nobody has decided about it.",
    CLEARED="已通过 it was good; `clearedUntil` says how long.",
    REJECTED="未通过 it was not accepted.",
)

enumeration(
    VolunteerAction,
    "What may befall a volunteer.",
    UPDATE="更新资料: say what they can do.",
    SET_AVAILABILITY="设置时间: say when they have time.",
    SUBMIT_CHECK="提交证明: hand in a certificate of no criminal record.",
    CLEAR="核查通过: they may visit.",
    REJECT="核查不通过: they may not.",
    SUSPEND="暂停: they visit nobody for now.",
    REINSTATE="恢复: they may visit again.",
    CARRY_OVER="沿用: they visited before checks were asked for, and count as cleared for a year.",
)


@output
class VolunteerHours:
    """A time of each week, on one day, by the district's clock."""

    weekday: int
    """1 for Monday to 7 for Sunday."""
    begins: str
    """For example 08:30."""
    ends: str
    """For example 11:00; 24:00 for midnight."""


@output
class VolunteerException:
    """A time that is not as in other weeks."""

    begins: datetime
    """From when on."""
    ends: datetime
    """Until when."""
    free: bool
    """Whether they have time then; else they have none, whatever the week says."""


def _days(begins: int, ends: int) -> list[VolunteerHours]:
    """A time of the week by the days that it is on."""
    found: list[VolunteerHours] = []
    while begins < ends:
        day = begins // DAY_MINUTES
        midnight, end = day * DAY_MINUTES, min(ends, (day + 1) * DAY_MINUTES)
        times = clock_of(begins - midnight), clock_of(end - midnight)
        found.append(VolunteerHours(weekday=day + 1, begins=times[0], ends=times[1]))
        begins = end
    return found


def _weekly(one: visiting.Volunteer, context: Context) -> list[VolunteerHours]:
    del context
    times = zip(one.weekly_from, one.weekly_to, strict=True)
    return [hours for begins, ends in times for hours in _days(begins, ends)]


def _exceptions(one: visiting.Volunteer, context: Context) -> list[VolunteerException]:
    del context
    times = zip(one.except_from, one.except_to, one.except_free, strict=True)
    return [VolunteerException(begins=begins, ends=ends, free=free) for begins, ends, free in times]


def _actions(
    one: visiting.Volunteer, context: Context, *, own: bool, submitted: bool
) -> list[VolunteerAction]:
    return available_actions(
        context.actor,
        one.check_state,
        suspended=is_suspended(one),
        own=own,
        submitted=submitted,
        governed=context.actor.governs(one.region_code),
    )


_STANDING = Permission.VOLUNTEER_STANDING_READ
_SUSPENSION = (visiting.Volunteer.suspended_at, visiting.Volunteer.suspended_until)


@record(models.VolunteerLog, visible=volunteer_log_visible)
class VolunteerChange:
    """Who did what about a volunteer, and when."""

    action: VolunteerAction
    """What was done."""
    at: datetime
    """When."""
    account: Account | None = one(models.VolunteerLog.account_id)
    """By whom; null where you may not see the account, and where nobody did it."""
    note: str | None
    """Why."""


@node(visiting.Volunteer, visible=volunteer_visible)
class Volunteer(Node):
    """Someone who visits elders."""

    name: str
    """Full name."""
    region: Region = one(visiting.Volunteer.region_code)
    """Where they live."""
    account: Account | None = one(visiting.Volunteer.id)
    """The account that they act as; its region is where they may claim visits. Null where you may
    not see it."""
    registered_on: date
    """Since when they are a volunteer."""
    skills: list[VolunteerSkill] = computed(
        lambda one, _: [VolunteerSkill(skill) for skill in one.skills],
        needs=[visiting.Volunteer.skills],
    )
    """What they can do."""
    weekly: list[VolunteerHours] | None = computed(
        _weekly,
        needs=[visiting.Volunteer.weekly_from, visiting.Volunteer.weekly_to],
        permission=_STANDING,
    )
    """When they have time each week; empty where they have not said. Null, with an entry in
    `extensions.masked`, for the family whom they visit; so below."""
    exceptions: list[VolunteerException] | None = computed(
        _exceptions,
        needs=[
            visiting.Volunteer.except_from,
            visiting.Volunteer.except_to,
            visiting.Volunteer.except_free,
        ],
        permission=_STANDING,
    )
    """When that is not so."""
    check_state: CheckState | None = computed(
        lambda one, _: one.check_state,
        needs=[visiting.Volunteer.check_state],
        permission=_STANDING,
    )
    """Where the background check (无犯罪记录证明) has got to."""
    certificate_on: date | None = computed(
        lambda one, _: one.certificate_on,
        needs=[visiting.Volunteer.certificate_on],
        permission=_STANDING,
    )
    """When the certificate was issued that was handed in last; null where none was."""
    cleared_until: date | None = computed(
        lambda one, _: one.cleared_until,
        needs=[visiting.Volunteer.cleared_until],
        permission=_STANDING,
    )
    """The last day on which they are cleared to visit, whatever was handed in since; null where
    they are not."""
    cleared: bool | None = computed(
        lambda one, _: is_cleared(one),
        needs=[visiting.Volunteer.cleared_until],
        permission=_STANDING,
    )
    """Whether they are today."""
    suspended: bool | None = computed(
        lambda one, _: is_suspended(one), needs=_SUSPENSION, permission=_STANDING
    )
    """Whether they visit nobody for now; `history` says why."""
    suspended_at: datetime | None = computed(
        lambda one, _: one.suspended_at, needs=_SUSPENSION, permission=_STANDING
    )
    """When that was said; null where it was not, or they were reinstated."""
    suspended_until: datetime | None = computed(
        lambda one, _: one.suspended_until, needs=_SUSPENSION, permission=_STANDING
    )
    """Until when; null for until somebody reinstates them."""
    version: int
    """How often it has been written; `volunteerUpdate` takes it as `expectedVersion`."""
    visits: Connection[Annotated["VisitTask", strawberry.lazy("api.visits.types")]] = connection(
        visiting.VisitTask.claimed_by,
        order=descending(visiting.VisitTask.scheduled_from, visiting.VisitTask.id),
    )
    """The visits that they have claimed or made, as far as you may see them, newest first."""
    history: list[VolunteerChange] = many(
        models.VolunteerLog.volunteer_id, order=ascending(models.VolunteerLog.id)
    )
    """What was done about them, first first; of this the family whom they visit sees nothing."""
    available_actions: list[VolunteerAction] = computed(
        _actions,
        needs=[visiting.Volunteer.check_state, visiting.Volunteer.region_code, *_SUSPENSION],
        own={"own": visiting.Volunteer.id, "submitted": visiting.Volunteer.submitted_by},
    )
    """What you may do about them now; nobody decides about a certificate that they have handed in
    themselves."""

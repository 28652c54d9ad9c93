"""Applications for visits as clients see them."""

from datetime import datetime

from api.allotment.windows import VisitWindow
from api.context import Context
from api.describe import enumeration
from api.plan.declare import computed, node, one
from api.relay import Node
from api.visits.types import VisitTask
from api.volunteers.types import Volunteer
from domain.access import Permission
from domain.allotment import models
from domain.allotment.lifecycle import (
    APPLICATION_LIFECYCLE,
    ApplicationAction,
    ApplicationState,
    Because,
)
from domain.allotment.visibility import visit_application_visible

enumeration(
    ApplicationState,
    "What has become of an application.",
    name="VisitApplicationState",
    APPLIED="已申请 the window is still open.",
    ALLOTTED="已分得 the visit is theirs.",
    NOT_ALLOTTED="未分得 it is not; `because` says why.",
    WITHDRAWN="已撤回 they took it back.",
)

enumeration(
    ApplicationAction,
    "What may befall an application.",
    name="VisitApplicationAction",
    APPLY="申请: ask for the visit (again).",
    WITHDRAW="撤回: take it back.",
    ALLOT="分得: the visit is theirs; only time does.",
    PASS_OVER="未分得: it is not; only time does.",
)

enumeration(
    Because,
    "Why somebody got a visit, or did not: in what who got it came before the next.",
    name="VisitApplicationBecause",
    ALONE="唯一符合者 nobody else who could make it had applied.",
    FEWER_VISITS="近30日次数较少 who got it had taken on fewer visits in the last thirty days, "
    "with what the window gave them.",
    HAS_TIME="时间合适 who got it had said to have time then.",
    NEARER="距离较近 who got it lives nearer.",
    DRAWN="抽签 the lot.",
    TOGETHER="整体最优 so that, of all the window's visits, more are made, or more evenly.",
    OTHER_VISIT="同时段已分得另一次 they got another at that time.",
    NOT_FIT="届时不符合条件 by then they were not cleared, were suspended, lacked a skill, or had "
    "claimed something else at that time.",
    VISIT_GONE="探访已不在 the visit had been called off, or had begun.",
    WINDOW_CANCELLED="申请已取消 the window was called off.",
)


def _actions(
    one: models.VisitApplication, context: Context, *, own: bool
) -> list[ApplicationAction]:
    may = own and context.actor.may(Permission.VISIT_APPLY)
    possible = APPLICATION_LIFECYCLE.actions(one.state)
    return [action for action in possible if may and action is ApplicationAction.WITHDRAW]


@node(models.VisitApplication, visible=visit_application_visible)
class VisitApplication(Node):
    """A volunteer asks for a visit of a window."""

    state: ApplicationState
    """What has become of it."""
    window: VisitWindow | None = one(models.VisitApplication.window_id)
    """The window; null where you may not see it."""
    visit_task: VisitTask | None = one(models.VisitApplication.task_id)
    """The visit; null where you may not see it any more."""
    volunteer: Volunteer | None = one(models.VisitApplication.volunteer_id)
    """Who has applied."""
    applied_at: datetime
    """When; it counts for nothing."""
    ended_at: datetime | None
    """When it was decided about, or taken back."""
    because: Because | None
    """Why they got it, or did not; null where it was not decided."""
    visits_before: int | None
    """How many visits they had taken on in the thirty days before the window closed, and not given
    back; null where it was not decided, so below."""
    has_time: bool | None
    """Whether they had said to have time then; true for who had said nothing."""
    steps_away: int | None
    """0 in the community where they live, 1 in their street, 2 elsewhere."""
    lot: int | None
    """The lot that they drew, 0 to 2147483647; the smaller comes first."""
    available_actions: list[ApplicationAction] = computed(
        _actions,
        needs=[models.VisitApplication.state],
        own=models.VisitApplication.volunteer_id,
    )
    """What you may do with it now."""

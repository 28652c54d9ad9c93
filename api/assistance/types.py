"""Assistance cases as clients see them."""

from datetime import date, datetime

from api.accounts.types import Account
from api.context import Context
from api.describe import enumeration, output
from api.elders.types import Elder
from api.plan.declare import ascending, computed, many, node, one, record
from api.regions.types import Region
from api.relay import Node
from domain.assistance import models
from domain.assistance.lifecycle import CaseAction, CaseState
from domain.assistance.service import available_actions
from domain.assistance.visibility import assistance_case_log_visible, assistance_case_visible

enumeration(
    models.AssistanceKind,
    "What is applied for.",
    MINIMUM_LIVING="最低生活保障 the minimum living allowance.",
    EXTREME_HARDSHIP="特困人员救助供养 support of people in extreme hardship.",
)

enumeration(
    CaseState,
    "Where a case has got to.",
    name="AssistanceCaseState",
    DRAFT="草稿 being written.",
    SUBMITTED="已提交 submitted: the papers are being looked through.",
    NEEDS_SUPPLEMENT="待补正 papers are missing.",
    ACCEPTED="已受理 the papers are complete and the statutory clock runs.",
    INVESTIGATING="调查中 two visitors and the verification of means are at work.",
    PUBLICIZED="公示中 on the community's board for seven days.",
    OBJECTED="有异议 someone has objected.",
    COUNTY_REVIEW="县级审核 with the county.",
    APPROVED="已确认 approved; paid from the next month.",
    REJECTED="不予确认 rejected, with a reason.",
    ACTIVE="享受中 being paid.",
    REVIEW="复核中 looked at again.",
    TAPERING="渐退期 no longer entitled, ends gradually.",
    SUSPENDED="暂停 paused.",
    CLOSED="已结案 over.",
    TERMINATED="已终止 ended before its time.",
    WITHDRAWN="已撤回 taken back by the applicant.",
    ADVANCED="先行救助 helped at once, papers to follow.",
    BACKFILL="补办手续 helped, the papers being completed.",
)

enumeration(
    CaseAction,
    "What is done with a case.",
    name="AssistanceCaseAction",
    SUBMIT="提交: apply.",
    ASK_SUPPLEMENT="通知补正: name what is missing, once.",
    SUPPLEMENT="补正: hand it in.",
    WITHDRAW="撤回: take the application back.",
    ACCEPT="受理: the papers are complete.",
    REJECT="不予确认: end it, with a reason.",
    INVESTIGATE="调查: begin to verify.",
    PUBLICIZE="公示: put up the result.",
    OBJECT="提出异议: contradict the result.",
    PASS_TO_COUNTY="报县级: hand it to the county.",
    APPROVE="确认: approve.",
    ACTIVATE="发放: begin to pay.",
    REVIEW="复核: look at it again.",
    CONTINUE="继续: go on paying.",
    TAPER="渐退: let it end gradually.",
    SUSPEND="暂停: pause.",
    RESUME="恢复: go on after a pause.",
    TERMINATE="终止: end it before its time.",
    CLOSE="结案: end it.",
    ADVANCE="先行救助: help at once.",
    BACKFILL="补办手续: complete the papers.",
)


@output
class StatutoryClock:
    """How long the authorities have for a case, and by which rule."""

    working_days: int
    """Working days from acceptance, whose own day is not counted."""
    due_on: date
    """The last day in time."""
    provisional: bool
    """Whether the State Council's next calendar may move that day."""
    source: str
    """The document and its articles."""
    policy_pack: str
    """The rules that the case was accepted under; later ones don't change it."""


def _clock(case: models.AssistanceCase, _: Context) -> StatutoryClock | None:
    if (
        case.clock_working_days is None
        or case.due_on is None
        or case.due_provisional is None
        or case.clock_source is None
        or case.policy_pack is None
    ):
        return None
    return StatutoryClock(
        working_days=case.clock_working_days,
        due_on=case.due_on,
        provisional=case.due_provisional,
        source=case.clock_source,
        policy_pack=case.policy_pack,
    )


def _actions(case: models.AssistanceCase, context: Context, *, own: bool) -> list[CaseAction]:
    return available_actions(context.actor, case.state, own=own)


@record(models.AssistanceCaseLog, visible=assistance_case_log_visible)
class AssistanceCaseChange:
    """Something that was done with a case."""

    at: datetime
    """When."""
    action: CaseAction
    """What."""
    state: CaseState
    """The case's state after it."""
    account: Account | None = one(models.AssistanceCaseLog.account_id)
    """Who; null where you may not see them."""
    note: str | None
    """What they wrote about it; of a rejection its reason."""


@node(models.AssistanceCase, visible=assistance_case_visible)
class AssistanceCase(Node):
    """An elder's application for assistance and what follows from it; one of a kind is open at a
    time."""

    kind: models.AssistanceKind
    """What is applied for."""
    state: CaseState
    """Where it has got to."""
    elder: Elder | None = one(models.AssistanceCase.elder_id)
    """Whose case it is; null where you may not see the elder."""
    region: Region = one(models.AssistanceCase.region_code)
    """The community where the elder lived when it was submitted."""
    submitted_by: Account | None = one(models.AssistanceCase.submitted_by)
    """Who applied; null where you may not see them."""
    submitted_at: datetime
    """When."""
    advisor: Account | None = one(models.AssistanceCase.advisor_id)
    """The care advisor who has the case; null where nobody does."""
    accepted_by: Account | None = one(models.AssistanceCase.accepted_by)
    """The official who accepted it; null where nobody has."""
    accepted_on: date | None
    """受理日: the day on which the complete papers were there."""
    rejected_by: Account | None = one(models.AssistanceCase.rejected_by)
    """The official who rejected it; null where nobody has."""
    reject_reason: str | None
    """Why."""
    clock: StatutoryClock | None = computed(
        _clock,
        needs=[
            models.AssistanceCase.clock_working_days,
            models.AssistanceCase.due_on,
            models.AssistanceCase.due_provisional,
            models.AssistanceCase.clock_source,
            models.AssistanceCase.policy_pack,
        ],
    )
    """How long the authorities have; null before acceptance."""
    history: list[AssistanceCaseChange] = many(
        models.AssistanceCaseLog.case_id, order=ascending(models.AssistanceCaseLog.id)
    )
    """Who did what and when, first first."""
    version: int
    """How often it has been written; `assistanceCaseReject` takes it as `expectedVersion`."""
    available_actions: list[CaseAction] = computed(
        _actions, needs=[models.AssistanceCase.state], own=models.AssistanceCase.submitted_by
    )
    """What you may do with it now; nothing where you submitted it yourself, in whatever role."""

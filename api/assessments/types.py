"""Assessments, assessors and divisions' wishes as clients see them."""

from datetime import date, datetime

from api.accounts.types import Account
from api.assessments.scale import AssessmentPartResult, in_words, shown_parts
from api.context import Context
from api.describe import enumeration, output
from api.elders.types import Elder
from api.plan.declare import ascending, computed, many, node, one, record
from api.regions.types import Region
from api.relay import Node
from domain.access import Permission
from domain.assessments import models, scoring
from domain.assessments.answers import opened
from domain.assessments.lifecycle import AssessmentAction, AssessmentState
from domain.assessments.scoring import Ground, RiskEventKind
from domain.assessments.service import available_actions
from domain.assessments.visibility import (
    assessment_log_visible,
    assessment_policy_visible,
    assessment_visible,
    assessor_visible,
)
from domain.elders.models import CareLevel

enumeration(
    AssessmentState,
    "Where an assessment has got to; whether its time is over, `validThrough` says.",
    SUBMITTED="待确认 signed by the first assessor, waiting for the others.",
    CONFIRMED="已确认 signed by all that it needs: it counts, for as long as it is valid.",
    REPLACED="已更替 a later one counts instead.",
    WITHDRAWN="已撤回 taken back before it was confirmed.",
)

enumeration(
    AssessmentAction,
    "What is done with an assessment.",
    SUBMIT="提交: hand it in, as the first assessor.",
    CONFIRM="确认: sign it as another assessor.",
    WITHDRAW="撤回: take it back.",
    REPLACE="更替: by a later one that was confirmed; nobody does it by itself.",
)


@output
class AssessmentItem:
    """The points of an item."""

    code: str
    """The standard's, such as B.1.1."""
    title: str
    """In the language of Accept-Language."""
    points: int
    """As the assessors gave them."""
    most: int
    """Points at most."""


@output
class AssessmentRiskEvent:
    """Something that has happened to the elder."""

    kind: RiskEventKind
    """What."""
    on: date
    """On which day."""


@output
class AssessmentAnswers:
    """What was found in detail."""

    parts: list[AssessmentPartResult]
    """The points of each part."""
    items: list[AssessmentItem]
    """The points of each item, in the standard's order."""
    diagnoses: list[str]
    """Codes of ICD-10."""
    risk_events: list[AssessmentRiskEvent]
    """What had happened lately."""
    grounds: list[Ground]
    """What counted beside the total; also where the level could not get worse by it."""


def _answers(assessment: models.Assessment, context: Context) -> AssessmentAnswers:
    answers = opened(context.vault, assessment)
    result = scoring.score(answers)
    return AssessmentAnswers(
        parts=shown_parts(answers.scale, result, context),
        items=[
            AssessmentItem(
                code=item.code,
                title=in_words(item.title, context),
                points=answers.points[item.code],
                most=item.most,
            )
            for item in answers.scale.items()
        ],
        diagnoses=list(answers.diagnoses),
        risk_events=[AssessmentRiskEvent(kind=event.kind, on=event.on) for event in answers.events],
        grounds=list(result.grounds),
    )


def _actions(
    assessment: models.Assessment, context: Context, *, own: bool
) -> list[AssessmentAction]:
    return available_actions(context.actor, assessment.state, own=own)


@record(models.AssessmentLog, visible=assessment_log_visible)
class AssessmentChange:
    """Something that was done with an assessment."""

    at: datetime
    """When."""
    action: AssessmentAction
    """What."""
    state: AssessmentState
    """The assessment's state after it."""
    account: Account | None = one(models.AssessmentLog.account_id)
    """Who; null where you may not see them."""
    clinical: bool | None
    """Of a signature whether it is a clinical assessor's; null of anything else."""
    note: str | None
    """What they wrote about it."""


@node(models.Assessment, visible=assessment_visible)
class Assessment(Node):
    """What assessors found of an elder's ability. It never changes: a new one replaces it."""

    state: AssessmentState
    """Where it has got to."""
    elder: Elder | None = one(models.Assessment.elder_id)
    """Whose; null where you may not see the elder."""
    scale: str
    """The standard and its version: GB/T 42195-2022."""
    assessed_on: date
    """The day of the assessment."""
    valid_through: date
    """The last day on which it is valid, if it is confirmed."""
    total: int
    """Points of all items."""
    level_by_total: CareLevel
    """The level that the total alone gives."""
    level: CareLevel
    """The level, with what counts beside the total."""
    answers: AssessmentAnswers | None = computed(
        _answers,
        needs=[
            models.Assessment.elder_id,
            models.Assessment.scale,
            models.Assessment.assessed_on,
            models.Assessment.answers_cipher,
        ],
        permission=Permission.ASSESSMENT_READ_ANSWERS,
        discloses=models.Assessment.elder_id,
    )
    """What was found in detail, for those who care and for the family; null for others. Who is
    shown it is in the audit trail."""
    assessors_needed: int
    """How many assessors have to sign it, whoever submitted it included."""
    clinical_needed: int
    """How many of these have to be clinical ones."""
    submitted_by: Account | None = one(models.Assessment.submitted_by)
    """The first assessor; null where you may not see them."""
    submitted_at: datetime
    """When."""
    confirmed_at: datetime | None
    """When it had all signatures; null where it has not."""
    history: list[AssessmentChange] = many(
        models.AssessmentLog.assessment_id, order=ascending(models.AssessmentLog.id)
    )
    """Who signed it and did what else, first first."""
    available_actions: list[AssessmentAction] = computed(
        _actions, needs=[models.Assessment.state], own=models.Assessment.submitted_by
    )
    """What you may do with it now. To confirm it takes an assessor's certificate beside, and nobody
    confirms what they have signed, in whatever role."""


@node(models.Assessor, visible=assessor_visible)
class Assessor(Node):
    """Somebody with a certificate to assess elders."""

    account: Account | None = one(models.Assessor.account_id)
    """Who; null where you may not see them."""
    region: Region = one(models.Assessor.region_code)
    """Where they work."""
    clinical: bool
    """Whether as a clinical assessor: a doctor or a nurse."""
    certificate: str
    """The certificate's number."""
    since: date
    """From which day on it is good."""
    until: date
    """The day on which it is good no more; the same as `since` for one that was ended before."""
    set_by: Account | None = one(models.Assessor.set_by)
    """Who entered it; null where you may not see them."""
    version: int
    """How often it has been written; `assessorEnd` takes it as `expectedVersion`."""


@node(models.AssessmentPolicy, visible=assessment_policy_visible)
class AssessmentPolicy(Node):
    """What assessments need in a division and below it; the most specific one counts, and without
    any the rules: two assessors, one of them clinical, and twelve months."""

    region: Region = one(models.AssessmentPolicy.region_code)
    """Where."""
    assessors: int
    """How many assessors have to sign one."""
    clinical_assessors: int
    """How many of these have to be clinical ones."""
    valid_months: int
    """How many months by the calendar it is valid."""
    set_by: Account | None = one(models.AssessmentPolicy.set_by)
    """Who set it last; null where you may not see them."""
    version: int
    """How often it has been written."""

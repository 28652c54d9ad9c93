"""The scale as a form to be filled in, and what its answers come to."""

from datetime import date

import strawberry

from api.context import Context
from api.describe import enumeration, input_object, output
from api.texts import Language
from domain.assessments import scoring
from domain.assessments.scale import Scale, Titles, scale_of
from domain.assessments.scoring import Answers, Ground, Result, RiskEvent, RiskEventKind
from domain.elders.models import CareLevel

enumeration(
    RiskEventKind,
    "照护风险事件: what has happened to somebody who is cared for.",
    name="AssessmentRiskEventKind",
    FALL="跌倒.",
    WANDERING="走失.",
    CHOKING="噎食.",
    SELF_HARM="自伤.",
    SUICIDE_ATTEMPT="自杀.",
    OTHER="其他.",
)

enumeration(
    Ground,
    "What counts beside the total of points.",
    name="AssessmentGround",
    COMA="昏迷: the level is COMPLETE, whatever the total.",
    DEMENTIA="痴呆 (ICD-10 F00 to F03): one level worse.",
    MENTAL_DISORDER="其他精神和行为障碍 (ICD-10 F04 to F99): one level worse.",
    RISK_EVENTS="Two risk events or more within 30 days: one level worse.",
)


@output
class AssessmentScaleItem:
    """An item of a scale."""

    code: str
    """The standard's, such as B.1.1."""
    title: str
    """In the language of Accept-Language."""
    most: int
    """Points at most; 0 at least. More points, more ability."""


@output
class AssessmentScalePart:
    """Items of a scale that belong together."""

    code: str
    """The standard's, such as B.1."""
    title: str
    """In the language of Accept-Language."""
    most: int
    """Points at most."""
    items: list[AssessmentScaleItem]
    """In the standard's order."""


@output
class AssessmentScaleLevel:
    """A level, and the total from which on it holds."""

    level: CareLevel
    """The level."""
    least: int
    """From so many points on, up to the next better level's."""


@output
class AssessmentScale:
    """A version of the standard by which elders are assessed."""

    name: str
    """As it is cited: GB/T 42195-2022."""
    version: str
    """For `scaleVersion`."""
    most: int
    """Points of somebody who needs nothing."""
    parts: list[AssessmentScalePart]
    """In the standard's order."""
    levels: list[AssessmentScaleLevel]
    """The best first."""


@output
class AssessmentPartResult:
    """What the items of a part come to."""

    code: str
    """The standard's, such as B.1."""
    title: str
    """In the language of Accept-Language."""
    points: int
    """The sum of its items."""
    most: int
    """Points at most."""


@output
class AssessmentPreview:
    """What answers come to. Nothing has been stored."""

    scale: str
    """The scale as it is cited."""
    total: int
    """Points of all parts."""
    parts: list[AssessmentPartResult]
    """Points of each part."""
    level_by_total: CareLevel
    """The level that the total alone gives."""
    grounds: list[Ground]
    """What counts beside; also where the level cannot get worse by it."""
    level: CareLevel
    """The level that an assessment with these answers would have."""


@input_object
class AssessmentItemInput:
    """The points of an item."""

    code: str
    """The standard's, such as B.1.1."""
    points: int
    """From 0 to the item's most."""


@input_object
class AssessmentRiskEventInput:
    """Something that has happened to the elder."""

    kind: RiskEventKind
    """What."""
    on: date
    """On which day; what is older than 30 days is kept, and does not count."""


@input_object
class AssessmentPreviewInput:
    """What was found."""

    scale_version: str | None = None
    """The scale's version; the newest if null."""
    assessed_on: date
    """The day of the assessment."""
    items: list[AssessmentItemInput]
    """Every item of the scale, once. Those that are missing, twice or out of range are named in the
    error by their codes."""
    diagnoses: list[str] = strawberry.field(default_factory=list[str])
    """Codes of ICD-10, such as F00.1 or I10.x00; at most 50."""
    risk_events: list[AssessmentRiskEventInput] = strawberry.field(
        default_factory=list[AssessmentRiskEventInput]
    )
    """What has happened lately, none of it after the assessment; at most 50."""

    def answers(self) -> Answers:
        """The same for the domain. Raises: InvalidInput."""
        return scoring.checked(
            scale_of(self.scale_version),
            self.assessed_on,
            [(item.code, item.points) for item in self.items],
            self.diagnoses,
            [RiskEvent(event.kind, event.on) for event in self.risk_events],
        )


def in_words(titles: Titles, context: Context) -> str:
    """A title in the caller's language."""
    return titles[list(Language).index(context.language)]


def shown_scale(scale: Scale, context: Context) -> AssessmentScale:
    """A scale as clients see it."""
    return AssessmentScale(
        name=scale.name,
        version=scale.version,
        most=scale.most,
        parts=[
            AssessmentScalePart(
                code=part.code,
                title=in_words(part.title, context),
                most=part.most,
                items=[
                    AssessmentScaleItem(
                        code=item.code, title=in_words(item.title, context), most=item.most
                    )
                    for item in part.items
                ],
            )
            for part in scale.parts
        ],
        levels=[
            AssessmentScaleLevel(level=level, least=least) for level, least in scale.least.items()
        ],
    )


def shown_parts(scale: Scale, result: Result, context: Context) -> list[AssessmentPartResult]:
    """The points of each part, in the standard's order."""
    return [
        AssessmentPartResult(
            code=part.code,
            title=in_words(part.title, context),
            points=result.parts[part.code],
            most=part.most,
        )
        for part in scale.parts
    ]


def preview(answers: Answers, context: Context) -> AssessmentPreview:
    """What answers come to."""
    result = scoring.score(answers)
    return AssessmentPreview(
        scale=answers.scale.name,
        total=result.total,
        parts=shown_parts(answers.scale, result, context),
        level_by_total=result.by_total,
        grounds=list(result.grounds),
        level=result.level,
    )

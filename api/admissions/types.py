"""Applications for a bed as clients see them."""

from datetime import date, datetime

from api.accounts.types import Account
from api.beds.types import BedStay
from api.context import Context
from api.describe import enumeration, output
from api.elders.types import Elder
from api.plan.declare import ascending, computed, many, node, one, record
from api.plan.shapes import row_type_of
from api.regions.types import Region
from api.relay import Node
from api.stations.types import Station
from domain.admissions import models
from domain.admissions.lifecycle import AdmissionAction, AdmissionState
from domain.admissions.order import Place, places_of
from domain.admissions.service import available_actions
from domain.admissions.visibility import (
    admission_application_log_visible,
    admission_application_visible,
)
from domain.beds.models import BedKind
from domain.elders.models import CareLevel, Tag

enumeration(
    AdmissionState,
    "Where an application for a bed has got to.",
    name="AdmissionApplicationState",
    DRAFT="草稿 being written; the home does not see it.",
    SUBMITTED="已提交 with the home.",
    ASSESSING="评估中 the home looks at what the elder needs.",
    WAITLISTED="轮候中 waits for its turn; `place` says where.",
    OFFERED="待确认 a bed is kept until a moment; see `stay`.",
    OFFER_EXPIRED="已逾期 the moment has passed; the home may put it back onto its list.",
    ACCEPTED="已接受 the bed is promised.",
    ADMITTED="已入住 the elder lives there.",
    DISCHARGED="已退住 the elder has left again.",
    REJECTED="未通过 the home cannot take the elder.",
    WITHDRAWN="已撤回 taken back, declined, or accepted elsewhere.",
)

enumeration(
    AdmissionAction,
    "What may be done with an application for a bed.",
    name="AdmissionApplicationAction",
    CREATE="起草: begin it; by `admissionApplicationCreate`.",
    SUBMIT="提交: send it to the home.",
    ASSESS="评估: look at what the elder needs.",
    WAITLIST="列入轮候: let it wait for its turn.",
    OFFER="分配床位: keep a bed; `admissionApplicationOfferNext` keeps it for whose turn it is.",
    ACCEPT="接受: take the bed; the elder's other applications are withdrawn.",
    ADMIT="入住: the elder has come; also by `bedStayAdmit`.",
    DISCHARGE="退住: the elder has left; by `bedStayEnd`.",
    EXPIRE="逾期: nobody has decided in time; by itself.",
    REJECT="不予接收: the home cannot take the elder.",
    WITHDRAW="撤回: take it back, or decline what is offered.",
)


@output
class AdmissionPoints:
    """Something that gives points, and how many."""

    care_level: CareLevel | None
    """The elder's level, where it is that."""
    tag: Tag | None
    """A tag that the elder has today, where it is that."""
    points: int
    """How many it gives."""


@output
class AdmissionPlace:
    """Where an application stands among those that wait for a bed of its kind in its home: most
    points first, and of as many who applied first."""

    number: int
    """From 1."""
    waiting: int
    """How many wait."""
    points: int
    """All points together."""
    because: list[AdmissionPoints]
    """What gives them."""
    rule: str
    """The division's rule, by its name."""
    explanation: str
    """The same in words."""


async def _place(
    application: models.AdmissionApplication, context: Context
) -> AdmissionPlace | None:
    if application.state is not AdmissionState.WAITLISTED:
        return None
    row_type = row_type_of(AdmissionApplication)
    found = await context.loaders.beside(row_type, places_of).load(application.id)
    return _shown(found) if found else None


def _shown(place: Place) -> AdmissionPlace:
    rule = place.rule
    points = [
        AdmissionPoints(care_level=None, tag=tag, points=rule.tags[tag]) for tag in place.tags
    ]
    level = place.care_level
    if level is not None and level in rule.levels:
        points.insert(0, AdmissionPoints(care_level=level, tag=None, points=rule.levels[level]))
    return AdmissionPlace(
        number=place.number,
        waiting=place.waiting,
        points=place.points,
        because=points,
        rule=rule.id,
        explanation=rule.explanation,
    )


def _actions(application: models.AdmissionApplication, context: Context) -> list[AdmissionAction]:
    return available_actions(context.actor, application.state)


@record(models.AdmissionApplicationLog, visible=admission_application_log_visible)
class AdmissionApplicationChange:
    """Something that was done with an application."""

    at: datetime
    """When."""
    action: AdmissionAction
    """What."""
    state: AdmissionState
    """The application's state after it."""
    account: Account | None = one(models.AdmissionApplicationLog.account_id)
    """Who; null where time did it, and where you may not see them."""
    note: str | None
    """What they wrote about it; of a rejection its reason, of an offer out of turn why."""


@node(models.AdmissionApplication, visible=admission_application_visible)
class AdmissionApplication(Node):
    """An elder's application for a bed in one home; there may be one for each home."""

    state: AdmissionState
    """Where it has got to."""
    kind: BedKind
    """For what kind of bed."""
    nursing: bool | None
    """Whether it must be a nursing bed, or must be none; null where it does not matter."""
    wanted_from: date | None
    """Before which day the elder cannot come; null for at once."""
    elder: Elder | None = one(models.AdmissionApplication.elder_id)
    """Who applies; null where you may not see the elder."""
    station: Station = one(models.AdmissionApplication.station_id)
    """The home."""
    region: Region = one(models.AdmissionApplication.region_code)
    """Where the home is."""
    created_by: Account | None = one(models.AdmissionApplication.created_by)
    """Who wrote it; null where you may not see them."""
    submitted_at: datetime | None
    """When it was sent to the home; null for a draft."""
    stay: BedStay | None = one(models.AdmissionApplication.stay_id)
    """The bed that is offered, promised or lived in, with `heldUntil`, the end of an offer; null
    where there is none now."""
    reject_reason: str | None
    """Why the home cannot take the elder."""
    place: AdmissionPlace | None = computed(
        _place, needs=[models.AdmissionApplication.id, models.AdmissionApplication.state]
    )
    """Where it stands while it is WAITLISTED; else null."""
    history: list[AdmissionApplicationChange] = many(
        models.AdmissionApplicationLog.application_id,
        order=ascending(models.AdmissionApplicationLog.id),
    )
    """Who did what and when, first first."""
    version: int
    """How often it has been written; to be given as `expectedVersion`."""
    available_actions: list[AdmissionAction] = computed(
        _actions, needs=[models.AdmissionApplication.state]
    )
    """What you may do with it now."""

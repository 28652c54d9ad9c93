"""Elders as clients see them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from sqlalchemy import and_
from sqlmodel import col

from api.context import Context
from api.elders.readers import ElderReader, access_list
from api.elders.records import (
    Contact,
    ElderChange,
    ElderTagPeriod,
    HouseholdMember,
)
from api.elders.reveal import ELDER_NEEDS, of_elder, reveal
from api.elders.suggestions import ServiceSuggestion, service_suggestions
from api.health.record import entries_of
from api.health.series import MeasurementSeries, measurement_series
from api.plan.declare import (
    ascending,
    column,
    computed,
    connection,
    consented,
    descending,
    many,
    node,
    one,
    one_back,
)
from api.prices import CURVE
from api.regions.types import Region
from api.relay import Connection, Node
from domain.access import ConsentScope, Permission
from domain.admissions.models import AdmissionApplication as ApplicationRow
from domain.advising.days import advised_on
from domain.advising.models import CareNeed as CareNeedRow
from domain.advising.models import Caseload as CaseloadRow
from domain.advising.models import ContactNote as ContactNoteRow
from domain.alarms.models import Alarm as AlarmRow
from domain.assessments.lifecycle import AssessmentState
from domain.assessments.models import Assessment as AssessmentRow
from domain.assistance.models import AssistanceCase as AssistanceCaseRow
from domain.beds.lifecycle import IN_BED
from domain.beds.models import BedStay as BedStayRow
from domain.calendar import sql_today, whole_years
from domain.canteens.models import MealOrder as MealOrderRow
from domain.devices.models import Device as DeviceRow
from domain.devices.models import VitalSign as VitalSignRow
from domain.elders import models
from domain.elders.households import lives_there_on
from domain.elders.tags import ADVANCED_AGE, holds_on
from domain.elders.visibility import elder_visible
from domain.family.models import FamilyLink as FamilyLinkRow
from domain.health.entries import ALLERGIES, CONDITIONS, MEDICATIONS
from domain.health.kinds import MeasurementKind
from domain.health.models import Measurement as MeasurementRow
from domain.periods import holding
from domain.stations.area_models import StationAssignment as StationAssignmentRow
from domain.tables import district_today
from domain.visits.models import VisitTask as VisitTaskRow

if TYPE_CHECKING:
    from api.admissions.types import AdmissionApplication
    from api.advising.contact_notes import ContactNote
    from api.advising.types import CareNeed, Caseload
    from api.alarms.types import AlarmConnection
    from api.assessments.types import Assessment
    from api.assistance.types import AssistanceCase
    from api.beds.types import BedStay
    from api.canteens.types import MealOrder
    from api.devices.types import Device, VitalSign
    from api.family.types import FamilyLink
    from api.health.types import Allergy, ElderCondition, Measurement, Medication
    from api.stations.belonging import StationAssignment
    from api.visits.types import VisitTask


def _age(elder: models.Elder, context: Context) -> int:
    return whole_years(elder.birth_date, context.today)


def _advanced_age(elder: models.Elder, context: Context) -> bool:
    return _age(elder, context) >= ADVANCED_AGE


def _full_address(elder: models.Elder, context: Context) -> str:
    return context.vault.open(elder.address_cipher, "elder.address_cipher")


@node(models.Elder, visible=elder_visible)
class Elder(Node):
    """A person of 60 or older in the district's register. What one of the family sees of them only
    with their consent is null without it, with `NO_CONSENT` in `extensions.masked`."""

    name: str
    """Full name as on the citizen id."""
    gender: models.Gender
    """Sex as on the citizen id."""
    birth_date: date
    """Day of birth."""
    age: int = computed(_age, needs=[models.Elder.birth_date])
    """Completed years today, by the district's clock."""
    care_level: models.CareLevel | None = consented(
        ConsentScope.HEALTH_RECORD, column(models.Elder.care_level)
    )
    """Ability level."""
    id_number: str = column(models.Elder.id_number_masked)
    """Citizen id number, masked: 330102************."""
    phone: str | None = column(models.Elder.phone_masked)
    """Mobile phone, masked: 138****1234; null where none is known."""
    address: str = column(models.Elder.address_masked)
    """Address, masked after the community."""
    full_address: str | None = consented(
        ConsentScope.LOCATION,
        computed(
            _full_address,
            needs=[models.Elder.address_cipher],
            permission=Permission.ADDRESS_READ,
            discloses=models.Elder.id,
        ),
    )
    """Address down to the door, for those who visit, answer alarms or are family; null for
    others."""
    reveal: str | None = computed(
        reveal,
        needs=ELDER_NEEDS,
        permission=Permission.ELDER_REVEAL,
        discloses=models.Elder.id,
        named=of_elder,
    )
    """Personal data in full, for those who need it in their work, the elder and the guardian; null
    for others. Each time is in the audit trail with its purpose before the answer leaves, and so is
    who was refused."""
    region: Region = one(models.Elder.region_code)
    """The community where they live."""
    tags: list[models.Tag] | None = consented(
        ConsentScope.HEALTH_RECORD,
        many(
            models.ElderTag.elder_id,
            order=ascending(models.ElderTag.tag),
            value=models.ElderTag.tag,
            on=holds_on,
        ),
    )
    """Tags that hold on a day, as far as is known now."""
    tag_history: list[ElderTagPeriod] | None = consented(
        ConsentScope.HEALTH_RECORD,
        many(models.ElderTag.elder_id, order=ascending(models.ElderTag.since, models.ElderTag.id)),
    )
    """Every period of a tag that was ever entered, those that were taken back included, the
    earliest first."""
    advanced_age: bool = computed(_advanced_age, needs=[models.Elder.birth_date])
    """高龄 80 years or older today: derived from the day of birth, no tag."""
    conditions: list[Annotated["ElderCondition", strawberry.lazy("api.health.types")]] | None = (
        entries_of(CONDITIONS, on=True)
    )
    """Diagnoses that hold on a day, as far as is known now, the oldest first."""
    condition_history: (
        list[Annotated["ElderCondition", strawberry.lazy("api.health.types")]] | None
    ) = entries_of(CONDITIONS)
    """Every diagnosis that was ever entered, those that were taken back included, the oldest
    first."""
    allergies: list[Annotated["Allergy", strawberry.lazy("api.health.types")]] | None = entries_of(
        ALLERGIES, on=True
    )
    """What they are allergic to on a day, as far as is known now."""
    allergy_history: list[Annotated["Allergy", strawberry.lazy("api.health.types")]] | None = (
        entries_of(ALLERGIES)
    )
    """The same as it was ever entered."""
    medications: list[Annotated["Medication", strawberry.lazy("api.health.types")]] | None = (
        entries_of(MEDICATIONS, on=True)
    )
    """What they take on a day, as far as is known now."""
    medication_history: (
        list[Annotated["Medication", strawberry.lazy("api.health.types")]] | None
    ) = entries_of(MEDICATIONS)
    """The same as it was ever entered."""
    newest_measurements: (
        list[Annotated["Measurement", strawberry.lazy("api.health.types")]] | None
    ) = consented(
        ConsentScope.VITALS,
        many(
            MeasurementRow.elder_id,
            order=ascending(MeasurementRow.kind),
            where=col(MeasurementRow.newest),
            usual_length=len(MeasurementKind),
        ),
    )
    """Of each kind that was ever measured the newest value that somebody has entered; what devices
    send is in `vitals`."""
    measurement_series: MeasurementSeries | None = consented(
        ConsentScope.VITALS,
        computed(measurement_series, needs=[models.Elder.id], points=CURVE),
    )
    """What was measured of one kind as a curve, of at most so many points."""
    assessment: Annotated["Assessment", strawberry.lazy("api.assessments.types")] | None = (
        consented(
            ConsentScope.HEALTH_RECORD,
            one_back(
                AssessmentRow.elder_id,
                order=descending(AssessmentRow.id),
                where=and_(
                    col(AssessmentRow.state) == AssessmentState.CONFIRMED,
                    col(AssessmentRow.valid_through) >= sql_today(),
                ),
            ),
        )
    )
    """The assessment that counts today; null where there is none, or its time is over: then
    `careLevel` still is what was found last."""
    assessments: (
        Connection[Annotated["Assessment", strawberry.lazy("api.assessments.types")]] | None
    ) = consented(
        ConsentScope.HEALTH_RECORD,
        connection(AssessmentRow.elder_id, order=descending(AssessmentRow.id)),
    )
    """Their ability assessments, newest first."""
    advisor: Annotated["Caseload", strawberry.lazy("api.advising.types")] | None = one_back(
        CaseloadRow.elder_id,
        order=descending(CaseloadRow.since, CaseloadRow.id),
        where=advised_on(district_today()),
    )
    """Which advisor answers for them today, and since when; null where none does."""
    care_needs: Connection[Annotated["CareNeed", strawberry.lazy("api.advising.types")]] | None = (
        consented(
            ConsentScope.HEALTH_RECORD,
            connection(CareNeedRow.elder_id, order=descending(CareNeedRow.id)),
        )
    )
    """What they need help with, newest first, what is met and the like included."""
    contact_notes: (
        Connection[Annotated["ContactNote", strawberry.lazy("api.advising.contact_notes")]] | None
    ) = consented(
        ConsentScope.HEALTH_RECORD,
        connection(
            ContactNoteRow.elder_id,
            order=descending(ContactNoteRow.contacted_at, ContactNoteRow.id),
        ),
    )
    """When an advisor was in touch with them, the latest first."""
    service_suggestions: list[ServiceSuggestion] | None = consented(
        ConsentScope.HEALTH_RECORD,
        computed(
            service_suggestions,
            needs=[models.Elder.id],
            permission=Permission.SUGGESTIONS_READ,
        ),
    )
    """Kinds of services that might help, what is needed most first, each with all that speaks for
    it: for the advisor, the station, the elder and the family; null for others."""
    contacts: list[Contact] = many(
        models.Contact.elder_id, order=ascending(models.Contact.calling_order)
    )
    """Whom to call, first first."""
    household: HouseholdMember | None = one_back(
        models.HouseholdMember.elder_id,
        order=descending(models.HouseholdMember.since, models.HouseholdMember.id),
        where=lives_there_on(district_today()),
    )
    """Since when they live in a household today, and with whom; null where nobody is known to live
    with them."""
    station_assignments: list[
        Annotated["StationAssignment", strawberry.lazy("api.stations.belonging")]
    ] = many(
        StationAssignmentRow.elder_id,
        order=ascending(StationAssignmentRow.since, StationAssignmentRow.id),
        on=lambda day: holding(StationAssignmentRow, day),
        usual_length=1,
    )
    """To which place of care they belong on a day: one, or none."""
    devices: list[Annotated["Device", strawberry.lazy("api.devices.types")]] | None = consented(
        ConsentScope.ALARMS, many(DeviceRow.elder_id, order=ascending(DeviceRow.id))
    )
    """Devices in their home."""
    vitals: list[Annotated["VitalSign", strawberry.lazy("api.devices.types")]] | None = consented(
        ConsentScope.VITALS, many(VitalSignRow.elder_id, order=ascending(VitalSignRow.kind))
    )
    """Vital signs as devices have measured them last; what somebody has entered is in
    `newestMeasurements`. Dispatchers and stations see them while an alarm is open that tells of the
    elder and not of a device, drills aside; caregivers of their house always."""
    alarms: Annotated["AlarmConnection", strawberry.lazy("api.alarms.types")] | None = consented(
        ConsentScope.ALARMS, connection(AlarmRow.elder_id, order=descending(AlarmRow.id))
    )
    """Their alarms, newest first."""
    current_stay: Annotated["BedStay", strawberry.lazy("api.beds.types")] | None = one_back(
        BedStayRow.elder_id,
        order=descending(BedStayRow.full_time, BedStayRow.id),
        where=col(BedStayRow.state).in_(IN_BED),
    )
    """The bed in which they live now, a day bed where they have no other; null where there is none,
    and where you may not see it."""
    admission_applications: (
        Connection[Annotated["AdmissionApplication", strawberry.lazy("api.admissions.types")]]
        | None
    ) = consented(
        ConsentScope.HEALTH_RECORD,
        connection(ApplicationRow.elder_id, order=descending(ApplicationRow.id)),
    )
    """Their applications for a bed, newest first; homes see those that were submitted."""
    meal_orders: (
        Connection[Annotated["MealOrder", strawberry.lazy("api.canteens.types")]] | None
    ) = consented(
        ConsentScope.MEALS_ORDERS,
        connection(MealOrderRow.elder_id, order=descending(MealOrderRow.id)),
    )
    """Their meals, newest first."""
    assistance_cases: (
        Connection[Annotated["AssistanceCase", strawberry.lazy("api.assistance.types")]] | None
    ) = consented(
        ConsentScope.FINANCE,
        connection(AssistanceCaseRow.elder_id, order=descending(AssistanceCaseRow.id)),
    )
    """Their assistance cases, newest first."""
    visits: Connection[Annotated["VisitTask", strawberry.lazy("api.visits.types")]] = connection(
        VisitTaskRow.elder_id, order=descending(VisitTaskRow.scheduled_from, VisitTaskRow.id)
    )
    """Visits to them, those to come included, newest first."""
    family_links: Connection[Annotated["FamilyLink", strawberry.lazy("api.family.types")]] = (
        connection(FamilyLinkRow.elder_id, order=descending(FamilyLinkRow.id))
    )
    """Who in the family looks after them, has asked to or did, newest first; for one of the family
    only themselves."""
    history: list[ElderChange] = many(models.ElderLog.elder_id, order=ascending(models.ElderLog.id))
    """What was changed of their entry, the earliest first; for the elder, the guardian, and those
    who keep the register or govern it."""
    registered_at: datetime | None
    """When they were entered; null where nobody remembers."""
    version: int
    """How often the entry has been written."""
    access_list: list[ElderReader] | None = computed(
        access_list, needs=[models.Elder.id], permission=Permission.ACCESS_LIST_READ
    )
    """Everybody who may see them now, and by which rule, the nearest first; at most 500. For the
    elder, the guardian, the station and administrators; null for others."""

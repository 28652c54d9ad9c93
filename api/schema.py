"""The one schema, merged from the features."""

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from api.access_page import access_page as access_page
from api.accounts.mutations import RoleMutations
from api.accounts.queries import AccountQueries, NodeQueries
from api.admissions.mutations import AdmissionMutations
from api.admissions.offers import AdmissionOfferMutations
from api.admissions.queries import AdmissionQueries
from api.advising.contact_notes import ContactNoteMutations, ContactNoteQueries
from api.advising.lists import SuggestionListMutations, SuggestionListQueries
from api.advising.mutations import AdvisingMutations
from api.advising.queries import AdvisingQueries
from api.alarms.answer_times import AnswerTimesQueries
from api.alarms.drills import DrillMutations
from api.alarms.incidents import IncidentMutations, IncidentQueries
from api.alarms.mutations import AlarmMutations
from api.alarms.queries import AlarmQueries
from api.alarms.subscriptions import AlarmSubscriptions
from api.allotment.mutations import AllotmentMutations
from api.allotment.queries import AllotmentQueries
from api.assessments.governing import AssessmentGovernance
from api.assessments.mutations import AssessmentMutations
from api.assessments.queries import AssessmentQueries
from api.assistance.mutations import AssistanceMutations
from api.assistance.queries import AssistanceQueries
from api.audit.queries import AuditQueries
from api.beds.codes import CareCodeMutations, CareCodeQueries
from api.beds.figures import BedFigureQueries
from api.beds.fusing import FusedBedMutations
from api.beds.keeping import BedKeepingMutations
from api.beds.mutations import BedMutations
from api.beds.packages import BedPackageMutations
from api.beds.queries import BedQueries
from api.calendars.mutations import CalendarMutations
from api.calendars.queries import CalendarQueries
from api.canary.queries import ChainQueries
from api.canteens.mutations import CanteenMutations
from api.canteens.queries import CanteenQueries
from api.caregivers.mutations import CaregiverMutations
from api.caregivers.qualification import QualificationQueries
from api.caregivers.queries import CaregiverQueries
from api.caregivers.ratio import CaregiverRatioQueries
from api.coverage.queries import CoverageQueries
from api.dashboard.queries import DashboardQueries
from api.devices.mutations import DeviceMutations
from api.devices.queries import DeviceQueries
from api.elders.contacts import ContactMutations
from api.elders.households import HouseholdMutations
from api.elders.key_tags import KeyTagMutations, KeyTagQueries
from api.elders.mutations import ElderMutations
from api.elders.queries import ElderQueries
from api.errors_page import errors_page as errors_page
from api.escalation.mutations import EscalationMutations
from api.escalation.queries import EscalationQueries
from api.exports.mutations import ExportMutations
from api.exports.queries import ExportQueries
from api.exports.subscriptions import ExportSubscriptions
from api.family.mutations import FamilyMutations
from api.health.allergies import AllergyMutations
from api.health.conditions import ConditionMutations
from api.health.measuring import MeasurementMutations
from api.health.medications import MedicationMutations
from api.health.queries import HealthQueries
from api.imports.mutations import ElderImportMutations
from api.imports.queries import ElderImportQueries
from api.imports.subscriptions import ElderImportSubscriptions
from api.ledger.mutations import LedgerMutations
from api.ledger.queries import LedgerQueries
from api.merges.mutations import ElderMergeMutations
from api.merges.queries import ElderMergeQueries
from api.notifications.mutations import NotificationMutations
from api.notifications.queries import NotificationQueries
from api.plan.shapes import declared_nodes
from api.regions.queries import RegionQueries
from api.rights.mutations import RightsMutations
from api.rights.queries import RightsQueries
from api.rosters.mutations import RosterMutations
from api.rosters.queries import RosterQueries
from api.scalars import SCALARS
from api.sessions.mutations import SessionMutations
from api.sessions.queries import SessionQueries
from api.stations.areas import StationAreaMutations, StationAreaQueries
from api.stations.belonging import StationAssignmentMutations, StationAssignmentQueries
from api.stations.keeping import StationMutations
from api.stations.nearby import NearbyQueries
from api.stations.queries import StationQueries
from api.thresholds.mutations import ThresholdMutations
from api.thresholds.queries import ThresholdQueries
from api.visits.desk import VisitDeskMutations
from api.visits.mutations import VisitMutations
from api.visits.obligations import VisitObligationMutations, VisitObligationQueries
from api.visits.queries import VisitQueries
from api.visits.subscriptions import VisitSubscriptions
from api.volunteers.mutations import VolunteerMutations
from api.volunteers.queries import VolunteerQueries
from api.webhooks.mutations import WebhookMutations
from api.webhooks.queries import WebhookQueries


@strawberry.type(description="What can be read.")
class Query(
    NodeQueries,
    AccountQueries,
    RegionQueries,
    ElderQueries,
    KeyTagQueries,
    HealthQueries,
    DeviceQueries,
    CoverageQueries,
    ChainQueries,
    AlarmQueries,
    IncidentQueries,
    AnswerTimesQueries,
    DashboardQueries,
    EscalationQueries,
    RosterQueries,
    StationQueries,
    NearbyQueries,
    StationAreaQueries,
    StationAssignmentQueries,
    VisitQueries,
    VolunteerQueries,
    AllotmentQueries,
    LedgerQueries,
    ElderMergeQueries,
    VisitObligationQueries,
    CalendarQueries,
    BedQueries,
    BedFigureQueries,
    CareCodeQueries,
    AdmissionQueries,
    CanteenQueries,
    AssistanceQueries,
    AssessmentQueries,
    CaregiverQueries,
    AdvisingQueries,
    ContactNoteQueries,
    SuggestionListQueries,
    QualificationQueries,
    CaregiverRatioQueries,
    ExportQueries,
    ElderImportQueries,
    SessionQueries,
    RightsQueries,
    ThresholdQueries,
    WebhookQueries,
    NotificationQueries,
    AuditQueries,
):
    """What can be read."""


@strawberry.type(description="What can be changed: one input, one payload with userErrors.")
class Mutation(
    RoleMutations,
    AlarmMutations,
    IncidentMutations,
    DrillMutations,
    EscalationMutations,
    RosterMutations,
    BedMutations,
    BedKeepingMutations,
    CareCodeMutations,
    StationMutations,
    StationAreaMutations,
    StationAssignmentMutations,
    FusedBedMutations,
    BedPackageMutations,
    AdmissionMutations,
    AdmissionOfferMutations,
    DeviceMutations,
    ElderMutations,
    ContactMutations,
    HouseholdMutations,
    KeyTagMutations,
    ConditionMutations,
    AllergyMutations,
    MedicationMutations,
    MeasurementMutations,
    VisitMutations,
    VolunteerMutations,
    AllotmentMutations,
    LedgerMutations,
    ElderMergeMutations,
    VisitDeskMutations,
    VisitObligationMutations,
    CalendarMutations,
    CanteenMutations,
    AssistanceMutations,
    AssessmentMutations,
    AssessmentGovernance,
    CaregiverMutations,
    AdvisingMutations,
    ContactNoteMutations,
    SuggestionListMutations,
    ExportMutations,
    ElderImportMutations,
    SessionMutations,
    RightsMutations,
    FamilyMutations,
    ThresholdMutations,
    WebhookMutations,
    NotificationMutations,
):
    """What can be changed."""


@strawberry.type(description="What can be followed live.")
class Subscription(
    AlarmSubscriptions, VisitSubscriptions, ExportSubscriptions, ElderImportSubscriptions
):
    """What can be followed live."""


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=declared_nodes(),
    config=StrawberryConfig(scalar_map=SCALARS),
)

core: GraphQLSchema = schema._schema  # pyright: ignore[reportPrivateUsage]  # no public way to it
"""The same as graphql-core has it: what documents are checked against and run by."""


def sdl() -> str:
    """The schema definition language text, as in ``schema.graphql``."""
    return schema.as_str() + "\n"

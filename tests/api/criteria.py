"""Two filters of each list that have one shape and other values, with the key of what they find."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import strawberry

from api.admissions.queries import AdmissionApplicationFilter
from api.alarms.queries import AlarmFilter
from api.allotment.queries import VisitApplicationFilter, VisitWindowFilter
from api.assessments.queries import AssessmentFilter, AssessmentPolicyFilter, AssessorFilter
from api.assistance.queries import AssistanceCaseFilter
from api.beds.queries import BedFilter, BedStayFilter
from api.canteens.queries import CanteenFilter, MealOrderFilter
from api.devices.queries import DeviceFilter
from api.elders.queries import ElderFilter
from api.geo import NearInput
from api.health.queries import MeasurementFilter
from api.plan.filters import Filter
from api.regions.queries import RegionFilter
from api.stations.queries import StationFilter
from api.visits.obligations import VisitMonthInput, VisitObligationFilter
from api.visits.queries import VisitTaskFilter
from api.volunteers.queries import VolunteerFilter
from domain.access import Actor, Role
from domain.admissions.lifecycle import AdmissionState
from domain.admissions.models import AdmissionApplication
from domain.alarms.lifecycle import AlarmState
from domain.alarms.models import Alarm, AlarmSeverity
from domain.allotment.lifecycle import ApplicationState, WindowState
from domain.allotment.models import VisitApplication, VisitWindow
from domain.assessments.lifecycle import AssessmentState
from domain.assessments.models import Assessment, AssessmentPolicy, Assessor
from domain.assistance.lifecycle import CaseState
from domain.assistance.models import AssistanceCase, AssistanceKind
from domain.beds.lifecycle import StayState
from domain.beds.models import Bed, BedKind, BedStay
from domain.canteens.lifecycle import MealState
from domain.canteens.models import Canteen, Meal, MealOrder
from domain.coverage.protection import Protection
from domain.devices.models import Device, DeviceKind
from domain.elders.models import CareLevel, Elder, Tag
from domain.health.kinds import MeasurementKind
from domain.health.models import Measurement
from domain.regions.models import Region, RegionLevel
from domain.stations.models import Station, StationKind
from domain.visits.lifecycle import Allocation, VisitState
from domain.visits.models import VisitKind, VisitTask, Volunteer
from domain.visits.obligation_models import VisitObligation
from domain.volunteers.lifecycle import CheckState, VolunteerSkill
from tests.api.criteria_workers import WORKERS

KEY = "019a" * 8
UNHEARD = Protection.NEVER_HEARD
NOBODY = Actor(UUID(hex=KEY), Role.ADMIN)
HERE = NearInput(longitude=120.17, latitude=30.25, radius_m=5_000)
FAR = NearInput(longitude=-70.5, latitude=-33.4, radius_m=50_000)

SCHEDULED: dict[str, Any] = {
    "kind": list(VisitKind),
    "scheduled_from": datetime(2026, 1, 1, tzinfo=UTC),
    "scheduled_to": datetime(2026, 3, 1, tzinfo=UTC),
    "overdue": True,
    "unverified_for": 7,
    "entered_late": True,
    "far": True,
    "vague": True,
    "skills": [VolunteerSkill.MEALS],
    "fits_me": True,
    "allocation": list(Allocation),
    "visit_window": strawberry.ID(f"visit_window_{KEY}"),
}
LATER: dict[str, Any] = {
    **SCHEDULED,
    "kind": [VisitKind.HOME],
    "scheduled_to": datetime(2027, 3, 1, tzinfo=UTC),
    "unverified_for": 0,
    "entered_late": False,
    "skills": [],
    "allocation": [],
    "visit_window": strawberry.ID(f"visit_window_{KEY[::-1]}"),
}


# The key of each table, and two filters that give all fields and say different things.
PAIRS: list[tuple[Any, Filter, Filter]] = [
    *WORKERS,
    (
        Alarm.id,
        AlarmFilter(state=[AlarmState.RAISED], severity=list(AlarmSeverity), region="3301"),
        AlarmFilter(state=[], severity=[AlarmSeverity.CRITICAL] * 2, region="330102001001"),
    ),
    (
        AssistanceCase.id,
        AssistanceCaseFilter(state=list(CaseState), region="33", kind=list(AssistanceKind)),
        AssistanceCaseFilter(state=[CaseState.ACCEPTED], region="3", kind=[]),
    ),
    (
        Assessment.id,
        AssessmentFilter(
            region="33",
            elder=strawberry.ID(f"elder_{KEY}"),
            state=list(AssessmentState),
            level=[CareLevel.SEVERE],
            expiring_before=date(2026, 2, 28),
        ),
        AssessmentFilter(
            region="3301",
            elder=strawberry.ID(f"elder_{KEY[::-1]}"),
            state=[],
            level=list(CareLevel),
            expiring_before=date(1999, 1, 1),
        ),
    ),
    (
        Assessor.id,
        AssessorFilter(
            region="33",
            account=strawberry.ID(f"account_{KEY}"),
            clinical=True,
            expiring_before=date(2026, 2, 28),
        ),
        AssessorFilter(
            region="330102",
            account=strawberry.ID(f"account_{KEY[::-1]}"),
            clinical=False,
            expiring_before=date(1999, 1, 1),
        ),
    ),
    (
        AssessmentPolicy.id,
        AssessmentPolicyFilter(region="33"),
        AssessmentPolicyFilter(region="330102"),
    ),
    (
        Bed.id,
        BedFilter(
            region="33",
            station=strawberry.ID(f"station_{KEY}"),
            kind=BedKind.HOME,
            nursing=True,
            free=True,
            coded=False,
            open_on=date(2026, 2, 28),
            occupied_on=date(2026, 2, 28),
        ),
        BedFilter(
            region="9",
            station=strawberry.ID(f"station_{KEY[::-1]}"),
            kind=BedKind.DAY,
            nursing=False,
            free=True,
            coded=False,
            open_on=date(1999, 1, 1),
            occupied_on=date(1999, 1, 1),
        ),
    ),
    (
        BedStay.id,
        BedStayFilter(
            state=list(StayState),
            region="33",
            station=strawberry.ID(f"station_{KEY}"),
            elder=strawberry.ID(f"elder_{KEY}"),
            bed=strawberry.ID(f"bed_{KEY}"),
        ),
        BedStayFilter(
            state=[],
            region="9",
            station=strawberry.ID(f"station_{KEY[::-1]}"),
            elder=strawberry.ID(f"elder_{KEY[::-1]}"),
            bed=strawberry.ID(f"bed_{KEY[::-1]}"),
        ),
    ),
    (
        AdmissionApplication.id,
        AdmissionApplicationFilter(
            state=list(AdmissionState),
            region="33",
            station=strawberry.ID(f"station_{KEY}"),
            elder=strawberry.ID(f"elder_{KEY}"),
            kind=list(BedKind),
        ),
        AdmissionApplicationFilter(
            state=[],
            region="9",
            station=strawberry.ID(f"station_{KEY[::-1]}"),
            elder=strawberry.ID(f"elder_{KEY[::-1]}"),
            kind=[BedKind.DAY],
        ),
    ),
    (
        Canteen.id,
        CanteenFilter(region="33", near=HERE, delivers=True),
        CanteenFilter(region="330103", near=FAR, delivers=False),
    ),
    (
        MealOrder.id,
        MealOrderFilter(
            canteen=strawberry.ID(f"canteen_{KEY}"),
            day=date(2026, 2, 28),
            meal=Meal.LUNCH,
            state=list(MealState),
        ),
        MealOrderFilter(
            canteen=strawberry.ID(f"canteen_{KEY[::-1]}"),
            day=date(1999, 1, 1),
            meal=Meal.DINNER,
            state=[],
        ),
    ),
    (
        Device.id,
        DeviceFilter(region="330102", kind=DeviceKind.SOS_BUTTON),
        DeviceFilter(region="4", kind=DeviceKind.SLEEP_BAND),
    ),
    (
        Elder.id,
        ElderFilter(
            region="330102",
            tag=Tag.LIVES_ALONE,
            tags_any=list(Tag),
            key_elder=True,
            as_of=None,
            protection=UNHEARD,
            name_contains="王",
        ),
        ElderFilter(
            region="1",
            tag=Tag.DISABLED,
            tags_any=[],
            key_elder=True,
            as_of=None,
            protection=UNHEARD,
            name_contains="%_/\\'",
        ),
    ),
    (
        Elder.id,
        ElderFilter(station=strawberry.ID(f"station_{KEY}"), has_station=True),
        ElderFilter(station=strawberry.ID(f"station_{KEY[::-1]}"), has_station=True),
    ),
    (
        Measurement.id,
        MeasurementFilter(
            elder=strawberry.ID(f"elder_{KEY}"),
            kind=MeasurementKind.WEIGHT,
            taken_from=datetime(2026, 1, 1, tzinfo=UTC),
            taken_before=datetime(2026, 3, 1, tzinfo=UTC),
        ),
        MeasurementFilter(
            elder=strawberry.ID(f"elder_{KEY[::-1]}"),
            kind=MeasurementKind.BLOOD_PRESSURE,
            taken_from=datetime(1999, 1, 1, tzinfo=UTC),
            taken_before=datetime(2126, 3, 1, tzinfo=UTC),
        ),
    ),
    (
        Region.code,
        RegionFilter(prefix="3301", level=RegionLevel.DISTRICT),
        RegionFilter(prefix="330102", level=RegionLevel.STREET),
    ),
    (
        Station.id,
        StationFilter(
            region="330102",
            kind=StationKind.NURSING_HOME,
            near=HERE,
            open_at=datetime(2026, 3, 2, 1, tzinfo=UTC),
        ),
        StationFilter(
            region="33",
            kind=StationKind.STREET_CENTRE,
            near=FAR,
            open_at=datetime(2026, 2, 17, 1, tzinfo=UTC),
        ),
    ),
    (
        Volunteer.id,
        VolunteerFilter(
            region="330102",
            name_contains="",
            visits_in="330102001001",
            skills=list(VolunteerSkill),
            available_at=datetime(2026, 1, 1, tzinfo=UTC),
            check=list(CheckState),
            cleared=True,
            suspended=False,
        ),
        VolunteerFilter(
            region="33",
            name_contains="",
            visits_in="330102001051",
            skills=[],
            available_at=datetime(2027, 1, 4, 1, 30, tzinfo=UTC),
            check=[CheckState.CLEARED],
            cleared=True,
            suspended=False,
        ),
    ),
    (
        VisitTask.id,
        VisitTaskFilter(state=list(VisitState), region="330102", near=HERE, mine=True, **SCHEDULED),
        VisitTaskFilter(state=[VisitState.OPEN], region="33", near=FAR, mine=True, **LATER),
    ),
    (
        VisitWindow.id,
        VisitWindowFilter(state=[WindowState.OPEN], region="330102"),
        VisitWindowFilter(state=[], region="33"),
    ),
    (
        VisitApplication.id,
        VisitApplicationFilter(
            state=[ApplicationState.APPLIED],
            region="330102",
            visit_window=strawberry.ID(f"visit_window_{KEY}"),
            visit_task=strawberry.ID(f"visit_task_{KEY}"),
            volunteer=strawberry.ID(f"volunteer_{KEY}"),
            mine=True,
        ),
        VisitApplicationFilter(
            state=list(ApplicationState),
            region="33",
            visit_window=strawberry.ID(f"visit_window_{KEY[::-1]}"),
            visit_task=strawberry.ID(f"visit_task_{KEY[::-1]}"),
            volunteer=strawberry.ID(f"volunteer_{KEY[::-1]}"),
            mine=True,
        ),
    ),
    (
        VisitObligation.id,
        VisitObligationFilter(region="330102", month=VisitMonthInput(month=date(2026, 2, 28))),
        VisitObligationFilter(
            region="33",
            month=VisitMonthInput(month=date(2025, 1, 1), as_of=date(2025, 1, 2), visited=False),
        ),
    ),
]

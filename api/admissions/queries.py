"""Applications for a bed by id and as a list."""

import strawberry

from api.admissions.types import AdmissionApplication
from api.plan.criteria import equal_id, one_of, under
from api.plan.declare import descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.admissions import models
from domain.admissions.lifecycle import AdmissionState
from domain.beds.models import BedKind


@filter_input
class AdmissionApplicationFilter(Filter):
    """Which applications."""

    state: list[AdmissionState] | None = one_of(models.AdmissionApplication.state)
    """Only those in one of these states; one alone needs no brackets."""
    region: str | None = under(models.AdmissionApplication.region_code)
    """Only those for homes in the subtree of the division with this code."""
    station: strawberry.ID | None = equal_id(models.AdmissionApplication.station_id, "station")
    """Only those for this home."""
    elder: strawberry.ID | None = equal_id(models.AdmissionApplication.elder_id, "elder")
    """Only this elder's."""
    kind: list[BedKind] | None = one_of(models.AdmissionApplication.kind)
    """Only those for one of these kinds of beds; one alone needs no brackets."""


@strawberry.type
class AdmissionQueries:
    """Root fields on applications for a bed."""

    admission_application: AdmissionApplication | None = by_id(
        models.AdmissionApplication,
        description="An application for a bed by id; null if there is none to be seen.",
    )
    admission_applications: Connection[AdmissionApplication] = listing(
        models.AdmissionApplication,
        order=descending(models.AdmissionApplication.id),
        filter=AdmissionApplicationFilter,
        description="The applications for a bed that you may see, newest first.",
    )

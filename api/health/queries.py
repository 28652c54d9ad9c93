"""What was measured as a list, and what can be."""

from datetime import datetime

import strawberry

from api.describe import output
from api.health.enums import MeasurementKind
from api.health.types import Measurement
from api.plan.criteria import equal, equal_id, since, until
from api.plan.declare import descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.health import models
from domain.health.kinds import KINDS


@output
class MeasurementForm:
    """What a value of a kind can be."""

    kind: MeasurementKind
    """What is measured."""
    unit: str
    """The unit's code in UCUM."""
    least: float
    """The least that is admitted; of a blood pressure the systolic value, so below."""
    most: float
    """The most that is admitted."""
    places: int
    """Behind the point; a value with more is rounded."""
    diastolic_least: float | None
    """Of a blood pressure the least diastolic value; null of anything else."""
    diastolic_most: float | None
    """The same of the most."""


@filter_input
class MeasurementFilter(Filter):
    """Which measurements."""

    elder: strawberry.ID | None = equal_id(models.Measurement.elder_id, "elder")
    """Whose."""
    kind: MeasurementKind | None = equal(models.Measurement.kind)
    """Only those of this kind."""
    taken_from: datetime | None = since(models.Measurement.taken_at)
    """Only those that were measured then or later."""
    taken_before: datetime | None = until(models.Measurement.taken_at)
    """Only those that were measured before."""


@strawberry.type
class HealthQueries:
    """Root fields on the health record."""

    measurement: Measurement | None = by_id(
        models.Measurement, description="A measurement by id; null if there is none to be seen."
    )
    measurements: Connection[Measurement] = listing(
        models.Measurement,
        order=descending(models.Measurement.taken_at, models.Measurement.id),
        filter=MeasurementFilter,
        needs="elder",
        description="What was measured of an elder, those that were taken back included, newest "
        "first.",
    )

    @strawberry.field(description="What can be measured, in which unit and between which bounds.")
    def measurement_forms(self) -> list[MeasurementForm]:
        """As data: a form is drawn from it."""
        return [
            MeasurementForm(
                kind=kind,
                unit=one.unit,
                least=one.bounds.least,
                most=one.bounds.most,
                places=one.places,
                diastolic_least=one.diastolic and one.diastolic.least,
                diastolic_most=one.diastolic and one.diastolic.most,
            )
            for kind, one in KINDS.items()
        ]

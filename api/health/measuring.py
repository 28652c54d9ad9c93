"""What was measured is entered and taken back: one transaction, one verb, one payload."""

from datetime import datetime

import strawberry

from api.describe import input_object
from api.elders.types import Elder
from api.health.enums import MeasurementKind
from api.health.types import Measurement
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from domain.access import Permission
from domain.health import measuring
from domain.health.measuring import Reading


@input_object
class MeasuredInput:
    """A value that was measured."""

    kind: MeasurementKind
    """What was measured; `measurementForms` has units and bounds."""
    taken_at: datetime
    """When; not to come."""
    value: float
    """The value; of a blood pressure the systolic one."""
    diastolic: float | None = None
    """Of a blood pressure the diastolic value, which is needed then; null of anything else."""
    device_id: strawberry.ID | None = None
    """What it was measured by, where that is a device that you see: the elder's, or one that was
    theirs on the day and told of them."""

    def reading(self, place: int) -> Reading:
        """The same for the domain.

        Parameters:
            place: among the measurements of the input.
        Raises: InvalidInput(measurements.0.device_id).
        """
        given, field = self.device_id, f"measurements.{place}.device_id"
        device = None if given is None else key_of(given, "device", field)
        return Reading(self.kind, self.taken_at, self.value, self.diastolic, device)


@mutation_input
class MeasurementAddInput(MutationInput):
    """What was measured of whom."""

    elder_id: strawberry.ID
    """The elder."""
    measurements: list[MeasuredInput]
    """1 to 100 values: all of them are entered or, if something is wrong, none. One that is there
    already, of the same kind and moment, is not entered twice; with another value it is refused
    (ALREADY_EXISTS). Errors name a value by its place: `measurements.0.value`."""


@mutation_input
class MeasurementWithdrawInput(MutationInput):
    """What was entered wrongly."""

    id: strawberry.ID
    """The measurement."""


@mutation_payload
class MeasurementAddPayload(MutationPayload):
    """The elder with what was measured."""

    elder: Elder | None
    """The elder; null if there is none to be seen."""


@mutation_payload
class MeasurementWithdrawPayload(MutationPayload):
    """The value that is no longer believed."""

    measurement: Measurement | None
    """The measurement after the change; null if there is none to be seen."""


@strawberry.type
class MeasurementMutations:
    """Root fields that change what was measured."""

    measurement_add = mutation(
        MeasurementAddPayload,
        "Enter what was measured of an elder.",
        node=Elder,
        asks=Permission.MEASUREMENT_KEEP,
        given=MeasurementAddInput,
        which="What, and whose.",
        verb=lambda change, given: measuring.add(
            change.session,
            change.actor,
            key_of(given.elder_id, "elder", "elder_id"),
            [one.reading(place) for place, one in enumerate(given.measurements)],
        ),
    )

    measurement_withdraw = mutation(
        MeasurementWithdrawPayload,
        "Take back a value that was entered wrongly; the right one is entered anew.",
        node=Measurement,
        asks=Permission.MEASUREMENT_KEEP,
        given=MeasurementWithdrawInput,
        which="Which.",
        verb=lambda change, _: measuring.withdraw(change.session, change.actor, change.key),
    )

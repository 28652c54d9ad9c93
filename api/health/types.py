"""The health record as clients see it."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from api.accounts.types import Account
from api.context import Context
from api.describe import output
from api.health.enums import (
    AllergySeverity,
    EntryAction,
    MeasurementKind,
    MedicationFrequency,
    MedicationUnit,
)
from api.plan.declare import computed, node, one
from api.relay import Node
from domain.crypto import place
from domain.health import entries, measuring, models
from domain.health.contents import opened_allergy, opened_medication
from domain.health.kinds import KINDS
from domain.health.visibility import (
    allergy_visible,
    elder_condition_visible,
    measurement_visible,
    medication_visible,
)

if TYPE_CHECKING:
    from api.devices.types import Device
    from api.elders.types import Elder


def _shown(model: Any, function: Callable[[Any, Context], Any], *needs: Any) -> Any:
    """A field of the health record: who is shown it is in the audit trail."""
    return computed(function, needs=needs, discloses=model.elder_id)


def _day(model: Any, column: Any) -> Any:
    return _shown(model, lambda entry, _: getattr(entry, column.key), column)


def _actions(*, changes: bool = False) -> Callable[[Any, Context], list[EntryAction]]:
    return lambda entry, context: entries.available_actions(changes, context.actor, entry)


def _of_condition(column: Any) -> Any:
    def opened(condition: Any, context: Context) -> str | None:
        sealed = getattr(condition, column.key)
        where = place(f"elder_condition.{column.key}", condition.elder_id)
        return None if sealed is None else context.vault.open(sealed, where)

    return _shown(models.ElderCondition, opened, column, models.ElderCondition.elder_id)


@node(models.ElderCondition, visible=elder_condition_visible)
class ElderCondition(Node):
    """A diagnosis, and since when it holds. Who is shown it is in the audit trail. One that has
    ended, or was wrong, is taken back and entered anew: so the record still says what it said."""

    code: str = _of_condition(models.ElderCondition.code_cipher)
    """Code of ICD-10, for example I10."""
    name: str = _of_condition(models.ElderCondition.name_cipher)
    """What it is called; the code where nobody has said."""
    since: date = _day(models.ElderCondition, models.ElderCondition.since)
    """First day."""
    until: date | None = _day(models.ElderCondition, models.ElderCondition.until)
    """The day on which it was over; null where it is not."""
    source: str | None = _of_condition(models.ElderCondition.source_cipher)
    """Who says so, or which paper does; null where nobody has said."""
    entered_at: datetime
    """When it was entered."""
    entered_by: Account | None = one(models.ElderCondition.entered_by)
    """Who entered it; null where it was imported, and where you may not see them."""
    withdrawn_at: datetime | None
    """When it was taken back; null for what is believed."""
    withdrawn_by: Account | None = one(models.ElderCondition.withdrawn_by)
    """Who took it back; null where you may not see them."""
    available_actions: list[EntryAction] = computed(
        _actions(), needs=[models.ElderCondition.withdrawn_at]
    )
    """What you may do with it now."""
    elder: Annotated["Elder", strawberry.lazy("api.elders.types")] | None = one(
        models.ElderCondition.elder_id
    )
    """Whose."""


def _of_allergy(name: str) -> Any:
    return _shown(
        models.Allergy,
        lambda allergy, context: getattr(opened_allergy(context.vault, allergy), name),
        models.Allergy.content_cipher,
        models.Allergy.elder_id,
    )


@node(models.Allergy, visible=allergy_visible)
class Allergy(Node):
    """What somebody is allergic to. Who is shown it is in the audit trail."""

    kind: models.AllergyKind = _shown(
        models.Allergy, lambda allergy, _: allergy.kind, models.Allergy.kind
    )
    """What kind of thing it is."""
    substance: str = _of_allergy("substance")
    """What it is, for example 青霉素."""
    reaction: str | None = _of_allergy("reaction")
    """What happens; null where nobody has said."""
    severity: AllergySeverity = _of_allergy("severity")
    """How bad the worst reaction was."""
    source: str = _of_allergy("source")
    """Who says so, or which paper does."""
    since: date = _day(models.Allergy, models.Allergy.since)
    """Since when it is known."""
    until: date | None = _day(models.Allergy, models.Allergy.until)
    """The first day on which it was none any more; null where it is."""
    entered_at: datetime
    """When it was entered."""
    entered_by: Account | None = one(models.Allergy.entered_by)
    """Who entered it; null where you may not see them."""
    withdrawn_at: datetime | None
    """When it was taken back; null for what is believed."""
    withdrawn_by: Account | None = one(models.Allergy.withdrawn_by)
    """Who took it back; null where you may not see them."""
    available_actions: list[EntryAction] = computed(_actions(), needs=[models.Allergy.withdrawn_at])
    """What you may do with it now."""
    elder: Annotated["Elder", strawberry.lazy("api.elders.types")] | None = one(
        models.Allergy.elder_id
    )
    """Whose."""


@output
class MedicationIntake:
    """One dose of the day."""

    at: str | None
    """When, by the district's clock: 08:00; null for what is taken as needed."""
    amount: Decimal
    """How much, in the medication's unit."""


def _of_medication(name: str) -> Any:
    return _shown(
        models.Medication,
        lambda medication, context: getattr(opened_medication(context.vault, medication), name),
        models.Medication.content_cipher,
        models.Medication.elder_id,
    )


def _intakes(medication: Any, context: Context) -> Sequence[MedicationIntake]:
    content = opened_medication(context.vault, medication)
    return [MedicationIntake(at=intake.at, amount=intake.amount) for intake in content.intakes]


@node(models.Medication, visible=medication_visible)
class Medication(Node):
    """What somebody takes, how much and when. Who is shown it is in the audit trail."""

    name: str = _of_medication("name")
    """What it is called."""
    unit: MedicationUnit = _of_medication("unit")
    """What its doses are counted in."""
    frequency: MedicationFrequency = _of_medication("frequency")
    """On which days it is taken, counted from the first."""
    intakes: list[MedicationIntake] = _shown(
        models.Medication, _intakes, models.Medication.content_cipher, models.Medication.elder_id
    )
    """The doses of such a day, in the order of the clock."""
    prescribed_by: str = _of_medication("prescribed_by")
    """Who has prescribed it, or where."""
    note: str | None = _of_medication("note")
    """What else there is to say, for example 饭后."""
    since: date = _day(models.Medication, models.Medication.since)
    """The first day on which it is taken so."""
    until: date | None = _day(models.Medication, models.Medication.until)
    """The first day on which it is not taken so any more; null where none is known."""
    entered_at: datetime
    """When it was entered."""
    entered_by: Account | None = one(models.Medication.entered_by)
    """Who entered it; null where you may not see them."""
    withdrawn_at: datetime | None
    """When it was taken back; null for what is believed."""
    withdrawn_by: Account | None = one(models.Medication.withdrawn_by)
    """Who took it back; null where you may not see them."""
    available_actions: list[EntryAction] = computed(
        _actions(changes=True), needs=[models.Medication.withdrawn_at]
    )
    """What you may do with it now."""
    elder: Annotated["Elder", strawberry.lazy("api.elders.types")] | None = one(
        models.Medication.elder_id
    )
    """Whose."""


def _measured(column: Any) -> Any:
    return _shown(models.Measurement, lambda one, _: getattr(one, column.key), column)


def _may(measurement: Any, context: Context, *, own: bool) -> list[EntryAction]:
    return measuring.available_actions(context.actor, measurement, own=own)


@node(models.Measurement, visible=measurement_visible)
class Measurement(Node):
    """Something that was measured of somebody. Who is shown it is in the audit trail."""

    kind: MeasurementKind = _measured(models.Measurement.kind)
    """What was measured."""
    value: float = _measured(models.Measurement.value)
    """The value; of a blood pressure the systolic one."""
    diastolic: float | None = _measured(models.Measurement.diastolic)
    """Of a blood pressure the diastolic value; null of anything else."""
    unit: str = _shown(
        models.Measurement, lambda one, _: KINDS[one.kind].unit, models.Measurement.kind
    )
    """The unit's code in UCUM."""
    taken_at: datetime = _measured(models.Measurement.taken_at)
    """When it was measured."""
    device: Annotated["Device", strawberry.lazy("api.devices.types")] | None = one(
        models.Measurement.device_id
    )
    """What it was measured by; null where that is none of ours, and where you may not see it."""
    entered_at: datetime
    """When it was entered."""
    entered_by: Account | None = one(models.Measurement.entered_by)
    """Who entered it; null where you may not see them."""
    withdrawn_at: datetime | None
    """When it was taken back; null for what is believed."""
    withdrawn_by: Account | None = one(models.Measurement.withdrawn_by)
    """Who took it back; null where you may not see them."""
    available_actions: list[EntryAction] = computed(
        _may, needs=[models.Measurement.withdrawn_at], own=models.Measurement.entered_by
    )
    """What you may do with it now; who does not keep the health record takes back only what is
    their own."""
    elder: Annotated["Elder", strawberry.lazy("api.elders.types")] | None = one(
        models.Measurement.elder_id
    )
    """Whose."""

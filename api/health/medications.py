"""Medication is entered, changed, ended and taken back: one transaction, one verb, one payload."""

from datetime import date
from decimal import Decimal

import strawberry

from api.describe import input_object
from api.health.enums import MedicationFrequency, MedicationUnit
from api.health.keeping import EntryEndInput, EntryWithdrawInput, PeriodInput
from api.health.types import Medication
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from domain.access import Permission
from domain.health import entries, writing
from domain.health.contents import Intake, MedicationContent
from domain.health.entries import MEDICATIONS


@input_object
class MedicationIntakeInput:
    """One dose of the day."""

    at: str | None = None
    """When, by the district's clock, such as 08:00; null for what is taken as needed."""
    amount: Decimal
    """How much, in the medication's unit: 0.001 to 10000, three places at most."""


@input_object
class TakenInput:
    """How something is taken."""

    unit: MedicationUnit
    """What its doses are counted in."""
    frequency: MedicationFrequency
    """On which days it is taken, counted from the first."""
    intakes: list[MedicationIntakeInput]
    """The doses of such a day, 1 to 12, each at another time; of what is taken as needed one,
    without a time."""
    prescribed_by: str
    """Who has prescribed it, or where: 1 to 100 characters."""
    note: str | None = None
    """What else there is to say: 1 to 200 characters."""

    def content(self, name: str) -> MedicationContent:
        """The same for the domain."""
        intakes = [Intake(one.at, one.amount) for one in self.intakes]
        prescribed_by, note = self.prescribed_by, self.note
        return MedicationContent(name, self.unit, self.frequency, intakes, prescribed_by, note)


@mutation_input
class MedicationAddInput(TakenInput, PeriodInput, MutationInput):
    """Who takes what."""

    elder_id: strawberry.ID
    """The elder."""
    name: str
    """What it is called: 1 to 100 characters."""


@mutation_input
class MedicationChangeInput(TakenInput, MutationInput):
    """How something is taken from a day on."""

    id: strawberry.ID
    """The medication, which keeps its name."""
    since: date | None = None
    """The first day on which it is taken so; today, by the district's clock, if null."""


@mutation_input
class MedicationEndInput(EntryEndInput):
    """What is not taken any more."""


@mutation_input
class MedicationWithdrawInput(EntryWithdrawInput):
    """What was entered wrongly."""


@mutation_payload
class MedicationPayload(MutationPayload):
    """What mutations of a medication answer."""

    medication: Medication | None
    """The medication after the change; null if there is none to be seen."""


@mutation_payload
class MedicationAddPayload(MedicationPayload):
    """The new medication."""


@mutation_payload
class MedicationChangePayload(MedicationPayload):
    """The medication as it is taken from that day on: another entry than the one before."""


@mutation_payload
class MedicationEndPayload(MedicationPayload):
    """The medication with its last day: another than the one that was taken back for it."""


@mutation_payload
class MedicationWithdrawPayload(MedicationPayload):
    """The medication that was never taken."""


@strawberry.type
class MedicationMutations:
    """Root fields that change what elders take."""

    medication_add = mutation(
        MedicationAddPayload,
        "Enter what an elder takes; refused (ALREADY_EXISTS) where something of the same name is "
        "taken on one of these days: its doses belong to one entry.",
        node=Medication,
        asks=Permission.HEALTH_RECORD_KEEP,
        given=MedicationAddInput,
        which="What, who, how much and when.",
        verb=lambda change, given: writing.add_medication(
            change.session,
            change.vault,
            change.actor,
            key_of(given.elder_id, "elder", "elder_id"),
            given.content(given.name),
            given.period(),
        ),
    )

    medication_change = mutation(
        MedicationChangePayload,
        "Have something taken otherwise from a day on; until then it was taken as before.",
        node=Medication,
        asks=Permission.HEALTH_RECORD_KEEP,
        given=MedicationChangeInput,
        which="What, and how it is taken now.",
        verb=lambda change, given: writing.change_medication(
            change.session, change.vault, change.actor, change.key, given.content(""), given.since
        ),
    )

    medication_end = mutation(
        MedicationEndPayload,
        "Say that something is not taken any more; until then it was.",
        node=Medication,
        asks=Permission.HEALTH_RECORD_KEEP,
        given=MedicationEndInput,
        which="What, and since when not.",
        verb=lambda change, given: entries.end(
            change.session, change.actor, MEDICATIONS, change.key, given.until
        ),
    )

    medication_withdraw = mutation(
        MedicationWithdrawPayload,
        "Take back what was entered wrongly: it was never taken. What was believed stays in "
        "`Elder.medicationHistory`.",
        node=Medication,
        asks=Permission.HEALTH_RECORD_KEEP,
        given=MedicationWithdrawInput,
        which="What.",
        verb=lambda change, _: entries.withdraw(
            change.session, change.actor, MEDICATIONS, change.key
        ),
    )

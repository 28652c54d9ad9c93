"""Diagnoses are entered, ended and taken back: one transaction, one verb, one payload."""

import strawberry

from api.health.keeping import EntryEndInput, EntryWithdrawInput, PeriodInput
from api.health.types import ElderCondition
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
from domain.health.entries import CONDITIONS
from domain.health.writing import Diagnosis


@mutation_input
class ConditionAddInput(PeriodInput, MutationInput):
    """Which diagnosis, and of whom."""

    elder_id: strawberry.ID
    """The elder."""
    code: str
    """Code of ICD-10, such as I10, F00.1 or I10.x00, in whatever case, with or without the
    point."""
    name: str | None = None
    """What it is called, 1 to 100 characters; the code if null."""
    source: str
    """Who says so, or which paper does: 1 to 200 characters."""


@mutation_input
class ConditionEndInput(EntryEndInput):
    """Which diagnosis holds no longer."""


@mutation_input
class ConditionWithdrawInput(EntryWithdrawInput):
    """Which diagnosis was entered wrongly."""


@mutation_payload
class ConditionPayload(MutationPayload):
    """What mutations of a diagnosis answer."""

    elder_condition: ElderCondition | None
    """The diagnosis after the change; null if there is none to be seen."""


@mutation_payload
class ConditionAddPayload(ConditionPayload):
    """The new diagnosis."""


@mutation_payload
class ConditionEndPayload(ConditionPayload):
    """The diagnosis with its last day: another than the one that was taken back for it."""


@mutation_payload
class ConditionWithdrawPayload(ConditionPayload):
    """The diagnosis that never held."""


@strawberry.type
class ConditionMutations:
    """Root fields that change diagnoses."""

    condition_add = mutation(
        ConditionAddPayload,
        "Enter a diagnosis; refused (ALREADY_EXISTS) where the same code holds on one of these "
        "days already.",
        node=ElderCondition,
        asks=Permission.HEALTH_RECORD_KEEP,
        given=ConditionAddInput,
        which="Which, and who says so.",
        verb=lambda change, given: writing.add_condition(
            change.session,
            change.vault,
            change.actor,
            key_of(given.elder_id, "elder", "elder_id"),
            Diagnosis(given.code, given.name, given.source),
            given.period(),
        ),
    )

    condition_end = mutation(
        ConditionEndPayload,
        "Say that a diagnosis holds no longer; until then it did.",
        node=ElderCondition,
        asks=Permission.HEALTH_RECORD_KEEP,
        given=ConditionEndInput,
        which="Which, and since when not.",
        verb=lambda change, given: entries.end(
            change.session, change.actor, CONDITIONS, change.key, given.until
        ),
    )

    condition_withdraw = mutation(
        ConditionWithdrawPayload,
        "Take back a diagnosis that was entered wrongly: it never held. What was believed stays in "
        "`Elder.conditionHistory`.",
        node=ElderCondition,
        asks=Permission.HEALTH_RECORD_KEEP,
        given=ConditionWithdrawInput,
        which="Which.",
        verb=lambda change, _: entries.withdraw(
            change.session, change.actor, CONDITIONS, change.key
        ),
    )

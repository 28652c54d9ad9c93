"""Allergies are entered, ended and taken back: one transaction, one verb, one payload."""

import strawberry

from api.health.enums import AllergyKind, AllergySeverity
from api.health.keeping import EntryEndInput, EntryWithdrawInput, PeriodInput
from api.health.types import Allergy
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
from domain.health.contents import AllergyContent
from domain.health.entries import ALLERGIES


@mutation_input
class AllergyAddInput(PeriodInput, MutationInput):
    """Who is allergic to what."""

    elder_id: strawberry.ID
    """The elder."""
    kind: AllergyKind
    """What kind of thing it is."""
    substance: str
    """What it is: 1 to 100 characters."""
    reaction: str | None = None
    """What happens: 1 to 200 characters."""
    severity: AllergySeverity = AllergySeverity.UNKNOWN
    """How bad the worst reaction was."""
    source: str
    """Who says so, or which paper does: 1 to 200 characters."""


@mutation_input
class AllergyEndInput(EntryEndInput):
    """Which allergy is none any more."""


@mutation_input
class AllergyWithdrawInput(EntryWithdrawInput):
    """Which allergy was entered wrongly."""


@mutation_payload
class AllergyPayload(MutationPayload):
    """What mutations of an allergy answer."""

    allergy: Allergy | None
    """The allergy after the change; null if there is none to be seen."""


@mutation_payload
class AllergyAddPayload(AllergyPayload):
    """The new allergy."""


@mutation_payload
class AllergyEndPayload(AllergyPayload):
    """The allergy with its last day: another than the one that was taken back for it."""


@mutation_payload
class AllergyWithdrawPayload(AllergyPayload):
    """The allergy that never was one."""


@strawberry.type
class AllergyMutations:
    """Root fields that change allergies."""

    allergy_add = mutation(
        AllergyAddPayload,
        "Enter an allergy; refused (ALREADY_EXISTS) where one to the same substance is known on "
        "one of these days.",
        node=Allergy,
        asks=Permission.HEALTH_RECORD_KEEP,
        given=AllergyAddInput,
        which="Whose, and to what.",
        verb=lambda change, given: writing.add_allergy(
            change.session,
            change.vault,
            change.actor,
            key_of(given.elder_id, "elder", "elder_id"),
            given.kind,
            AllergyContent(given.substance, given.reaction, given.severity, given.source),
            given.period(),
        ),
    )

    allergy_end = mutation(
        AllergyEndPayload,
        "Say that an allergy is none any more; until then it was.",
        node=Allergy,
        asks=Permission.HEALTH_RECORD_KEEP,
        given=AllergyEndInput,
        which="Which, and since when not.",
        verb=lambda change, given: entries.end(
            change.session, change.actor, ALLERGIES, change.key, given.until
        ),
    )

    allergy_withdraw = mutation(
        AllergyWithdrawPayload,
        "Take back an allergy that was entered wrongly: it never was one. What was believed stays "
        "in `Elder.allergyHistory`.",
        node=Allergy,
        asks=Permission.HEALTH_RECORD_KEEP,
        given=AllergyWithdrawInput,
        which="Which.",
        verb=lambda change, _: entries.withdraw(
            change.session, change.actor, ALLERGIES, change.key
        ),
    )

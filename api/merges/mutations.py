"""What people do about duplicates: one transaction, one verb, one payload."""

import strawberry

from api.merges.types import ElderMerge
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from domain.access import Permission
from domain.merges import service


@mutation_input
class ElderMergeInput(MutationInput):
    """Which entries are of one person."""

    keep_id: strawberry.ID
    """The elder whose entry stays as it is: name, id number, address and phone are its own."""
    duplicate_id: strawberry.ID
    """The elder whose entry goes."""
    reason: str
    """Why they are one person: 1 to 200 characters."""
    expected_version: int | None = None
    """The `version` of the entry that is kept, when you decided; refused (VERSION_CONFLICT) if it
    has changed since. Null for whatever it has become."""


@mutation_input
class ElderMergeUndoInput(MutationInput):
    """Which merge was wrong."""

    id: strawberry.ID
    """The merge."""


@mutation_payload
class ElderMergePayload(MutationPayload):
    """The merge; null if there is none."""

    elder_merge: ElderMerge | None
    """The merge."""


@mutation_payload
class ElderMergeUndoPayload(MutationPayload):
    """The merge that was undone; null if there is none to be seen."""

    elder_merge: ElderMerge | None
    """The merge."""


@strawberry.type
class ElderMergeMutations:
    """Root fields about duplicates."""

    elder_merge = mutation(
        ElderMergePayload,
        "Make one entry of two that are one person's: all that is the duplicate's becomes the "
        "other's, and the duplicate is gone. Refused (MERGE_BLOCKED) where both have what one may "
        "have once, such as a bed on the same days, and where the duplicate has an account in a "
        "ledger. Of one tag the days are joined; of visits due in one month, and of vital signs, "
        "the kept entry's count.",
        node=ElderMerge,
        asks=Permission.ELDER_REGISTER,
        given=ElderMergeInput,
        which="Which entries.",
        verb=lambda change, given: service.merge(
            change.session,
            change.vault,
            change.actor,
            key_of(given.keep_id, "elder", "keep_id"),
            key_of(given.duplicate_id, "elder", "duplicate_id"),
            given.reason,
            given.expected_version,
        ),
    )
    elder_merge_undo = mutation(
        ElderMergeUndoPayload,
        "Take two entries apart again, within thirty days: both are as they were, and what has "
        "come since stays with the one that was kept. Refused where something that was moved has "
        "been given to somebody else or deleted since.",
        node=ElderMerge,
        asks=Permission.ELDER_REGISTER,
        given=ElderMergeUndoInput,
        which="Which merge.",
        verb=lambda change, _: service.undo(change.session, change.vault, change.actor, change.key),
    )

"""What people do about imports: one transaction, one verb, one payload."""

import strawberry

from api.imports.types import ElderImport
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from domain.access import Permission
from domain.imports import service


@mutation_input
class ElderImportApplyInput(MutationInput):
    """Which import to enter."""

    id: strawberry.ID
    """The import, CHECKED."""


@mutation_input
class ElderImportCancelInput(MutationInput):
    """Which import to give up."""

    id: strawberry.ID
    """The import."""


@mutation_payload
class ElderImportPayload(MutationPayload):
    """What every mutation of imports answers."""

    elder_import: ElderImport | None
    """The import after the change; null if there is none to be seen."""


@mutation_payload
class ElderImportApplyPayload(ElderImportPayload):
    """The import, being entered."""


@mutation_payload
class ElderImportCancelPayload(ElderImportPayload):
    """The import that has been given up."""


@strawberry.type
class ElderImportMutations:
    """Root fields that change imports. Files are brought by `POST /elder-imports`."""

    elder_import_apply = mutation(
        ElderImportApplyPayload,
        "Have the elders of a file entered that was found good: all of them, or none where one has "
        "come into the register since.",
        node=ElderImport,
        asks=Permission.ELDER_IMPORT,
        given=ElderImportApplyInput,
        which="Which import.",
        verb=lambda change, _: service.apply(change.session, change.actor, change.key),
    )
    elder_import_cancel = mutation(
        ElderImportCancelPayload,
        "Give an import up that has not ended: nothing is entered, and the file is gone.",
        node=ElderImport,
        asks=Permission.ELDER_IMPORT,
        given=ElderImportCancelInput,
        which="Which import.",
        verb=lambda change, _: service.cancel(change.session, change.actor, change.key),
    )

"""What people do about exports: one transaction, one verb, one payload."""

import strawberry

from api.exports.types import Export
from api.mutations import (
    Change,
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.scalars import JsonObject
from domain.access import Permission
from domain.exports import models, service
from domain.exports.asked import asked_of


@mutation_input
class ExportStartInput(MutationInput):
    """Which list to export, and what of each row."""

    query: str | None = None
    """A query of one list and its rows without paging: `{ elders(filter: {region: "330102"}) {
    nodes { id name age } } }`. Each row becomes a line of the file, as far as you may see it at the
    moment at which it is written. `reveal` is refused: a file has no purpose."""
    document_id: str | None = None
    """Instead of `query`: the id of a document, as over HTTP."""
    operation_name: str | None = None
    """Which operation of the document; needed where it has several."""
    variables: JsonObject | None = None
    """The operation's variables, an object; at most 16384 characters as JSON."""


@mutation_input
class ExportCancelInput(MutationInput):
    """Which export to give up."""

    id: strawberry.ID
    """The export."""


@mutation_payload
class ExportPayload(MutationPayload):
    """What every export mutation answers."""

    export: Export | None
    """The export after the change; null if there is none to be seen."""


@mutation_payload
class ExportStartPayload(ExportPayload):
    """The export, waiting for a worker."""


@mutation_payload
class ExportCancelPayload(ExportPayload):
    """The export that has been given up."""


async def _start(change: Change, given: ExportStartInput) -> models.Export:
    # The documents are checked against the schema, and the schema holds this mutation.
    from api.exports.asking import wanted
    from api.exports.listing import field_names

    service.check_may(change.actor)
    asked = await wanted(change.context, given)
    export = await service.start(change.session, change.actor, asked)
    # Who takes a list home is known with what is in it.
    change.fields.update(field_names(asked_of(export, change.vault).document))
    return export


@strawberry.type
class ExportMutations:
    """Root fields that change exports."""

    export_start = mutation(
        ExportStartPayload,
        "Have a whole list written into a file; `exportChanged` tells you of its progress. At most "
        "two of yours are under way at a time, ten kept, and twenty asked for within an hour.",
        node=Export,
        asks=Permission.EXPORT,
        given=ExportStartInput,
        which="Which list.",
        verb=_start,
    )
    export_cancel = mutation(
        ExportCancelPayload,
        "Give an export up: it stops, and its file is gone if there is one.",
        node=Export,
        asks=Permission.EXPORT,
        given=ExportCancelInput,
        which="Which export.",
        verb=lambda change, given: service.cancel(change.session, change.actor, change.key),
    )

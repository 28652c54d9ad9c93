"""One's own exports."""

import strawberry

from api.exports.types import Export
from api.plan.criteria import one_of
from api.plan.declare import descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.exports import models
from domain.exports.lifecycle import ExportState


@filter_input
class ExportFilter(Filter):
    """Which exports."""

    state: list[ExportState] | None = one_of(models.Export.state)
    """Only those in one of these states; one alone needs no brackets."""


@strawberry.type
class ExportQueries:
    """Root fields on exports."""

    export: Export | None = by_id(
        models.Export, description="An export of yours by id; null if there is none to be seen."
    )
    exports: Connection[Export] = listing(
        models.Export,
        order=descending(models.Export.id),
        filter=ExportFilter,
        description="Your exports, newest first.",
    )

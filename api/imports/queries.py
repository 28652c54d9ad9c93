"""One's own imports."""

import strawberry

from api.imports.types import ElderImport
from api.plan.criteria import one_of
from api.plan.declare import descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.imports import models
from domain.imports.lifecycle import ImportState


@filter_input
class ElderImportFilter(Filter):
    """Which imports."""

    state: list[ImportState] | None = one_of(models.ElderImport.state)
    """Only those in one of these states; one alone needs no brackets."""


@strawberry.type
class ElderImportQueries:
    """Root fields on imports."""

    elder_import: ElderImport | None = by_id(
        models.ElderImport,
        description="An import of yours by id; null if there is none to be seen.",
    )
    elder_imports: Connection[ElderImport] = listing(
        models.ElderImport,
        order=descending(models.ElderImport.id),
        filter=ElderImportFilter,
        description="Your imports, newest first.",
    )

"""An import as a worker goes through it."""

from collections.abc import AsyncGenerator

import strawberry
from sqlmodel import col

from api.context import Info
from api.describe import output
from api.following import Followed
from api.imports.types import ElderImport
from api.plan.roots import GlobalId
from api.relay import key_of
from domain.imports import models
from domain.imports.lifecycle import OPEN
from domain.imports.service import TOPIC

IMPORTS = Followed(
    ElderImport, TOPIC, (col(models.ElderImport.state), col(models.ElderImport.done_count)), OPEN
)


@output
class ElderImportChanged:
    """News of an import."""

    elder_import: ElderImport
    """The import as it is now."""


@strawberry.type
class ElderImportSubscriptions:
    """Root fields that stream imports."""

    @strawberry.subscription(
        description="An import of yours: as it is now, then whenever a worker has got further with "
        "it; the stream ends with the import. Nothing is lost between two streams: each begins "
        "with what is."
    )
    async def elder_import_changed(
        self, info: Info, id: GlobalId
    ) -> AsyncGenerator[ElderImportChanged, None]:
        """Refuses an import that is not to be seen before the stream begins."""
        context, key = info.context, key_of(id, "elder_import")
        await IMPORTS.check(context, key)
        return IMPORTS.changes(context, key, lambda one: ElderImportChanged(elder_import=one))

"""An export as it grows."""

from collections.abc import AsyncGenerator

import strawberry
from sqlmodel import col

from api.context import Info
from api.describe import output
from api.exports.types import Export
from api.following import Followed
from api.plan.roots import GlobalId
from api.relay import key_of
from domain.exports import models
from domain.exports.lifecycle import UNFINISHED
from domain.exports.service import TOPIC

EXPORTS = Followed(
    Export, TOPIC, (col(models.Export.state), col(models.Export.byte_count)), UNFINISHED
)


@output
class ExportChanged:
    """News of an export."""

    export: Export
    """The export as it is now."""


@strawberry.type
class ExportSubscriptions:
    """Root fields that stream exports."""

    @strawberry.subscription(
        description="An export of yours: as it is now, then whenever more of it has been written; "
        "the stream ends with the export. Nothing is lost between two streams: each begins with "
        "what is."
    )
    async def export_changed(self, info: Info, id: GlobalId) -> AsyncGenerator[ExportChanged, None]:
        """Refuses an export that is not to be seen before the stream begins."""
        context, key = info.context, key_of(id, "export")
        await EXPORTS.check(context, key)
        return EXPORTS.changes(context, key, lambda one: ExportChanged(export=one))

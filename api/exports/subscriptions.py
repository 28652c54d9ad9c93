"""An export as it grows."""

from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlmodel import col

from api.context import Context, Info
from api.describe import output
from api.exports.types import Export
from api.plan.roots import GlobalId
from api.plan.shapes import row_type_of
from api.plan.values import later
from api.relay import key_of
from domain.errors import NotFound
from domain.exports import models
from domain.exports.lifecycle import UNFINISHED
from domain.exports.service import TOPIC
from domain.exports.visibility import export_visible

_NOWHERE = -1
"""A position that the outbox's head never has: who is there is woken by every look."""


@output
class ExportChanged:
    """News of an export."""

    export: Export
    """The export as it is now."""


async def _marks(context: Context, key: UUID) -> tuple[Any, int] | None:
    """State and size of an export; None where the actor sees none."""
    statement = select(col(models.Export.state), col(models.Export.byte_count)).where(
        col(models.Export.id) == key, export_visible(context.actor)
    )
    rows = await context.database.fetch(statement, primary=True)
    return (rows[0][0], rows[0][1]) if rows else None


async def _changes(context: Context, key: UUID) -> AsyncGenerator[ExportChanged, None]:
    """What the export is, then what it becomes, until it has ended."""
    shown = None
    with context.feed.subscribed(_NOWHERE, topic=TOPIC) as subscriber:
        while True:
            context.begin_look()
            try:
                marks = await _marks(context, key)
            except Exception as failure:
                await subscriber.waits_out(failure, context.request_id)
                continue
            if marks is None:
                return
            if marks != shown:
                context.begin_event(f"{marks[0]}.{marks[1]}")
                context.stay_current()
                yield ExportChanged(export=later(context, row_type_of(Export), key))
                # What the client's rights kept back, its new rights are asked for.
                shown = marks if context.was_delivered else None
            elif marks[0] in UNFINISHED:
                await subscriber.woken()
            else:
                return


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
        key = key_of(id, "export")
        if await _marks(info.context, key) is None:
            raise NotFound("id")
        return _changes(info.context, key)

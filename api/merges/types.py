"""Merges as clients see them."""

from datetime import datetime

import strawberry

from api.accounts.types import Account
from api.context import Context
from api.elders.types import Elder
from api.plan.declare import computed, node, one
from api.plan.shapes import row_type_of
from api.relay import Node
from domain.ids import public_id
from domain.merges import models
from domain.merges.service import UNDONE_WITHIN, can_be_undone, may_undo
from domain.merges.visibility import elder_merge_visible


def _until(done: models.ElderMerge, _: Context) -> datetime | None:
    return None if done.undone_at else done.merged_at + UNDONE_WITHIN


async def _undoable(done: models.ElderMerge, context: Context) -> bool:
    if not (can_be_undone(done) and may_undo(context.actor, done)):
        return False
    kept = context.loaders.by_key(row_type_of(Elder))
    return await kept.load(done.kept_id) is not None


@node(models.ElderMerge, visible=elder_merge_visible)
class ElderMerge(Node):
    """An entry that was found to be of somebody who has another: what was the duplicate's is the
    kept one's, and the duplicate is gone from the register."""

    kept: Elder | None = one(models.ElderMerge.kept_id)
    """The entry that is left; null where you may not see it."""
    duplicate_id: strawberry.ID = computed(
        lambda done, _: strawberry.ID(public_id("elder", done.duplicate_id)),
        needs=[models.ElderMerge.duplicate_id],
    )
    """The other one's id: there is no such elder while they are merged."""
    reason: str
    """Why they are one person's."""
    merged_by: Account | None = one(models.ElderMerge.merged_by)
    """Who merged them; null where you may not see them."""
    merged_at: datetime
    """When."""
    undoable_until: datetime | None = computed(
        _until, needs=[models.ElderMerge.merged_at, models.ElderMerge.undone_at]
    )
    """Until when it can be undone; null where it was."""
    can_undo: bool = computed(
        _undoable,
        needs=[
            models.ElderMerge.kept_id,
            models.ElderMerge.duplicate_region_code,
            models.ElderMerge.aside_cipher,
            models.ElderMerge.merged_at,
        ],
    )
    """Whether you may undo it now, for both places; what has changed since may still prevent it."""
    undone_by: Account | None = one(models.ElderMerge.undone_by)
    """Who undid it; null where nobody did, and where you may not see them."""
    undone_at: datetime | None
    """When it was undone; null where it was not."""

"""Merges by id and as a list."""

import strawberry

from api.merges.types import ElderMerge
from api.plan.criteria import under
from api.plan.declare import descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.merges import models


@filter_input
class ElderMergeFilter(Filter):
    """Which merges."""

    region: str | None = under(models.ElderMerge.region_code)
    """Only those of entries that were in the subtree of the division with this code."""


@strawberry.type
class ElderMergeQueries:
    """Root fields on merges."""

    elder_merge: ElderMerge | None = by_id(
        models.ElderMerge, description="A merge by id; null if there is none to be seen."
    )
    elder_merges: Connection[ElderMerge] = listing(
        models.ElderMerge,
        order=descending(models.ElderMerge.id),
        filter=ElderMergeFilter,
        description="Merges of entries, those that were undone included, newest first.",
    )

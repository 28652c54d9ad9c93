"""Which tags make a key elder, as districts say it."""

from datetime import date, datetime

import strawberry

from api.accounts.types import Account
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.plan.criteria import under
from api.plan.declare import computed, descending, node, one
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.regions.types import Region
from api.relay import Connection, Node
from domain.access import Permission
from domain.elders import key_tags, models
from domain.elders.visibility import key_tag_set_visible


@node(models.KeyTagSet, visible=key_tag_set_visible)
class KeyTagSet(Node):
    """Which tags make a key elder in a district from a day on, until it says otherwise. Where a
    district has said nothing these are 独居 空巢 留守 失能 重残 计生特殊, the six groups of the
    visiting policy of 2022."""

    since: date
    """First day."""
    tags: list[models.Tag] = computed(
        lambda one, _: [models.Tag(tag) for tag in one.tags], needs=[models.KeyTagSet.tags]
    )
    """Who carries one of them is a key elder."""
    region: Region = one(models.KeyTagSet.region_code)
    """The district."""
    set_at: datetime
    """When it was said first."""
    set_by: Account | None = one(models.KeyTagSet.set_by)
    """Who said it last; null where you may not see them."""


@filter_input
class KeyTagSetFilter(Filter):
    """Which districts' tags."""

    region: str | None = under(models.KeyTagSet.region_code)
    """Only those of the subtree of the division with this code."""


@strawberry.type
class KeyTagQueries:
    """Root fields on which tags make a key elder."""

    key_tag_set: KeyTagSet | None = by_id(
        models.KeyTagSet, description="What a district has said, by id; null if there is none."
    )
    key_tag_sets: Connection[KeyTagSet] = listing(
        models.KeyTagSet,
        order=descending(models.KeyTagSet.since, models.KeyTagSet.id),
        filter=KeyTagSetFilter,
        description="Which tags districts count, and from which day on, the latest first.",
    )


@mutation_input
class KeyTagSetPutInput(MutationInput):
    """Which tags count, where, and from when on."""

    region_code: str
    """The district: a code of six digits."""
    tags: list[models.Tag]
    """Who carries one of them is a key elder; one at least."""
    since: date | None = None
    """The first day, today or one to come; today if null."""


@mutation_payload
class KeyTagSetPutPayload(MutationPayload):
    """What counts from that day on."""

    key_tag_set: KeyTagSet | None
    """The district's tags; null if nothing was set."""


@strawberry.type
class KeyTagMutations:
    """Root fields that say which tags make a key elder."""

    key_tag_set_put = mutation(
        KeyTagSetPutPayload,
        "Say which tags make a key elder in a district from a day on. What was counted on days "
        "before stays.",
        node=KeyTagSet,
        asks=Permission.KEY_TAGS_SET,
        given=KeyTagSetPutInput,
        which="Which tags, where and when.",
        verb=lambda change, given: key_tags.set_key_tags(
            change.session, change.actor, given.region_code, given.tags, given.since
        ),
    )

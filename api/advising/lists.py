"""Lists of services that advisors suggest, and what is said to them."""

from datetime import datetime

import strawberry
from sqlmodel import col

from api.accounts.types import Account
from api.context import Context
from api.describe import enumeration
from api.elders.types import Elder
from api.mutations import MutationInput, MutationPayload, mutation, mutation_input, mutation_payload
from api.plan.criteria import equal_id, holds
from api.plan.declare import ascending, computed, descending, many, node, one
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.plan.shapes import row_type_of
from api.relay import Connection, Node, key_of
from domain.access import Permission
from domain.advising import lists, models
from domain.advising.lifecycle import SuggestionItemAction, SuggestionItemState
from domain.advising.visibility import suggestion_item_visible, suggestion_list_visible

enumeration(
    SuggestionItemState,
    "What was said to what was suggested.",
    PROPOSED="待答复 nothing yet.",
    ACCEPTED="已接受 the elder or the family wants it.",
    DECLINED="已谢绝 they do not.",
)

enumeration(
    SuggestionItemAction,
    "What may be said to what was suggested.",
    ACCEPT="接受.",
    DECLINE="谢绝.",
)


async def _actions(item: models.SuggestionItem, context: Context) -> list[SuggestionItemAction]:
    answers = lists.available_answers(context.actor, item.state)
    if not answers:
        return []
    over = context.loaders.beside(row_type_of(SuggestionItem), lists.taken_back)
    return [] if await over.load(item.list_id) else answers


@node(models.SuggestionItem, visible=suggestion_item_visible)
class SuggestionItem(Node):
    """A kind of services that was suggested; an order would be of the same kind."""

    kind: models.CareNeedKind
    """Which services."""
    state: SuggestionItemState
    """What was said to it."""
    answered_at: datetime | None
    """When; null where nothing was said."""
    answered_by: Account | None = one(models.SuggestionItem.answered_by)
    """Who did; null where you may not see them."""
    available_actions: list[SuggestionItemAction] = computed(
        _actions, needs=[models.SuggestionItem.state, models.SuggestionItem.list_id]
    )
    """What you may say to it now; nothing once its list was taken back."""


@node(models.SuggestionList, visible=suggestion_list_visible)
class SuggestionList(Node):
    """Services that an advisor suggests to an elder and the family."""

    elder: Elder | None = one(models.SuggestionList.elder_id)
    """To whom; null where you may not see the elder."""
    items: list[SuggestionItem] = many(
        models.SuggestionItem.list_id, order=ascending(models.SuggestionItem.id)
    )
    """Which, in the advisor's order."""
    made_at: datetime
    """When."""
    made_by: Account | None = one(models.SuggestionList.made_by)
    """Who suggested them; null where you may not see them."""
    withdrawn_at: datetime | None
    """When it was taken back; null where it was not."""
    withdrawn_by: Account | None = one(models.SuggestionList.withdrawn_by)
    """Who took it back; null where you may not see them."""


@filter_input
class SuggestionListFilter(Filter):
    """Which lists."""

    elder: strawberry.ID | None = equal_id(models.SuggestionList.elder_id, "elder")
    """Only this elder's."""
    current: bool | None = holds(lambda _: col(models.SuggestionList.withdrawn_at).is_(None))
    """Only those that were not taken back; if false, only those that were."""


@strawberry.type
class SuggestionListQueries:
    """Root fields on what advisors suggest."""

    suggestion_list: SuggestionList | None = by_id(
        models.SuggestionList,
        description="A list of suggestions by id; null if there is none to be seen.",
    )
    suggestion_lists: Connection[SuggestionList] = listing(
        models.SuggestionList,
        order=descending(models.SuggestionList.id),
        filter=SuggestionListFilter,
        description="What advisors suggest, as far as you may see it, newest first.",
    )


@mutation_input
class SuggestionListCreateInput(MutationInput):
    """What to suggest to whom."""

    elder_id: strawberry.ID
    """The elder."""
    kinds: list[models.CareNeedKind]
    """Which services, each once, in the order in which they are shown; at least one."""


@mutation_input
class SuggestionListWithdrawInput(MutationInput):
    """What to suggest no more."""

    id: strawberry.ID
    """The list."""


@mutation_input
class SuggestionItemAcceptInput(MutationInput):
    """What is wanted."""

    id: strawberry.ID
    """What was suggested."""


@mutation_input
class SuggestionItemDeclineInput(MutationInput):
    """What is not wanted."""

    id: strawberry.ID
    """What was suggested."""


@mutation_payload
class SuggestionListPayload(MutationPayload):
    """What every mutation of a list of suggestions answers."""

    suggestion_list: SuggestionList | None
    """The list after the change; null if there is none to be seen."""


@mutation_payload
class SuggestionListCreatePayload(SuggestionListPayload):
    """The new list."""


@mutation_payload
class SuggestionListWithdrawPayload(SuggestionListPayload):
    """The list that was taken back."""


@mutation_payload
class SuggestionItemPayload(MutationPayload):
    """What every answer to a suggestion answers."""

    suggestion_item: SuggestionItem | None
    """What was suggested, after the change; null if there is none to be seen."""


@mutation_payload
class SuggestionItemAcceptPayload(SuggestionItemPayload):
    """What is wanted."""


@mutation_payload
class SuggestionItemDeclinePayload(SuggestionItemPayload):
    """What is not wanted."""


@strawberry.type
class SuggestionListMutations:
    """Root fields that suggest services and answer to it."""

    suggestion_list_create = mutation(
        SuggestionListCreatePayload,
        "Suggest services to an elder; the elder, the guardian and the family may answer at once.",
        node=SuggestionList,
        asks=Permission.SUGGESTION_LIST_KEEP,
        given=SuggestionListCreateInput,
        which="What, and to whom.",
        verb=lambda change, given: lists.create(
            change.session,
            change.actor,
            key_of(given.elder_id, "elder", "elder_id"),
            given.kinds,
        ),
    )

    suggestion_list_withdraw = mutation(
        SuggestionListWithdrawPayload,
        "Take a list back: what was not answered to is answered no more.",
        node=SuggestionList,
        asks=Permission.SUGGESTION_LIST_KEEP,
        given=SuggestionListWithdrawInput,
        which="Which.",
        verb=lambda change, _: lists.withdraw(change.session, change.actor, change.key),
    )

    # PROPOSED -> ACCEPTED.
    suggestion_item_accept = mutation(
        SuggestionItemAcceptPayload,
        "Accept what was suggested; for the elder, the guardian and the family.",
        node=SuggestionItem,
        asks=Permission.SUGGESTION_ANSWER,
        given=SuggestionItemAcceptInput,
        which="What.",
        verb=lambda change, _: lists.answer(
            change.session, change.actor, change.key, SuggestionItemAction.ACCEPT
        ),
    )

    # PROPOSED -> DECLINED.
    suggestion_item_decline = mutation(
        SuggestionItemDeclinePayload,
        "Decline what was suggested; for the elder, the guardian and the family.",
        node=SuggestionItem,
        asks=Permission.SUGGESTION_ANSWER,
        given=SuggestionItemDeclineInput,
        which="What.",
        verb=lambda change, _: lists.answer(
            change.session, change.actor, change.key, SuggestionItemAction.DECLINE
        ),
    )

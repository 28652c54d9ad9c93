"""Advisors suggest services; the elder or the family answers to each."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.advising.lifecycle import (
    ITEM_PERMISSION_FOR,
    SUGGESTION_ITEM_LIFECYCLE,
    SuggestionItemAction,
    SuggestionItemState,
)
from domain.advising.models import CareNeedKind, SuggestionItem, SuggestionList
from domain.advising.visibility import suggestion_item_visible, suggestion_list_visible
from domain.calendar import now
from domain.database import Database
from domain.elders.locks import lock_visible_elder
from domain.errors import InvalidInput, NotFound, PermissionDenied
from domain.reasons import Reason

MOST: Final = len(CareNeedKind)
"""Services of a list: each kind once."""


async def create(
    session: AsyncSession, actor: Actor, elder_id: UUID, kinds: Sequence[CareNeedKind]
) -> SuggestionList:
    """Suggest services to an elder, who may answer at once.

    Parameters:
        kinds: 1 to 7, each once.

    Raises: NotFound(elder_id), PermissionDenied, InvalidInput(kinds).
    """
    await lock_visible_elder(session, actor, elder_id)
    if not actor.may(Permission.SUGGESTION_LIST_KEEP):
        raise PermissionDenied(action=Permission.SUGGESTION_LIST_KEEP.value)
    if not kinds or len(set(kinds)) < len(kinds):
        raise InvalidInput("kinds", reason=Reason.KINDS, most=MOST)
    made = SuggestionList(elder_id=elder_id, made_by=actor.id, made_at=now())
    session.add(made)
    await session.flush()
    for kind in kinds:
        state = SuggestionItemState.PROPOSED
        session.add(SuggestionItem(list_id=made.id, kind=kind, state=state))
        # One after the other, so that their keys are in the order that was given.
        await session.flush()
    return made


async def withdraw(session: AsyncSession, actor: Actor, list_id: UUID) -> SuggestionList:
    """Take a list back: what was not answered to is answered no more.

    Raises: NotFound, PermissionDenied, InvalidInput(id) for one that was taken back.
    """
    found = await _locked(session, actor, list_id, "id")
    if not actor.may(Permission.SUGGESTION_LIST_KEEP):
        raise PermissionDenied(action=Permission.SUGGESTION_LIST_KEEP.value)
    if found.withdrawn_at is not None:
        raise InvalidInput("id", reason=Reason.WITHDRAWN_ALREADY)
    found.withdrawn_at, found.withdrawn_by = now(), actor.id
    return found


async def answer(
    session: AsyncSession, actor: Actor, item_id: UUID, action: SuggestionItemAction
) -> SuggestionItem:
    """Accept what was suggested, or decline it.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), InvalidInput(id) of a
        list that was taken back.
    """
    seen = select(SuggestionItem).where(
        col(SuggestionItem.id) == item_id, suggestion_item_visible(actor)
    )
    item = await session.scalar(seen)
    if item is None:
        raise NotFound("id")
    if not actor.may(ITEM_PERMISSION_FOR[action]):
        raise PermissionDenied(action=action.value)
    # The list first: it is not taken back meanwhile, and of two answers the second waits.
    its_list = await _locked(session, actor, item.list_id, "id")
    await session.refresh(item)
    if its_list.withdrawn_at is not None:
        raise InvalidInput("id", reason=Reason.WITHDRAWN_ALREADY)
    item.state = SUGGESTION_ITEM_LIFECYCLE.next(item.state, action)
    item.answered_by, item.answered_at = actor.id, now()
    return item


async def taken_back(
    database: Database, keys: Collection[UUID], *, primary: bool = False
) -> Mapping[UUID, bool]:
    """Those of these lists that were taken back.

    Parameters:
        primary: as for ``Database.fetch``.
    """
    over = select(col(SuggestionList.id)).where(
        col(SuggestionList.id).in_(keys), col(SuggestionList.withdrawn_at).is_not(None)
    )
    return {row.id: True for row in await database.fetch(over, primary=primary)}


def available_answers(actor: Actor, state: SuggestionItemState) -> list[SuggestionItemAction]:
    """What the actor may say to a suggestion in a state, if its list was not taken back."""
    return [
        action
        for action in SUGGESTION_ITEM_LIFECYCLE.actions(state)
        if actor.may(ITEM_PERMISSION_FOR[action])
    ]


async def _locked(session: AsyncSession, actor: Actor, list_id: UUID, field: str) -> SuggestionList:
    seen = select(SuggestionList).where(
        col(SuggestionList.id) == list_id, suggestion_list_visible(actor)
    )
    found = await session.scalar(seen.with_for_update(of=SuggestionList))
    if found is None:
        raise NotFound(field)
    return found

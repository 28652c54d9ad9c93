"""The health record is kept: entries are made, ended and taken back; what was believed stays.

Who changes an elder's record waits for whoever changes the elder; that no two periods of one thing
overlap is PostgreSQL's to say.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.calendar import now, today
from domain.elders.locks import lock_elder
from domain.elders.models import Elder
from domain.elders.visibility import elder_visible
from domain.errors import InvalidInput, NotFound, PermissionDenied
from domain.health.lifecycle import ENTRY_LIFECYCLE, EntryAction, EntryState
from domain.health.models import Allergy, ElderCondition, HealthEntry, Medication
from domain.health.visibility import (
    allergy_visible,
    elder_condition_visible,
    elder_with_record_visible,
    medication_visible,
)
from domain.periods import holding
from domain.reasons import Reason
from domain.row_access import RowAccess

Entry = TypeVar("Entry", bound=HealthEntry)

_OF_THIS_ROW = {"id", "entered_at", "entered_by", "withdrawn_at", "withdrawn_by"}


@dataclass(frozen=True)
class Book(Generic[Entry]):
    """One part of the record.

    Parameters:
        model: its table.
        visible: who sees which rows of it.
        ahead: whether an entry may begin on a day to come.
    """

    model: type[Entry]
    visible: RowAccess
    ahead: bool = False


CONDITIONS = Book(ElderCondition, elder_condition_visible)
ALLERGIES = Book(Allergy, allergy_visible)
MEDICATIONS = Book(Medication, medication_visible, ahead=True)


def held_on(book: Book[Any], day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether a row says that it holds on a day, as it is believed now.

    Parameters:
        day: the day; SQL of a value to come will do as well.
    """
    return and_(col(book.model.withdrawn_at).is_(None), holding(book.model, day))


def available_actions(book_has_changes: bool, actor: Actor, row: Any) -> list[EntryAction]:
    """What the actor may do with an entry that they see, in the lifecycle's order.

    Parameters:
        book_has_changes: whether entries of its kind are changed from a day on.
        row: its ``withdrawn_at``.
    """
    if not actor.may(Permission.HEALTH_RECORD_KEEP):
        return []
    actions = ENTRY_LIFECYCLE.actions(state_of(row))
    return [one for one in actions if book_has_changes or one is not EntryAction.CHANGE]


async def elder_in_care(
    session: AsyncSession,
    actor: Actor,
    elder_id: UUID,
    permission: Permission = Permission.HEALTH_RECORD_KEEP,
) -> Elder:
    """An elder whose health record the actor sees and keeps, locked until the transaction ends.

    Raises: NotFound(elder_id), PermissionDenied also for who sees the elder and not the record.
    """
    seen = select(Elder, elder_with_record_visible(actor)).where(
        col(Elder.id) == elder_id, elder_visible(actor)
    )
    found = await session.execute(seen.with_for_update(of=Elder, key_share=True))
    row = found.one_or_none()
    if row is None:
        raise NotFound("elder_id")
    elder, sees_record = row
    if not (actor.may(permission) and sees_record):
        raise PermissionDenied(action=permission.value)
    return elder


async def enter(
    session: AsyncSession, book: Book[Entry], elder: Elder, actor: Actor, **columns: Any
) -> Entry:
    """Make an entry of a locked elder's.

    Parameters:
        columns: of the row; ``since`` today if None.

    Raises: InvalidInput(since or until), AlreadyExists where the same thing is known on one of
        these days.
    """
    since = columns["since"] or today()
    if since < elder.birth_date:
        raise InvalidInput("since", reason=Reason.BEFORE_BIRTH)
    if since > today() and not book.ahead:
        raise InvalidInput("since", reason=Reason.NOT_TO_COME)
    given: dict[str, Any] = {**columns, "since": since}
    entry = book.model(elder_id=elder.id, entered_by=actor.id, **given)
    session.add(entry)
    await session.flush()
    return entry


async def end(
    session: AsyncSession, actor: Actor, book: Book[Entry], key: UUID, until: date | None = None
) -> Entry:
    """Say until when something held, also instead of another day that was said. Returns: the entry
    that is believed now.

    Parameters:
        until: the first day no more; today if None. It may be one to come, or a past one.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), InvalidInput(until)
        for a day that is not after the first one, AlreadyExists.
    """
    entry = await believed(session, actor, book, key, EntryAction.END)
    return await instead(session, actor, entry, until=until or today())


async def withdraw(session: AsyncSession, actor: Actor, book: Book[Entry], key: UUID) -> Entry:
    """Take back what was entered wrongly: it never held.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed).
    """
    entry = await believed(session, actor, book, key, EntryAction.WITHDRAW)
    _take_back(entry, actor)
    return entry


async def believed(
    session: AsyncSession, actor: Actor, book: Book[Entry], key: UUID, action: EntryAction
) -> Entry:
    """An entry with which the action is possible; its elder is locked.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed).
    """
    seen = select(book.model).where(col(book.model.id) == key, book.visible(actor))
    entry = await session.scalar(seen)
    if entry is None:
        raise NotFound("id")
    if not actor.may(Permission.HEALTH_RECORD_KEEP):
        raise PermissionDenied(action=action.value)
    await lock_elder(session, entry.elder_id)
    # As it is now that nobody else changes it.
    await session.refresh(entry)
    ENTRY_LIFECYCLE.next(state_of(entry), action)
    return entry


async def instead(session: AsyncSession, actor: Actor, entry: Entry, **changed: Any) -> Entry:
    """Take an entry back, and enter it anew with something changed.

    Raises: as ``enter`` of the days.
    """
    _take_back(entry, actor)
    kept = entry.model_dump(exclude=_OF_THIS_ROW)
    fresh = type(entry)(**{**kept, **changed}, entered_by=actor.id)
    await session.flush()
    session.add(fresh)
    await session.flush()
    return fresh


def _take_back(entry: HealthEntry, actor: Actor) -> None:
    entry.withdrawn_at, entry.withdrawn_by = now(), actor.id


def state_of(row: Any) -> EntryState:
    return EntryState.BELIEVED if row.withdrawn_at is None else EntryState.WITHDRAWN

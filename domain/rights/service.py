"""What may happen to a data request: asked for, decided by another, withdrawn, carried out."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain import lines
from domain.access import Actor, Permission
from domain.accounts.persons import same_person
from domain.calendar import district_day, now
from domain.crypto import Vault
from domain.elders.models import Elder
from domain.elders.visibility import elder_visible
from domain.errors import ConflictOfInterest, InvalidInput, NotFound, PermissionDenied
from domain.jobs import Job, enqueue
from domain.outbox import Event, record
from domain.reasons import Reason
from domain.rights.copy import drop_copy, write_copy
from domain.rights.corrections import check_wanted, correct
from domain.rights.erasure import erase, has_open_matters, kept_until
from domain.rights.lifecycle import (
    ANSWERED_WITHIN,
    KEPT,
    REQUEST_LIFECYCLE,
    RequestAction,
    RequestState,
)
from domain.rights.models import CorrectedField, DataRequest, Refusal, RequestKind
from domain.rights.visibility import data_request_visible

TOPIC = "data_request"
"""The outbox topic of every change to a data request; the change is the state it has come to."""

PERFORM_JOB = "data_request.perform"


@dataclass(frozen=True)
class Asked:
    """What somebody wants to be done about an elder's data.

    Parameters:
        reason: in their own words.
        field: what is to be corrected, with ``wanted``, what it should be; both or none.
    """

    elder_id: UUID
    kind: RequestKind
    reason: str | None = None
    field: CorrectedField | None = None
    wanted: str | None = None


async def submit(session: AsyncSession, vault: Vault, actor: Actor, asked: Asked) -> DataRequest:
    """Ask for a copy of an elder's data, a correction, or its erasure.

    Raises: NotFound, PermissionDenied, AlreadyExists where the same is asked for already,
        InvalidInput(reason, field or wanted).
    """
    lives = select(col(Elder.region_code)).where(col(Elder.id) == asked.elder_id)
    region_code = await session.scalar(lives.where(elder_visible(actor)))
    if region_code is None:
        raise NotFound("elder_id")
    if not actor.may(Permission.DATA_REQUEST_SUBMIT):
        raise PermissionDenied(action="SUBMIT")
    _check(asked)
    moment = now()
    request = DataRequest(
        elder_id=asked.elder_id,
        region_code=region_code,
        kind=asked.kind,
        asked_by=actor.id,
        asked_at=moment,
        due_on=district_day(moment + ANSWERED_WITHIN),
        reason_cipher=_sealed(vault, asked.reason, "reason"),
        field=asked.field,
        wanted_cipher=_sealed(vault, asked.wanted, "wanted"),
    )
    session.add(request)
    await session.flush()
    record(session, Event(TOPIC, request.id, request.state.value))
    return request


async def withdraw(session: AsyncSession, actor: Actor, request_id: UUID) -> DataRequest:
    """Take back what one has asked for oneself, before it is decided.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed).
    """
    request = await _locked(session, actor, request_id)
    if request.asked_by != actor.id or not actor.may(Permission.DATA_REQUEST_SUBMIT):
        raise PermissionDenied(action=RequestAction.WITHDRAW.value)
    _move(session, request, RequestAction.WITHDRAW)
    return request


async def approve(
    session: AsyncSession, vault: Vault, actor: Actor, request_id: UUID, note: str | None = None
) -> DataRequest:
    """Have it done: a correction at once, a copy or an erasure by a worker.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), ConflictOfInterest
        for whoever asked, in this account or another, InvalidInput(id) for an erasure that must
        wait, InvalidInput(note), AlreadyExists for an id number that somebody else has.
    """
    request = await _decided(session, vault, actor, request_id, RequestAction.APPROVE, note)
    if request.kind is RequestKind.CORRECTION:
        await _correct(session, vault, request)
        _finish(session, request)
        return request
    if request.kind is RequestKind.ERASURE:
        await _refuse_too_early(session, request.elder_id)
    arguments = {"request_id": str(request.id)}
    # A key for each time it is approved: the job that has failed may not be off the queue yet.
    key = f"{PERFORM_JOB}:{request.id}:{request.decided_at}"
    enqueue(session, Job(PERFORM_JOB, arguments, timedelta(0), key))
    return request


async def refuse(
    session: AsyncSession,
    vault: Vault,
    actor: Actor,
    request_id: UUID,
    refusal: Refusal,
    note: str | None = None,
) -> DataRequest:
    """Say no, and why (PIPL, article 50).

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), ConflictOfInterest
        for whoever asked, in this account or another, InvalidInput(note).
    """
    request = await _decided(session, vault, actor, request_id, RequestAction.REFUSE, note)
    request.refusal = refusal
    return request


async def perform(session: AsyncSession, vault: Vault, request_id: UUID) -> None:
    """Carry out what has been approved; nothing, for one that is not, or no longer."""
    request = await _approved(session, request_id)
    if request is None:
        return
    if request.kind is RequestKind.ACCESS:
        request.byte_count = await write_copy(session, vault, request)
        request.expires_at = now() + KEPT
        _finish(session, request)
        return
    # Whoever begins something for the elder now waits, and finds nobody.
    await _locked_elder(session, request.elder_id)
    if await kept_until(session, request.elder_id):
        request.refusal = Refusal.RETENTION
    elif await has_open_matters(session, request.elder_id):
        request.refusal = Refusal.OPEN_MATTERS
    if request.refusal is not None:
        _move(session, request, RequestAction.HALT)
        return
    _finish(session, request)
    await session.flush()
    await erase(session, vault, request.elder_id)
    # Nothing that was copied outlives what it was copied from.
    await _end_copies(session, col(DataRequest.elder_id) == request.elder_id)


async def fail(session: AsyncSession, request_id: UUID) -> None:
    """Give up what has been approved and cannot be carried out, by a fault of ours: who asked sees
    it, and it may be approved again. Nothing, for one that is not approved, or no longer."""
    request = await _approved(session, request_id)
    if request is not None:
        _move(session, request, RequestAction.FAIL)


async def expire(session: AsyncSession) -> int:
    """Drop the copies whose time is over. Returns: how many."""
    return await _end_copies(session, col(DataRequest.expires_at) <= func.now())


def _check(asked: Asked) -> None:
    corrects = asked.kind is RequestKind.CORRECTION
    for name, given in (("field", asked.field), ("wanted", asked.wanted)):
        if (given is not None) != corrects:
            raise InvalidInput(name, reason=Reason.NOT_CONSISTENT)
    if asked.field is not None and asked.wanted is not None:
        check_wanted(asked.field, asked.wanted)


def _sealed(vault: Vault, said: str | None, name: str) -> bytes | None:
    """Raises: InvalidInput(name) for more than is kept."""
    text = lines.note(said, name)
    return None if text is None else vault.seal(text, f"data_request.{name}_cipher")


async def _decided(
    session: AsyncSession,
    vault: Vault,
    actor: Actor,
    request_id: UUID,
    action: RequestAction,
    note: str | None,
) -> DataRequest:
    """The request, locked and moved by somebody who has not asked for it."""
    request = await _locked(session, actor, request_id)
    if not actor.may(Permission.DATA_REQUEST_DECIDE):
        raise PermissionDenied(action=action.value)
    REQUEST_LIFECYCLE.next(request.state, action)
    if await same_person(session, actor, request.asked_by):
        raise ConflictOfInterest("id")
    request.decided_by, request.decided_at = actor.id, now()
    request.note_cipher = _sealed(vault, note, "note")
    _move(session, request, action)
    return request


async def _approved(session: AsyncSession, request_id: UUID) -> DataRequest | None:
    statement = select(DataRequest).where(
        col(DataRequest.id) == request_id, col(DataRequest.state) == RequestState.APPROVED
    )
    return await session.scalar(statement.with_for_update())


async def _locked(session: AsyncSession, actor: Actor, request_id: UUID) -> DataRequest:
    statement = select(DataRequest).where(
        col(DataRequest.id) == request_id, data_request_visible(actor)
    )
    request = await session.scalar(statement.with_for_update(of=DataRequest))
    if request is None:
        raise NotFound("id")
    return request


async def _locked_elder(session: AsyncSession, elder_id: UUID) -> Elder:
    statement = select(Elder).where(col(Elder.id) == elder_id)
    return (await session.scalars(statement.with_for_update())).one()


async def _correct(session: AsyncSession, vault: Vault, request: DataRequest) -> None:
    assert request.field is not None
    assert request.wanted_cipher is not None
    wanted = vault.open(request.wanted_cipher, "data_request.wanted_cipher")
    elder = await _locked_elder(session, request.elder_id)
    assert request.decided_by is not None, "the constraints say so"
    correct(session, vault, elder, request.field, wanted, request.decided_by)


async def _refuse_too_early(session: AsyncSession, elder_id: UUID) -> None:
    until = await kept_until(session, elder_id)
    if until is not None:
        raise InvalidInput("id", reason=Reason.RETENTION, until=str(until))
    if await has_open_matters(session, elder_id):
        raise InvalidInput("id", reason=Reason.OPEN_MATTERS)


async def _end_copies(session: AsyncSession, which: ColumnElement[bool]) -> int:
    """Drop the copies of some requests. Returns: how many."""
    kept = select(DataRequest).where(
        col(DataRequest.state) == RequestState.DONE, col(DataRequest.expires_at).is_not(None), which
    )
    requests = (await session.scalars(kept.with_for_update(skip_locked=True))).all()
    for request in requests:
        await drop_copy(session, request.id)
        _move(session, request, RequestAction.EXPIRE)
    return len(requests)


def _finish(session: AsyncSession, request: DataRequest) -> None:
    request.finished_at = now()
    _move(session, request, RequestAction.FINISH)


def _move(session: AsyncSession, request: DataRequest, action: RequestAction) -> None:
    request.state = REQUEST_LIFECYCLE.next(request.state, action)
    record(session, Event(TOPIC, request.id, request.state.value))

"""What may happen to an export: its owner asks for it and gives it up, a worker writes it.

A worker's turn ends after a few seconds, and the next one is asked for in the transaction of its
last piece. So a worker that is told to stop has little to wait for, several exports take turns, and
whatever dies is taken up behind the last piece that was committed.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.calendar import now
from domain.dropping import dropped
from domain.errors import NotFound, PermissionDenied
from domain.exports.allowance import refuse_too_many
from domain.exports.lifecycle import (
    ENDED,
    EXPORT_LIFECYCLE,
    KEPT,
    UNFINISHED,
    ExportAction,
    ExportState,
)
from domain.exports.models import Export, ExportFailure, ExportPiece
from domain.exports.visibility import export_visible, owner_stands
from domain.jobs import Job, enqueue
from domain.outbox import Event, record

TOPIC = "export"
"""The outbox topic of every change to an export; the change is the action, or PROGRESS."""

PROGRESS = "PROGRESS"

WRITE_JOB = "export.write"

MOST_BYTES = 2**30
"""Of a file; GraphQL's Int holds it."""

REMEMBERED = timedelta(days=7)
"""How long an export is remembered that has no file (any more)."""


@dataclass(frozen=True)
class Wanted:
    """What is to be exported.

    Parameters:
        asked: a query of one list and its variables, sealed (``exports.asked``).
        list_name: the list's field.
        expected_rows: how many rows the list has now.
        language: of what the lines say in words.
    """

    asked: bytes
    list_name: str
    expected_rows: int
    language: str


@dataclass(frozen=True)
class Piece:
    """Whole lines to follow what is written already.

    Parameters:
        starts_at: how many bytes are written before it.
        size: its bytes, as they will be read.
        body: the same, compressed and sealed; None where there is no line.
        cursor: where the list goes on, sealed.
        masked: fields that are null for lack of a permission.
        last: whether the list ends here.
    """

    starts_at: int
    size: int
    body: bytes | None
    rows: int
    cursor: bytes | None
    masked: frozenset[str]
    last: bool


def check_may(actor: Actor) -> None:
    """Raises: PermissionDenied for a role that takes nothing out of the system."""
    if not actor.may(Permission.EXPORT):
        raise PermissionDenied(action=Permission.EXPORT.value)


async def start(session: AsyncSession, actor: Actor, wanted: Wanted) -> Export:
    """Ask for an export.

    Raises: PermissionDenied, also where the account no longer has the token's role or region;
        TooManyExports(blockers: those that are in the way; none where too many were asked for).
    """
    check_may(actor)
    await refuse_too_many(session, actor)
    export = Export(
        account_id=actor.id,
        role=actor.role,
        region_code=actor.region,
        language=wanted.language,
        asked_cipher=wanted.asked,
        list_name=wanted.list_name,
        expected_rows=wanted.expected_rows,
    )
    session.add(export)
    await session.flush()
    if not await _owner_stands(session, export.id):
        raise PermissionDenied(action=Permission.EXPORT.value)
    _ask_for_turn(session, export)
    record(session, Event(TOPIC, export.id, ExportState.WAITING.value))
    return export


async def cancel(session: AsyncSession, actor: Actor, export_id: UUID) -> Export:
    """Give an export up: it stops, and what there is of its file is gone.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed).
    """
    statement = select(Export).where(col(Export.id) == export_id, export_visible(actor))
    export = await session.scalar(statement.with_for_update(of=Export))
    if export is None:
        raise NotFound("id")
    check_may(actor)
    await _move(session, export, ExportAction.CANCEL)
    return export


async def take_turn(session: AsyncSession, export_id: UUID) -> Export | None:
    """The export to go on with; None where there is nothing to write (any more)."""
    export = await _unfinished(session, export_id)
    if export is None or not await _still_allowed(session, export):
        return None
    if export.state is ExportState.WAITING:
        export.started_at = now()
        await _move(session, export, ExportAction.RUN)
    return export


async def append(
    session: AsyncSession, export_id: UUID, piece: Piece, *, turn_ends: bool
) -> Export | None:
    """Write a piece, if it follows what is written and its owner may have it at this moment.

    Parameters:
        turn_ends: another turn goes on from here.

    Returns: the export to go on with; None where there is nothing more to write, or another worker
        is at it.
    """
    export = await _unfinished(session, export_id)
    if export is None or export.byte_count != piece.starts_at:
        return None
    if not await _still_allowed(session, export):
        return None
    if piece.starts_at + piece.size > MOST_BYTES:
        await _fail(session, export, ExportFailure.TOO_LARGE)
        return None
    _add(session, export, piece)
    if piece.last:
        export.finished_at = now()
        export.expires_at = export.finished_at + KEPT
        await _move(session, export, ExportAction.FINISH)
        return None
    if turn_ends:
        _ask_for_turn(session, export)
    record(session, Event(TOPIC, export.id, PROGRESS))
    return export


async def fail(session: AsyncSession, export_id: UUID, failure: ExportFailure) -> None:
    """End an export that cannot be written; nothing for one that has ended."""
    export = await _unfinished(session, export_id)
    if export is not None:
        await _fail(session, export, failure)


async def expire(session: AsyncSession) -> int:
    """Drop the files whose time is over. Returns: how many."""
    over = select(Export).where(
        col(Export.state) == ExportState.DONE, col(Export.expires_at) <= func.now()
    )
    exports = (await session.scalars(over.with_for_update(skip_locked=True))).all()
    for export in exports:
        await _move(session, export, ExportAction.EXPIRE)
    return len(exports)


async def prune(session: AsyncSession) -> int:
    """Forget exports that have long ended without a file. Returns: how many."""
    # The latest moment that is known of it; those that are null are passed over.
    last = func.greatest(col(Export.created_at), col(Export.finished_at), col(Export.expires_at))
    ended = col(Export.state).in_(ENDED)
    return await dropped(session, Export, ended, last < func.now() - REMEMBERED)


async def resume(session: AsyncSession) -> None:
    """Ask for a turn at every export that is not finished.

    A turn that is asked for, or under way, is not asked for twice. So this changes nothing, unless
    the queue has given a job up.
    """
    unfinished = select(Export).where(col(Export.state).in_(UNFINISHED))
    for export in (await session.scalars(unfinished.with_for_update(skip_locked=True))).all():
        _ask_for_turn(session, export)


async def _unfinished(session: AsyncSession, export_id: UUID) -> Export | None:
    statement = select(Export).where(col(Export.id) == export_id, col(Export.state).in_(UNFINISHED))
    return await session.scalar(statement.with_for_update())


async def _still_allowed(session: AsyncSession, export: Export) -> bool:
    """Whether the owner may still have it; the export has failed where not."""
    owner = Actor(export.account_id, export.role, export.region_code)
    if owner.may(Permission.EXPORT) and await _owner_stands(session, export.id):
        return True
    await _fail(session, export, ExportFailure.RIGHTS_WITHDRAWN)
    return False


async def _owner_stands(session: AsyncSession, export_id: UUID) -> bool:
    statement = select(col(Export.id)).where(col(Export.id) == export_id, owner_stands())
    return await session.scalar(statement) is not None


async def _fail(session: AsyncSession, export: Export, failure: ExportFailure) -> None:
    export.failure, export.finished_at = failure, now()
    await _move(session, export, ExportAction.FAIL)


async def _move(session: AsyncSession, export: Export, action: ExportAction) -> None:
    """Along the lifecycle; what was asked for, names of people maybe, stays while it is written."""
    export.state = EXPORT_LIFECYCLE.next(export.state, action)
    if export.state not in UNFINISHED:
        export.asked_cipher = export.cursor_cipher = None
    if export.state in ENDED:
        await session.execute(delete(ExportPiece).where(col(ExportPiece.export_id) == export.id))
    record(session, Event(TOPIC, export.id, action.value))


def _add(session: AsyncSession, export: Export, piece: Piece) -> None:
    if piece.body is not None:
        session.add(
            ExportPiece(
                export_id=export.id,
                starts_at=piece.starts_at,
                size=piece.size,
                body=piece.body,
            )
        )
    export.byte_count += piece.size
    export.row_count += piece.rows
    export.cursor_cipher = piece.cursor
    export.masked = ",".join(sorted({*filter(None, export.masked.split(",")), *piece.masked}))


def _ask_for_turn(session: AsyncSession, export: Export) -> None:
    """Each turn has a key of its own: a job that runs would keep the next of its key away."""
    arguments = {"export_id": str(export.id)}
    key = f"{WRITE_JOB}:{export.id}:{export.byte_count}"
    enqueue(session, Job(WRITE_JOB, arguments, timedelta(0), key))

"""A file is brought, entered once it was found good, or given up."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.accounts.attempts import Limit
from domain.accounts.models import Account
from domain.calendar import now
from domain.crypto import Vault, place
from domain.dropping import dropped
from domain.errors import InvalidInput, NotFound, PermissionDenied, TooManyImports
from domain.ids import public_id
from domain.imports.lifecycle import (
    APPLIED_WITHIN,
    AT_WORK,
    IMPORT_LIFECYCLE,
    OPEN,
    PERMISSION_FOR,
    REMEMBERED,
    ImportAction,
    ImportState,
)
from domain.imports.models import ElderImport, ElderImportFault, ImportFailure
from domain.imports.sheets import looks_readable
from domain.imports.visibility import elder_import_visible
from domain.jobs import Job, enqueue
from domain.outbox import Event, record
from domain.reasons import Reason

TOPIC = "elder_import"
"""The outbox topic of every change to an import; the change is the action, or one of these."""

BROUGHT_IN, PROGRESS = "BRING", "PROGRESS"

WORK_JOB = "elder_import.work"

MOST_ATTEMPTS = 3
"""How many workers begin at a file: one that has ended each of them would end the next, too. What
the database has ended is not counted."""

MOST_OPEN = 3
"""Files of an account that are kept at a time."""

BROUGHT = Limit(at_once=20, seconds=180)
"""Files of an account, whatever becomes of them: who tries ids out comes to few."""

_FILE = "elder_import.file_cipher"


async def bring(session: AsyncSession, vault: Vault, actor: Actor, content: bytes) -> ElderImport:
    """Take a file, to be looked through by a worker.

    Raises: PermissionDenied, InvalidInput for what is no spreadsheet at all, TooManyImports
        (blockers: those that are in the way).
    """
    check_may(actor)
    if not looks_readable(content):
        raise InvalidInput(None, reason=Reason.SPREADSHEET)
    await _refuse_too_many(session, actor)
    brought = ElderImport(
        account_id=actor.id,
        role=actor.role,
        region_code=actor.region,
        file_cipher=vault.seal_bytes(content, place(_FILE, actor.id)),
    )
    session.add(brought)
    await session.flush()
    _ask_for_work(session, brought)
    record(session, Event(TOPIC, brought.id, BROUGHT_IN))
    return brought


async def apply(session: AsyncSession, actor: Actor, import_id: UUID) -> ElderImport:
    """Have the elders of a file that was found good entered, all of them or none.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed).
    """
    found = await _owned(session, actor, import_id)
    move(session, found, ImportAction.APPLY)
    found.attempts = found.done_count = 0
    _ask_for_work(session, found)
    return found


async def cancel(session: AsyncSession, actor: Actor, import_id: UUID) -> ElderImport:
    """Give an import up that has not ended: nothing is entered, and the file is gone.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed).
    """
    found = await _owned(session, actor, import_id)
    move(session, found, ImportAction.CANCEL)
    return found


def available_actions(actor: Actor, state: ImportState) -> list[ImportAction]:
    """What the actor may do with an import of theirs in a state, in the lifecycle's order."""
    return [
        action
        for action in IMPORT_LIFECYCLE.actions(state)
        if action in PERMISSION_FOR and actor.may(PERMISSION_FOR[action])
    ]


def check_may(actor: Actor) -> None:
    """Raises: PermissionDenied for a role that brings no registers."""
    if not actor.may(Permission.ELDER_IMPORT):
        raise PermissionDenied(action=Permission.ELDER_IMPORT.value)


def move(session: AsyncSession, found: ElderImport, action: ImportAction) -> None:
    """Along the lifecycle; once an import has ended, its file is gone.

    Raises: IllegalTransition.
    """
    found.state = IMPORT_LIFECYCLE.next(found.state, action)
    if found.state not in OPEN:
        found.file_cipher, found.finished_at = None, now()
    record(session, Event(TOPIC, found.id, action.value))


async def at_work(
    session: AsyncSession, import_id: UUID, *, lock: bool = True
) -> ElderImport | None:
    """An import that a worker has something to do about, as it is now; None where there is none
    (any more).

    Parameters:
        lock: until the transaction ends. Whoever works long does not, that its owner may give it
            up and see how far it has got.
    """
    wanted = select(ElderImport).where(
        col(ElderImport.id) == import_id, col(ElderImport.state).in_(AT_WORK)
    )
    wanted = wanted.execution_options(populate_existing=True)
    return await session.scalar(wanted.with_for_update() if lock else wanted)


async def begin(session: AsyncSession, vault: Vault, import_id: UUID) -> bytes | None:
    """The file of an import that a worker begins at, which is counted: whatever ends the worker,
    its own count of tries ends with it.

    Returns: None where there is nothing to do (any more).
    """
    found = await at_work(session, import_id)
    if found is None:
        return None
    if found.attempts >= MOST_ATTEMPTS:
        await fail(session, import_id, ImportFailure.INTERRUPTED)
        return None
    found.attempts += 1
    return file_of(found, vault)


async def uncount(session: AsyncSession, import_id: UUID) -> None:
    """A beginning of which only the database's going away has come is as if it had not been."""
    found = await at_work(session, import_id)
    if found is not None and found.attempts:
        found.attempts -= 1


async def is_tried_out(session: AsyncSession, import_id: UUID) -> bool:
    """Whether no other worker is to begin at an import."""
    found = await at_work(session, import_id, lock=False)
    return found is not None and found.attempts >= MOST_ATTEMPTS


async def note_progress(session: AsyncSession, import_id: UUID, done: int) -> None:
    """Tell how many rows a worker is through with."""
    reached = update(ElderImport).where(
        col(ElderImport.id) == import_id, col(ElderImport.state).in_(AT_WORK)
    )
    await session.execute(reached.values(done_count=done))
    record(session, Event(TOPIC, import_id, PROGRESS))


def file_of(found: ElderImport, vault: Vault) -> bytes:
    """The file of an import that has not ended."""
    assert found.file_cipher is not None
    return vault.open_bytes(found.file_cipher, place(_FILE, found.account_id))


async def fail(session: AsyncSession, import_id: UUID, failure: ImportFailure) -> None:
    """End an import whose rows are not even looked at; nothing for one that has ended."""
    found = await at_work(session, import_id)
    if found is not None:
        found.failure = failure
        move(session, found, ImportAction.FAIL)


async def tidy(session: AsyncSession) -> None:
    """Drop files that were found good and never entered, and ask for work that is not done: what
    is asked for, or under way, is not asked for twice."""
    over = select(ElderImport).where(
        col(ElderImport.state) == ImportState.CHECKED,
        col(ElderImport.checked_at) < func.now() - APPLIED_WITHIN,
    )
    for found in (await session.scalars(over.with_for_update(skip_locked=True))).all():
        move(session, found, ImportAction.EXPIRE)
    waiting = select(ElderImport).where(col(ElderImport.state).in_(AT_WORK))
    for found in (await session.scalars(waiting.with_for_update(skip_locked=True))).all():
        _ask_for_work(session, found)


async def prune(session: AsyncSession) -> int:
    """Forget imports that have long ended. Returns: how many."""
    over = col(ElderImport.finished_at) < func.now() - REMEMBERED
    ended = select(col(ElderImport.id)).where(over)
    await session.execute(
        delete(ElderImportFault).where(col(ElderImportFault.import_id).in_(ended))
    )
    return await dropped(session, ElderImport, over)


async def _owned(session: AsyncSession, actor: Actor, import_id: UUID) -> ElderImport:
    seen = select(ElderImport).where(col(ElderImport.id) == import_id, elder_import_visible(actor))
    found = await session.scalar(seen.with_for_update(of=ElderImport))
    if found is None:
        raise NotFound("id")
    check_may(actor)
    return found


async def _refuse_too_many(session: AsyncSession, actor: Actor) -> None:
    """Until the transaction ends nobody else takes the room that there is."""
    # Of two at a time the second waits here, and then counts the first.
    account = select(col(Account.id)).where(col(Account.id) == actor.id)
    await session.execute(account.with_for_update(key_share=True))
    kept = select(col(ElderImport.id)).where(
        col(ElderImport.account_id) == actor.id, col(ElderImport.state).in_(OPEN)
    )
    keys = (await session.scalars(kept.order_by(col(ElderImport.id)))).all()
    if len(keys) >= MOST_OPEN:
        blockers = [public_id("elder_import", key) for key in keys]
        raise TooManyImports(blockers=blockers, most=MOST_OPEN)


def _ask_for_work(session: AsyncSession, found: ElderImport) -> None:
    """To check it and to enter it have keys of their own: one that runs would keep the other
    away."""
    key = f"{WORK_JOB}:{found.id}:{found.state}"
    enqueue(session, Job(WORK_JOB, {"import_id": str(found.id)}, timedelta(0), key))

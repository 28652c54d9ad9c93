"""``yiyang work``: runs the durable jobs that transactions have asked for.

A job is taken by one worker at a time and may run twice if a worker dies over it, so each
handler changes nothing the second time.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from contextlib import AsyncExitStack, contextmanager, suppress
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from pgqueuer import PgQueuer, RetryRequested
from pgqueuer.models import Job, Schedule
from sqlalchemy.ext.asyncio import AsyncSession

from domain import buckets, idempotency
from domain.accounts import attempts, granting, revocations, sign_in_codes
from domain.canary import service as canary
from domain.clients import proofs
from domain.crypto import Vault
from domain.database import AS_SERVICE, Database
from domain.devices.retention import Retention
from domain.emergency.calling import EmergencyServices
from domain.exports import service as exports
from domain.imports import service as imports
from domain.merges import service as merges
from domain.notifications import telling as notifications
from domain.outage import DRIVER_ERRORS, is_outage
from domain.rights import service as rights
from domain.sessions import provider_logout
from domain.sessions import service as sessions
from domain.upstream import service as upstream
from domain.visits.sweeping import MISSED_AFTER
from domain.webhooks import delivery as webhooks
from domain.webhooks.sending import Sender
from yiyang.dues import HOLDS, WINDOWS, keep_settling
from yiyang.emergencies import keep_calling
from yiyang.escalating import keep_escalating
from yiyang.importing import register_imports
from yiyang.listening import keep_listening
from yiyang.messengers import Messengers
from yiyang.reporting import Reporting, keep_reporting
from yiyang.sealing import keep_sealing
from yiyang.telling import keep_telling
from yiyang.tending import keep_tending
from yiyang.visiting import register_visits
from yiyang.watchkeeping import keep_watching

log = logging.getLogger("yiyang.worker")

OUTBOX_KEPT = timedelta(days=7)
"""How far back a subscriber may resume."""

Prune = Callable[[AsyncSession], Awaitable[int]]
"""Drops what is kept no longer; how many rows that were."""

_PRUNED: tuple[tuple[str, int, Prune], ...] = (
    ("outbox", 17, lambda session: upstream.prune_outbox(session, OUTBOX_KEPT)),
    ("idempotency", 27, idempotency.prune),
    ("buckets", 37, buckets.prune),
    ("exports", 47, exports.prune),
    ("imports", 42, imports.prune),
    ("merges", 2, merges.forget),
    ("canary", 32, canary.prune),
    ("revocations", 57, revocations.prune),
    ("data_requests", 7, rights.expire),
    ("sign_in_codes", 13, sign_in_codes.prune),
    ("assertions", 7, proofs.prune),
    ("attempts", 7, attempts.prune),
    ("webhooks", 12, webhooks.prune),
    ("notifications", 22, notifications.prune),
    ("sessions", 52, sessions.prune),
    ("provider_logouts", 22, provider_logout.prune),
)
"""What, and at which minute of each hour."""

Run = Callable[[AsyncSession, Mapping[str, Any]], Awaitable[Any]]
"""Does a job in a transaction, by its arguments."""

_JOBS: Mapping[str, Run] = {
    granting.END_JOB: lambda session, given: granting.void_if_over(
        session, UUID(given["account_id"])
    ),
}
"""Jobs that are one transaction each."""

_LONGEST_SLEEP = timedelta(seconds=1)
_RETRY_SECONDS = 2
_RETRY_AFTER = timedelta(seconds=2)

_TRIES = 5
"""How often a data request is tried that fails by a fault of ours; what fails as the database is
away is tried until it is back."""

REQUEUED = "* * * * *"
"""When jobs are asked for again that the queue has given up, as cron says it."""

DEAD_AFTER = timedelta(seconds=30)
"""How long a worker may be silent before its jobs are taken by others."""

_EXPORTS_AT_ONCE = 2
"""How many turns of exports are taken at a time, by all workers together: alarms come first."""


async def work(
    database_url: str,
    ready: Callable[[], None],
    vault: Vault | None = None,
    sender: Sender | None = None,
    audit_log: Path | None = None,
    kept: Retention | None = None,
    messengers: Messengers | None = None,
    reporting: Reporting | None = None,
    emergency: EmergencyServices | None = None,
    missed_after: timedelta = MISSED_AFTER,
) -> None:
    """Run jobs until cancelled; a database that goes away is waited for.

    Parameters:
        ready: called each time the worker has begun to take jobs.
        vault: opens and seals what is exported; exports are left to other workers if None.
        sender: takes webhooks' messages out; webhooks are left to others if it or the vault is
            None.
        audit_log: file that the audit trail's sealed heads go to; nowhere if None.
        kept: how long what devices sent is kept; its partitions are left to others if None.
        messengers: tell people of alarms; that is left to others if they or the vault are None.
        reporting: the platform upstream that is told what happens; left to others if None.
        emergency: called for what may cost a life; nobody is if it or the vault is None.
        missed_after: how long after its time a claimed visit becomes a no-show.
    """
    database = Database(database_url, pool_size=5)
    async with AsyncExitStack() as parts:
        parts.push_async_callback(database.close)

        def keep(part: Coroutine[Any, Any, None]) -> None:
            parts.push_async_callback(_ended, asyncio.create_task(part))

        keep(keep_sealing(database_url, audit_log))
        keep(keep_listening(database))
        if kept is not None:
            keep(keep_tending(database, kept))
        if reporting is not None:
            keep(keep_reporting(database, reporting))
        keep(keep_escalating(database))
        keep(keep_settling(database, HOLDS))
        keep(keep_settling(database, WINDOWS))
        if vault is not None and sender is not None:
            keep(_tell_webhooks(database, vault, sender))
        if vault is not None and messengers is not None:
            keep(keep_telling(database, vault, messengers))
        if vault is not None and emergency is not None:
            keep(keep_calling(database, vault, emergency))
        keep(keep_watching(database))
        await _keep_working(database, vault, ready, missed_after)


async def _tell_webhooks(database: Database, vault: Vault, sender: Sender) -> None:
    """Until cancelled; a fault of ours is logged, and it goes on where the database says."""
    # The whole schema comes with it: alarms must not wait until it is there.
    delivering: Any = await asyncio.to_thread(import_module, "api.webhooks.delivering")
    while True:
        try:
            await delivering.Deliverer(database, vault, sender).run()
        except Exception:
            log.exception("webhooks are interrupted")
        await asyncio.sleep(_RETRY_SECONDS)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _keep_working(
    database: Database, vault: Vault | None, ready: Callable[[], None], missed_after: timedelta
) -> None:
    """Until cancelled."""
    while True:
        try:
            await _work_on_one_connection(database, vault, ready, missed_after)
        except DRIVER_ERRORS as error:
            log.warning("The database is away, trying again: %s", error)
        await asyncio.sleep(_RETRY_SECONDS)


async def _work_on_one_connection(
    database: Database,
    vault: Vault | None,
    ready: Callable[[], None],
    missed_after: timedelta,
) -> None:
    connection = await asyncpg.connect(database.url, server_settings=AS_SERVICE)
    try:
        queue = PgQueuer.from_asyncpg_connection(connection)
        _register(queue, database)
        _register_requeue(queue)
        register_visits(queue, database, missed_after)
        if vault is not None:
            _register_exports(queue, database, vault)
            _register_rights(queue, database, vault)
            register_imports(queue, database, vault, _tried_again)
        ready()
        await queue.run(dequeue_timeout=_LONGEST_SLEEP, heartbeat_timeout=DEAD_AFTER)
    finally:
        connection.terminate()


def _register(queue: PgQueuer, database: Database) -> None:
    for name, run in _JOBS.items():
        _register_job(queue, database, name, run)
    for name, minute, prune in _PRUNED:
        _register_prune(queue, database, name, minute, prune)


def _register_job(queue: PgQueuer, database: Database, name: str, run: Run) -> None:
    @queue.entrypoint(name, on_failure="hold")
    async def work(job: Job) -> None:  # pyright: ignore[reportUnusedFunction] # registered
        with _tried_again(job):
            arguments = json.loads(job.payload or b"{}")
            async with database.transaction("worker") as session:
                await run(session, arguments)


@contextmanager
def _tried_again(job: Job) -> Generator[None, None, None]:
    """A job that fails is tried again: without this the queue would give it up, and with it
    someone's call for help."""
    try:
        yield
    except Exception:
        log.exception("job %s failed and is tried again", job.id)
        # The queue keeps for good what it is told: the words of a cause may quote values.
        raise RetryRequested(_RETRY_AFTER) from None


def _register_requeue(queue: PgQueuer) -> None:
    """Jobs are held whose next try the queue could not write: to be lost they are too dear."""

    @queue.schedule("jobs.requeue", REQUEUED)
    async def requeue(_: Schedule) -> None:  # pyright: ignore[reportUnusedFunction] # registered
        for job in await queue.qm.queries.list_failed_jobs(order="ASC"):
            # The same may have been asked for anew: then this one waits until that is done.
            with suppress(asyncpg.UniqueViolationError):
                await queue.qm.queries.requeue_jobs([job.id])
                log.warning("job %s had been given up, and is tried again", job.id)


def _register_prune(
    queue: PgQueuer, database: Database, name: str, minute: int, prune: Prune
) -> None:
    @queue.schedule(f"{name}.prune", f"{minute} * * * *")
    async def drop(_: Schedule) -> None:  # pyright: ignore[reportUnusedFunction] # registered
        async with database.transaction("worker") as session:
            dropped = await prune(session)
        log.info("%s: dropped %d old rows", name, dropped)


def _register_exports(queue: PgQueuer, database: Database, vault: Vault) -> None:
    @queue.entrypoint(exports.WRITE_JOB, concurrency_limit=_EXPORTS_AT_ONCE)
    async def write(job: Job) -> None:  # pyright: ignore[reportUnusedFunction] # registered
        with _tried_again(job):
            export_id = UUID(json.loads(job.payload or b"{}")["export_id"])
            # The whole schema comes with it: alarms must not wait until it is there.
            writing: Any = await asyncio.to_thread(import_module, "api.exports.writing")
            await writing.Writer(database, vault).take_turn(export_id)

    @queue.schedule("exports.tidy", "*/5 * * * *")
    async def tidy(_: Schedule) -> None:  # pyright: ignore[reportUnusedFunction] # registered
        async with database.transaction("worker") as session:
            dropped = await exports.expire(session)
            await exports.resume(session)
        log.info("dropped the files of %d exports", dropped)


def _register_rights(queue: PgQueuer, database: Database, vault: Vault) -> None:
    @queue.entrypoint(rights.PERFORM_JOB, concurrency_limit=1, on_failure="hold")
    async def perform(job: Job) -> None:  # pyright: ignore[reportUnusedFunction] # registered
        with _tried_again(job):
            request_id = UUID(json.loads(job.payload or b"{}")["request_id"])
            try:
                async with database.transaction("worker") as session:
                    await rights.perform(session, vault, request_id)
            except Exception as failure:
                if is_outage(failure) or job.attempts + 1 < _TRIES:
                    raise
                log.exception("data request %s cannot be carried out", request_id)
                async with database.transaction("worker") as session:
                    await rights.fail(session, request_id)

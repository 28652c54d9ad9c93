"""Registers that people bring: a worker looks them through and enters them."""

import json
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

from pgqueuer import PgQueuer
from pgqueuer.models import Job, Schedule

from domain.crypto import Vault
from domain.database import Database
from domain.imports import entering, service
from domain.imports.models import ImportFailure
from domain.outage import is_outage

log = logging.getLogger("yiyang.imports")


def register_imports(
    queue: PgQueuer,
    database: Database,
    vault: Vault,
    tried_again: Callable[[Job], AbstractContextManager[None]],
) -> None:
    """Have files worked on, one at a time over all workers: alarms come first.

    Parameters:
        tried_again: what a job that fails runs in.
    """

    @queue.entrypoint(service.WORK_JOB, concurrency_limit=1, on_failure="hold")
    async def work(job: Job) -> None:  # pyright: ignore[reportUnusedFunction] # registered
        with tried_again(job):
            import_id = UUID(json.loads(job.payload or b"{}")["import_id"])
            try:
                await entering.work_on(database, vault, import_id)
            except Exception as failure:
                if is_outage(failure) or not await entering.tried_out(database, import_id):
                    raise
                log.exception("import %s cannot be carried out", import_id)
                await entering.give_up(database, import_id, ImportFailure.INTERNAL)

    @queue.schedule("imports.tidy", "*/5 * * * *")
    async def tidy(_: Schedule) -> None:  # pyright: ignore[reportUnusedFunction] # registered
        async with database.transaction("worker") as session:
            await service.tidy(session)

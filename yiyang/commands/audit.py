"""``yiyang audit``: whether the audit trail is as it was written."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yiyang.failures import Failure
from yiyang.runtime import AUDIT_LOG, running_in
from yiyang.settings import settings_of_environment

if TYPE_CHECKING:
    from domain.audit.verifying import Finding, Verdict

TAMPERED = 3
"""The exit code of a trail that is not as it was written."""

app = typer.Typer(help="The audit trail: whether it is as it was written.", no_args_is_help=True)


@app.callback()
def audit() -> None:
    """A command of its own each, however few there are."""


@app.command()
def verify(
    log: Annotated[
        Path | None, typer.Option(help="The log of sealed heads; YIYANG_AUDIT_LOG otherwise.")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder of a running demo, instead of the settings.")
    ] = None,
) -> None:
    """Walk the sealed trail and name the first row that is not as it was (needs
    YIYANG_DATABASE_URL). Ends with 0 where all is well, with 3 where it is not, and with 1 where
    it could not be looked at."""
    url, kept = _place(data_dir)
    chosen = log or kept
    if chosen is not None and not chosen.exists():
        raise Failure(f"there is no log at {chosen}.")
    verdict = asyncio.run(_verified(url, chosen))
    if verdict.finding is not None:
        typer.echo(_told(verdict.finding))
        raise typer.Exit(TAMPERED)
    typer.echo(f"{verdict.walked} entries are as they were written; {verdict.waiting} not sealed.")
    if chosen is None:
        typer.echo("Without a log (YIYANG_AUDIT_LOG) nobody can tell if the end was cut off.")
    elif verdict.known < verdict.walked:
        typer.echo(f"The log has no more than the first {verdict.known} of them.")


def _place(data_dir: Path | None) -> tuple[str, Path | None]:
    """Where the trail is, and the log of its heads if there is one."""
    if data_dir is not None:
        return running_in(data_dir).database, data_dir / AUDIT_LOG
    settings = settings_of_environment()
    return settings.need("database_url"), settings.audit_log


async def _verified(url: str, path: Path | None) -> "Verdict":
    from domain.audit import verifying
    from domain.audit.chain import connect
    from domain.audit.heads import BadLine, HeadLog
    from domain.outage import DRIVER_ERRORS
    from yiyang.progress import Progress

    progress = Progress()
    try:
        connection = await connect(url)
    except DRIVER_ERRORS as error:
        raise Failure(f"the database cannot be looked at: {error}") from error
    try:
        log = HeadLog(path) if path else None
        # What the log has by now is in the database by now.
        heads = log.heads(before=log.size()) if log else iter(())
        return await verifying.verify(
            connection, heads, lambda done, total: progress.count(done, total, "entries")
        )
    except BadLine as error:
        raise Failure(f"the log at {path} was tampered with: {error}.") from error
    finally:
        progress.finish()
        await connection.close()


def _told(finding: "Finding") -> str:
    from domain.audit.verifying import Tampering

    entry, place = f"Entry {finding.entry_id}", f"place {finding.seq}"
    match finding.tampering:
        case Tampering.CHANGED:
            return f"{entry} ({place}) was changed."
        case Tampering.DELETED:
            return f"{entry} ({place}) was deleted."
        case Tampering.UNLINKED:
            return f"The link at {place} of the chain was deleted."
        case Tampering.INSERTED:
            return f"{entry} was inserted past the service."
        case Tampering.VANISHED:
            return f"{entry} was deleted before it was sealed."
        case Tampering.REWRITTEN:
            return f"The chain is not the one in the log from {place} on: it was rewritten."
        case Tampering.CUT:
            return f"The chain ends before {place}: its end was cut off."

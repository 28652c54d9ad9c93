"""``yiyang upstream``: how what is told upstream stands, and what to do where it does not go on."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import typer

from yiyang.commands.reaching import reached
from yiyang.failures import Failure
from yiyang.settings import settings_of_environment

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from domain.upstream.models import UpstreamRefusal
    from domain.upstream.service import Standing

app = typer.Typer(
    help="The platform upstream: how far it has been told (needs YIYANG_DATABASE_URL).",
    no_args_is_help=True,
)


@app.command()
def status() -> None:
    """Print how it stands, as JSON; exit code 3 where it has stopped or changes were lost."""
    from domain.upstream import service
    from yiyang.reporting import PROVINCE

    found = _run(lambda session: service.standing(session, PROVINCE))
    print(json.dumps(_standing(found)))
    for refusal in found.refused:
        print(json.dumps(_refusal(refusal)))
    if found.row.stopped_at is not None or found.lost:
        raise typer.Exit(3)


@app.command()
def resume() -> None:
    """Go on at once, whatever has failed."""
    from domain.upstream import service
    from yiyang.reporting import PROVINCE

    _run(lambda session: service.resume(session, PROVINCE))


@app.command()
def skip() -> None:
    """Put the next change aside without sending it, and print which."""
    from domain.upstream import service
    from yiyang.reporting import PROVINCE

    skipped = _run(lambda session: service.skip(session, PROVINCE))
    if skipped is None:
        raise Failure("nothing waits.")
    print(json.dumps(_refusal(skipped)))


def _standing(found: "Standing") -> dict[str, Any]:
    row = found.row
    return {
        "position": row.position,
        "waiting": found.waiting,
        "oldest": found.oldest and found.oldest.isoformat(),
        "lost": found.lost,
        "failures": row.failures,
        "fault": row.last_fault,
        "stopped_at": row.stopped_at and row.stopped_at.isoformat(),
        "refused": len(found.refused),
    }


def _refusal(refusal: "UpstreamRefusal") -> dict[str, Any]:
    from domain.ids import public_id

    return {
        "position": refusal.position,
        "id": public_id(refusal.topic, refusal.subject_id),
        "change": refusal.change,
        "reason": refusal.reason,
        "refused_at": refusal.refused_at.isoformat(),
    }


def _run(do: "Callable[[AsyncSession], Awaitable[Any]]") -> Any:
    """What a verb gives, once its transaction has committed. Raises: SettingsError, Failure."""
    return asyncio.run(_committed(do, settings_of_environment().need("database_url")))


async def _committed(do: "Callable[[AsyncSession], Awaitable[Any]]", url: str) -> Any:
    from domain.errors import NotFound

    try:
        async with reached(url) as database, database.transaction("operator") as session:
            return await do(session)
    except NotFound as error:
        raise Failure(
            "nothing has been told upstream yet: no worker has YIYANG_UPSTREAM_URL."
        ) from error

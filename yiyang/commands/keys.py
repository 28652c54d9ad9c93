"""``yiyang keys``: which keys personal data is sealed with, and sealing it anew."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import typer

from yiyang.commands.reaching import reached
from yiyang.failures import Failure
from yiyang.settings import settings_of_environment

if TYPE_CHECKING:
    from domain.crypto import Vault
    from domain.database import Database
    from domain.rotation import SealedColumn
    from yiyang.progress import Progress

app = typer.Typer(
    help="Keys of personal data: which are in use, rotation. Keys of tokens: a new one."
)


@app.command()
def status() -> None:
    """Print how many values each key has sealed, and which keys may go (needs
    YIYANG_DATABASE_URL, _DATA_KEYS and _HASH_KEY)."""
    asyncio.run(_with_database(_status))


@app.command()
def rotate() -> None:
    """Seal with the first of YIYANG_DATA_KEYS what an older one has sealed. The service may run
    meanwhile; stopped at any moment, it goes on where it was."""
    asyncio.run(_with_database(_rotate))


@app.command()
def index() -> None:
    """Hash what elders of before are looked up by: the ends of their id numbers. Once, after the
    upgrade that brought this search; the service may run meanwhile."""
    asyncio.run(_with_database(_index))


@app.command()
def token() -> None:
    """Print a new key for signing access tokens, and what to do with it."""
    from api.auth.tokens import TokenKey

    print(json.dumps(TokenKey.new_jwk()))
    print(_STEPS, file=sys.stderr)


_STEPS = """\
YIYANG_TOKEN_KEY may hold several keys, {"keys": [first, second, …]}: the first signs, all verify.
Restart every `yiyang serve` after each step.
1. Put this one last. It is published at /oauth/jwks; wait for 10 minutes, until whoever verifies
   our tokens by themselves has read it.
2. Put it first: it signs now. Wait until the last token of the old key is over, 30 days at most.
3. Leave the old key out. Tokens that it signed are void. After a theft do this at once."""


async def _status(database: "Database", vault: "Vault") -> None:
    from domain.metadata import METADATA
    from domain.rotation import counted, sealed_columns

    used: set[str] = set()
    for column in sealed_columns(METADATA):
        for key, number in sorted((await counted(database, column)).items()):
            known = "" if key in vault.keys else "  (not in YIYANG_DATA_KEYS: cannot be opened)"
            print(f"{column}  {key}  {number}{known}")
            used.add(key)
    for key in vault.keys:
        if key == vault.current:
            print(f"{key}: seals")
        elif key in used:
            print(f"{key}: still needed; run `yiyang keys rotate`")
        else:
            print(f"{key}: nothing in the database needs it any more")


async def _index(database: "Database", vault: "Vault") -> None:
    from domain.elders.indexing import index_numbers

    done = 0
    while hashed := await index_numbers(database, vault):
        done += hashed
    print(f"{done} entries can be found by the end of their number now.")


async def _rotate(database: "Database", vault: "Vault") -> None:
    from domain.metadata import METADATA
    from domain.rotation import sealed_columns
    from yiyang.progress import Progress

    progress, broken = Progress(), list[str]()
    try:
        for column in sealed_columns(METADATA):
            broken += await _rotate_column(database, vault, column, progress)
    finally:
        progress.finish()
    for name in broken:
        print(f"does not open: {name}", file=sys.stderr)
    if broken:
        raise Failure(
            f"{len(broken)} values do not open with any of YIYANG_DATA_KEYS and stay as they are."
        )
    await _status(database, vault)


async def _rotate_column(
    database: "Database", vault: "Vault", column: "SealedColumn", progress: "Progress"
) -> list[str]:
    from domain.rotation import Rotation, counted

    found = await counted(database, column)
    total, done = sum(found.values()) - found.get(vault.current, 0), 0
    if not total:
        return []

    def count(rows: int) -> None:
        nonlocal done
        done += rows
        progress.count(min(done, total), total, str(column))

    return await Rotation(database, vault, column, count).run()


async def _with_database(
    do: "Callable[[Database, Vault], Coroutine[Any, Any, None]]",
) -> None:
    settings = settings_of_environment()
    vault = settings.need_vault()
    async with reached(settings.need("database_url")) as database:
        await do(database, vault)

"""Parts of the system as processes of their own, on the test's database."""

import asyncio
import base64
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx

from domain.crypto import Vault
from tests.clients import Api
from tests.waiting import until

START_SECONDS = 90.0
"""On a busy machine."""

CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"


def environment(database_url: str, vault: Vault, **more: str) -> dict[str, str]:
    """What a process is told.

    Parameters:
        more: settings, without ``YIYANG_``.
    """
    keys = ", ".join(
        f'"{name}": "{base64.b64encode(one).decode()}"' for name, one in vault.keys.items()
    )
    settings = {
        "DATABASE_URL": database_url,
        "DATA_KEYS": f"{{{keys}}}",
        "HASH_KEY": base64.b64encode(vault.hash_key).decode(),
        **more,
    }
    return {**os.environ, **{f"YIYANG_{name}": value for name, value in settings.items()}}


@asynccontextmanager
async def running(
    *parts: str, told: Mapping[str, str], log: Path
) -> AsyncGenerator[list[asyncio.subprocess.Process], None]:
    """Processes such as `yiyang serve`, until the end; who has been killed is waited for.

    Parameters:
        told: their environment.
        log: what they say is added to it.
    """
    with log.open("ab") as written:
        started = [
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "yiyang", part),
                env=told,
                stdout=written,
                stderr=asyncio.subprocess.STDOUT,
            )
            for part in parts
        ]
        try:
            yield started
        finally:
            for process in started:
                if process.returncode is None:
                    process.terminate()
            for process in started:
                await process.wait()


async def begun(api: Api) -> None:
    """Wait until `yiyang serve` answers."""

    async def healthy() -> bool:
        try:
            return (await api.http.get(f"http://127.0.0.1:{api.port}/health")).is_success
        except httpx.TransportError:
            return False

    await until(healthy, START_SECONDS)


@asynccontextmanager
async def database_away(cluster: str, database_url: str) -> AsyncGenerator[None, None]:
    """The database takes no connections, and has cut all that there were."""
    admin, name = await asyncpg.connect(cluster), database_url.rpartition("/")[2]
    await admin.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
    await admin.execute(CUT, name)
    try:
        yield
    finally:
        await admin.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
        await admin.close()


@asynccontextmanager
async def impatient(cluster: str, database_url: str, *tables: str) -> AsyncGenerator[None, None]:
    """Statements on some tables come to nothing: somebody has locked them, and the database gives
    a statement a tenth of a second."""
    admin, name = await asyncpg.connect(cluster), database_url.rpartition("/")[2]
    holder = await asyncpg.connect(database_url)
    await admin.execute(f"ALTER DATABASE {name} SET statement_timeout = '100ms'")
    await admin.execute(f"{CUT} AND pid <> $2", name, holder.get_server_pid())
    try:
        async with holder.transaction():
            await holder.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await admin.execute(f"ALTER DATABASE {name} RESET statement_timeout")
        await admin.execute(CUT, name)
        await admin.close()
        holder.terminate()

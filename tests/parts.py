"""Parts of the system as processes of their own, on the test's database."""

import asyncio
import base64
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from domain.crypto import Vault


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

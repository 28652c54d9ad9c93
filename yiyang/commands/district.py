"""Commands that look at a running demo: tokens, devices, a press, the live board."""

import json
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from api.auth.scopes import ALL
from domain.access import Role
from domain.database import Database
from yiyang import keys, tokens
from yiyang.commands.device_words import key_of, kind_named
from yiyang.district.cast import find_cast
from yiyang.failures import Failure
from yiyang.keys import DEVICE_LOGIN, DevelopmentKeys
from yiyang.runtime import Running, running_in
from yiyang.settings import Settings, SettingsError

_REGION_EXISTS = "SELECT EXISTS (SELECT FROM region WHERE code = $1)"


async def development_token(
    data_dir: Path,
    role: Role,
    region: str | None,
    person: str | None,
    lifetime: timedelta,
    budget: int | None,
    scopes: Collection[str] | None = None,
) -> str:
    """A signed token for a role's own account in the demo, or for another person.

    Parameters:
        scopes: what its client may do; all if None.

    Raises: SettingsError.
    """
    async with _connected(data_dir) as connection:
        if region and not await connection.fetchval(_REGION_EXISTS, region):
            raise SettingsError(f"--region {region} is no division; `330102` is one.")
        if person is None:
            account = tokens.player(await find_cast(connection), role)
        else:
            account = await tokens.find_person(connection, role, person)
    known = keys_of(data_dir)
    return tokens.sign(
        known,
        role,
        account,
        region=region,
        lifetime=lifetime,
        budget=budget,
        scopes=_scopes(scopes),
    )


async def devices(data_dir: Path, kind: str | None, limit: int) -> list[Mapping[str, Any]]:
    """What it takes to be one of the demo's devices.

    Raises: SettingsError.
    """
    from devices.listing import Login, device_lines

    async with _connected(data_dir):
        running, known = running_in(data_dir), keys_of(data_dir)
    database = Database(running.database, pool_size=1)
    try:
        return await device_lines(
            database,
            known.device_key_bytes,
            Settings().tenant,
            kind=kind_named(kind) if kind else None,
            limit=limit,
            login=Login(DEVICE_LOGIN, known.device_password),
        )
    finally:
        await database.close()


async def press_button(data_dir: Path, device: str, timeout_s: float) -> str:
    """Press a button for real; its receipt as JSON.

    Raises: SettingsError; Failure where no receipt comes.
    """
    from devices.press import PressFailed, press

    key_of(device, "device", "DEVICE")
    running, known = running_in(data_dir), keys_of(data_dir)
    broker = urlsplit(running.mqtt)
    login = f"{DEVICE_LOGIN}:{known.device_password}"
    url = f"mqtt://{login}@{broker.hostname}:{broker.port}"
    try:
        receipt = await press(url, Settings().tenant, device, timeout_s=timeout_s)
    except PressFailed as failed:
        raise Failure(str(failed)) from failed
    if receipt.status == "refused":
        raise Failure(f"the bridge refused the message of {device}: {receipt.reason}.")
    return json.dumps({"device": device, "id": receipt.id, "status": receipt.status})


async def watch(
    data_dir: Path, role: Role, url: str | None, token: str | None, language: str
) -> None:
    """The live board of a running demo, or of any server.

    Raises: SettingsError.
    """
    from api.texts import preferred
    from yiyang.watch import watch as show

    if url and not token:
        raise SettingsError("--url needs a --token of that server.")
    address = url or running_in(data_dir).ws
    held = token or await development_token(data_dir, role, None, None, timedelta(hours=12), None)
    await show(address, held, language=preferred(language))


def keys_of(data_dir: Path) -> DevelopmentKeys:
    """The demo's keys. Raises: SettingsError where there are none."""
    known = keys.load(data_dir)
    if known is None:
        raise SettingsError(f"{data_dir} holds no demo: `yiyang demo --data-dir {data_dir}` first.")
    return known


def _scopes(names: Collection[str] | None) -> frozenset[str]:
    if names is None:
        return ALL
    if unknown := set(names) - ALL - {""}:
        known = ", ".join(sorted(ALL))
        raise SettingsError(f"--scope {min(unknown)} is none of {known}.")
    return ALL.intersection(names)


@asynccontextmanager
async def _connected(data_dir: Path) -> AsyncGenerator[asyncpg.Connection, None]:
    running: Running = running_in(data_dir)
    try:
        connection = await asyncpg.connect(running.database)
    except OSError as error:
        raise SettingsError(
            f"the demo of {data_dir} does not answer: start it with "
            f"`yiyang demo --data-dir {data_dir}`."
        ) from error
    try:
        yield connection
    finally:
        await connection.close()

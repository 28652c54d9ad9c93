"""Keeps a broker's password file as the database says, within a second of each change.

Mosquitto reads the file anew at SIGHUP, and disconnects there and then whoever is signed in and is
not in it any more, or has another password now (tried with 2.0.11).
"""

import asyncio
import logging
import os
import signal
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import psutil

from domain.database import AS_SERVICE
from domain.devices.registry import TOPIC, VALID_DEVICES
from domain.outage import DRIVER_ERRORS
from domain.outbox import CHANNEL
from yiyang.broker.accounts import Accounts

log = logging.getLogger("yiyang.broker")

LOOK_SECONDS: Final = 30.0
"""How long a change stays unnoticed that nobody told of: rows that were loaded by SQL."""

_GATHER_SECONDS: Final = 0.1
"""How long changes are gathered: a thousand new devices are one file, not a thousand."""

_RETRY_SECONDS: Final = 2.0


class BrokerAway(Exception):
    """The broker cannot be told; the sentence says why."""


class NotWritten(Exception):
    """The file cannot be put in place; the sentence says why."""


@dataclass(frozen=True, slots=True)
class PasswordFile:
    """The file, and the broker that reads it.

    Parameters:
        path: it belongs to whom its folder belongs to, and only they may read it.
        pid_file: the broker's own; None where nobody is to be told.
    """

    path: Path
    pid_file: Path | None = None

    def write(self, text: str) -> bool:
        """Put a text in place, whole or not at all. Returns: whether it is another than before.

        Raises: NotWritten.
        """
        try:
            with suppress(FileNotFoundError):
                if self.path.read_text() == text:
                    return False
            self._replace(text)
        except OSError as error:
            raise NotWritten(f"{self.path} cannot be written: {error}") from error
        return True

    def _replace(self, text: str) -> None:
        folder = self.path.parent
        handle, draft = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=folder)  # mode 0600
        try:
            with os.fdopen(handle, "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
                if os.geteuid() == 0:
                    owner = folder.stat()
                    os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            Path(draft).replace(self.path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise

    def tell_broker(self) -> None:
        """Have the broker read the file anew.

        Raises: BrokerAway.
        """
        if self.pid_file is None:
            return
        try:
            process = psutil.Process(int(self.pid_file.read_text()))
            # A number may have gone on to another program, which SIGHUP would end.
            if process.name() != "mosquitto":
                raise BrokerAway(f"{self.pid_file} names a process that is no Mosquitto")
            process.send_signal(signal.SIGHUP)
        except (OSError, ValueError) as error:
            raise BrokerAway(f"{self.pid_file} cannot be read: {error}") from error
        except psutil.NoSuchProcess as error:
            raise BrokerAway(f"{self.pid_file} names a process that has ended") from error
        except psutil.AccessDenied as error:
            raise BrokerAway("the broker is another user's, who alone may signal it") from error


async def valid_devices(connection: "asyncpg.Connection[Any]") -> list[tuple[UUID, int]]:
    """Id and secret's version of each device that may come in, in the order of ids."""
    return [(row["id"], row["secret_version"]) for row in await connection.fetch(VALID_DEVICES)]


async def keep(
    database_url: str, accounts: Accounts, file: PasswordFile, ready: Callable[[], None]
) -> None:
    """Until cancelled; a database that goes away is waited for, while the file stays as it is.

    Parameters:
        ready: called each time the file is as the database says.
    Raises: NotWritten at the first time; later, as on a full disk, it is tried again.
    """
    written = False

    def kept() -> None:
        nonlocal written
        written = True
        ready()

    while True:
        try:
            async with _listening(database_url) as (connection, news):
                await _keep(connection, news, accounts, file, kept)
        except NotWritten as error:
            if not written:
                raise
            log.error("%s, trying again", error)
        except DRIVER_ERRORS as error:
            log.warning("The database is away, trying again: %s", error)
        await asyncio.sleep(_RETRY_SECONDS)


async def _keep(
    connection: "asyncpg.Connection[Any]",
    news: asyncio.Event,
    accounts: Accounts,
    file: PasswordFile,
    ready: Callable[[], None],
) -> None:
    told = False  # who kept it before may have died between writing and telling
    while True:
        news.clear()
        written = file.write(accounts.password_file(await valid_devices(connection)))
        if written or not told:
            told = _told(file)
        ready()
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS if told else _RETRY_SECONDS):
                await news.wait()
            await asyncio.sleep(_GATHER_SECONDS)


def _told(file: PasswordFile) -> bool:
    try:
        file.tell_broker()
    except BrokerAway as away:
        # It reads the file when it starts; whoever is signed in meanwhile stays so.
        log.warning("The broker has not been told, trying again: %s", away)
        return False
    log.info("The broker has been told to read its accounts anew")
    return True


@asynccontextmanager
async def _listening(
    url: str,
) -> AsyncGenerator[tuple["asyncpg.Connection[Any]", asyncio.Event], None]:
    """A connection, and what is set by news of devices and by the connection's end."""
    connection = await asyncpg.connect(url, server_settings=AS_SERVICE)
    news = asyncio.Event()

    def heard(_connection: object, _pid: int, _channel: str, topic: object) -> None:
        if topic == TOPIC:
            news.set()

    connection.add_termination_listener(lambda _: news.set())
    await connection.add_listener(CHANNEL, heard)
    try:
        yield connection, news
    finally:
        connection.terminate()

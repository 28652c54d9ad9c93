"""Mosquitto, the broker of production, where Debian has installed it."""

import contextlib
import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.conftest import free_port

PROGRAM = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")

needs_mosquitto = pytest.mark.skipif(PROGRAM is None, reason="Mosquitto is not installed")


class Mosquitto:
    """One server on 127.0.0.1 that remembers its sessions over restarts.

    Parameters:
        folder: where it keeps them.
        configured: its configuration is there already and has it listen on this port, too.
    """

    def __init__(self, folder: Path, configured: int | None = None) -> None:
        assert PROGRAM is not None
        self._program = PROGRAM
        self._configuration = folder / "mosquitto.conf"
        self._port = configured or free_port()
        if configured is None:
            self._configure(folder)
        self._process: subprocess.Popen[bytes] | None = None

    def _configure(self, folder: Path) -> None:
        self._configuration.write_text(
            f"listener {self._port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            # Started by root it would become a user who cannot get into the folder.
            f"user {getpass.getuser()}\n"
            f"persistence_location {folder}/\nmax_queued_messages 100000\n"
            "max_inflight_messages 1000\nset_tcp_nodelay true\nlog_type error\n"
        )

    @property
    def url(self) -> str:
        """For both versions of MQTT."""
        return f"mqtt://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self._process = subprocess.Popen([self._program, "-c", str(self._configuration)])
        while True:
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", self._port), timeout=1),
            ):
                return
            assert self._process.poll() is None
            time.sleep(0.02)

    def stop(self) -> None:
        """End it in order: what it holds is written."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None


@contextlib.contextmanager
def mosquitto(folder: Path, configured: int | None = None) -> Generator[Mosquitto]:
    """A server to be started; ended with the block. The parameters are ``Mosquitto``'s."""
    server = Mosquitto(folder, configured)
    try:
        yield server
    finally:
        server.stop()

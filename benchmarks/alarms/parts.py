"""One process of Yiyang's, which may be killed and started again."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from yiyang.processes import die_with_parent, open_log

_START_S = 60.0


class Part:
    """``yiyang bridge``, ``work`` or ``serve``. Start it from the main thread.

    Parameters:
        name: of its files.
        arguments: what follows ``yiyang``.
        environment: its settings.
        folder: where its log lies.
        port: where it listens once it is ready; one without says so by a file.
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        port: int | None = None,
    ) -> None:
        self.name = name
        self.log_file = folder / f"{name}.log"
        self._arguments, self._environment, self._port = arguments, environment, port
        self._ready_file = folder / f"{name}.ready"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its process id; 0 while it does not run."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start it; it is ready a little later."""
        self._ready_file.unlink(missing_ok=True)
        ready = {"YIYANG_READY_FILE": str(self._ready_file)}
        with open_log(self.log_file) as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "yiyang", *self._arguments],
                env=os.environ | self._environment | ready,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )

    async def ready(self) -> None:
        """Wait until it does its work. Raises: RuntimeError for one that does not, with its log."""
        deadline = time.monotonic() + _START_S
        while not self._is_ready():
            if time.monotonic() > deadline or (self._process and self._process.poll() is not None):
                said = self.log_file.read_text(errors="replace")[-3000:]
                raise RuntimeError(f"{self.name} does not start:\n{said}")
            await asyncio.sleep(0.05)

    def kill(self) -> None:
        """End it as the kernel would when memory runs out."""
        self._end(subprocess.Popen[bytes].kill)

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self._end(subprocess.Popen[bytes].terminate)

    def _end(self, ask: Callable[[subprocess.Popen[bytes]], None]) -> None:
        if self._process is None:
            return
        ask(self._process)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _is_ready(self) -> bool:
        if self._port is None:
            return self._ready_file.exists()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

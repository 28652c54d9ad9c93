"""A broker for a measurement: Mosquitto where it is installed, else the embedded one."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from yiyang.embedded.broker import EmbeddedBroker
from yiyang.embedded.ground import free_port
from yiyang.processes import die_with_parent, open_log

_MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
_LOGIN = "bench"
_CONFIGURATION = """listener {port} 127.0.0.1
allow_anonymous true
user {user}
persistence {remembers}
persistence_location {folder}/
max_queued_messages 0
max_inflight_messages 1000
set_tcp_nodelay true
log_type error
"""


class RunningBroker(Protocol):
    """A broker on ports that stay the same, however often it is started.

    Attributes:
        port: for MQTT 3.1.1.
        login: user name and password.
        mqtt5_url: for MQTT 5, as ``YIYANG_MQTT_URL`` wants it.
    """

    name: str
    port: int
    login: str

    @property
    def mqtt5_url(self) -> str: ...

    def start(self) -> None:
        """Start it, and wait until it listens. Raises: RuntimeError, EmbeddedError."""
        ...

    def stop(self) -> None:
        """End it in order. Does nothing while it does not run."""
        ...

    def kill(self) -> None:
        """End it as the kernel would when memory runs out."""
        ...


@contextmanager
def running_broker(folder: Path, *, remembers: bool = False) -> Generator[RunningBroker]:
    """Start a broker; it ends with the block.

    Parameters:
        folder: where it keeps what it writes.
        remembers: whether it keeps its sessions over an end in order; the embedded one can't.
    """
    broker = _Mosquitto(_MOSQUITTO, folder, remembers) if _MOSQUITTO else _Embedded(folder)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


class _Mosquitto:
    def __init__(self, program: str, folder: Path, remembers: bool) -> None:
        self.name, self.port, self.login = "Mosquitto", free_port(), _LOGIN
        self._program, self._file = program, folder / "mosquitto.conf"
        self._file.write_text(
            _CONFIGURATION.format(
                port=self.port,
                # Started by root it would become a user who cannot get into the folder.
                user=getpass.getuser(),
                remembers=str(remembers).lower(),
                folder=folder,
            )
        )
        self._log_file = folder / "mosquitto.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def mqtt5_url(self) -> str:
        return f"mqtt://{_LOGIN}:{_LOGIN}@127.0.0.1:{self.port}"

    def start(self) -> None:
        with open_log(self._log_file) as log:
            process = self._process = subprocess.Popen(
                [self._program, "-c", str(self._file)],
                stderr=log,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        while process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} does not start:\n{self._log_file.read_text()[-3000:]}")

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def _end(self, signum: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(signum)
            self._process.wait()
            self._process = None


class _Embedded:
    def __init__(self, folder: Path) -> None:
        self.name, self.login = "the embedded broker", _LOGIN
        self.port, self._port5 = free_port(), free_port()
        self._broker = EmbeddedBroker(
            folder, port=self.port, port5=self._port5, logins={_LOGIN: _LOGIN}
        )

    @property
    def mqtt5_url(self) -> str:
        return f"mqtt://{_LOGIN}:{_LOGIN}@127.0.0.1:{self._port5}"

    def start(self) -> None:
        self._broker.launch()
        self._broker.wait_ready()

    def stop(self) -> None:
        self._broker.stop()

    def kill(self) -> None:
        if self._broker.pid is not None:
            os.kill(self._broker.pid, signal.SIGKILL)
        self._broker.stop()

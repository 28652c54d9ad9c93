"""A demo of its own for a measurement: other ports, a temporary folder, gone afterwards."""

import json
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

YIYANG = [sys.executable, "-m", "yiyang"]


@dataclass(frozen=True)
class RunningDemo:
    """Where it runs."""

    data_dir: Path
    addresses: dict[str, str]

    def run(self, *arguments: str) -> str:
        """What another ``yiyang`` command prints about it."""
        command = [*YIYANG, *arguments, "--data-dir", str(self.data_dir)]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


@contextmanager
def running_demo(elders: int) -> Generator[RunningDemo, None, None]:
    """Start a demo without simulator; its progress is shown."""
    with tempfile.TemporaryDirectory(prefix="yiyang-benchmark-") as folder:
        data_dir = Path(folder) / "data"
        options = ["--data-dir", str(data_dir), "--elders", str(elders), "--json"]
        for name in ("--port", "--mqtt-port", "--mqtt5-port"):
            options += [name, str(_free_port())]
        command = [*YIYANG, "demo", "--no-simulator", *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            yield RunningDemo(data_dir, json.loads(process.stdout.readline()))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

"""A bridge in a process of its own, to be killed: ``python bridge_process.py SETTINGS``."""

import asyncio
import json
import logging
import signal
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from devices.bridge import BridgeSettings, run_bridge

ROOT = Path(__file__).parents[2]
READY = "The bridge reads from"
PATIENCE_S = 30


class BridgeProcess:
    """A running bridge; ends with the ``with`` block, however that ends."""

    def __init__(self, settings: BridgeSettings) -> None:
        self._settings = json.dumps(asdict(settings) | {"master_key": settings.master_key.hex()})
        self._ready = threading.Event()
        self.said: list[str] = []
        self._start()

    def _start(self) -> None:
        self._ready.clear()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.devices.bridge_process", self._settings],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._listen, args=[self._process], daemon=True).start()

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        assert process.stderr is not None
        with process.stderr:
            for line in process.stderr:
                self.said.append(line)
                if READY in line:
                    self._ready.set()

    def wait_ready(self) -> None:
        """Wait until it has subscribed."""
        assert self._ready.wait(PATIENCE_S), "".join(self.said)

    def kill(self) -> None:
        """End it as the kernel would when memory runs out."""
        self._process.kill()
        self._process.wait()

    def restart(self) -> None:
        """Kill it, and start the next at once."""
        self.kill()
        self._start()

    def stop(self) -> int:
        """Ask it to end. Returns: its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(PATIENCE_S)

    @property
    def memory_bytes(self) -> int:
        """Its resident memory."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()


def main() -> None:
    """Run a bridge with the settings of the first argument."""
    logging.basicConfig(level=logging.INFO)
    given = json.loads(sys.argv[1])
    settings = BridgeSettings(**given | {"master_key": bytes.fromhex(given["master_key"])})
    asyncio.run(run_bridge(settings))


if __name__ == "__main__":
    main()

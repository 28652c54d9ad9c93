"""`yiyang serve` with several workers, as an operator runs it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import httpx
import psutil

from api.auth.tokens import TokenKey
from tests.conftest import free_port

KEY = "c2l4dGVlbiBieXRlcyBvciBtb3JlLCAzMiBpbiBhbGw="  # 32 bytes in base64


def becomes(condition: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_workers_end_with_a_killed_supervisor(database_url: str) -> None:
    port = free_port()
    environment = {
        **os.environ,
        "YIYANG_DATABASE_URL": database_url,
        "YIYANG_TOKEN_KEY": json.dumps(TokenKey.new_jwk()),
        "YIYANG_DATA_KEYS": json.dumps({"test": KEY}),
        "YIYANG_HASH_KEY": KEY,
        "YIYANG_PORT": str(port),
    }
    serve = subprocess.Popen(
        [sys.executable, "-m", "yiyang", "serve", "--workers", "2"],
        env=environment,
        stderr=subprocess.DEVNULL,
    )

    def healthy() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200
        except httpx.TransportError:
            return False

    becomes(healthy)
    workers = psutil.Process(serve.pid).children(recursive=True)
    assert len(workers) >= 2
    serve.send_signal(signal.SIGKILL)
    serve.wait()
    _, alive = psutil.wait_procs(workers, timeout=30)
    for left in alive:
        left.kill()
    assert alive == []
    assert not healthy()

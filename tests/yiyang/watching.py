"""Waiting for what processes do."""

import time
from collections.abc import Callable

import psutil

PATIENCE_S = 40


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline, f"waited for {PATIENCE_S} s"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    """Whether a process does nothing any more: whoever inherits an orphan may reap it late."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True

"""Cores, and what processes cost on them."""

import os
import sys
from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Cores:
    """Who runs where; None where this machine can't hold a process to a core.

    Parameters:
        server: the one core of the server under test.
        rest: the one core of PostgreSQL and of the load generator.
        had: all that this process could use before.
    """

    server: int | None
    rest: int | None
    had: frozenset[int] = frozenset()

    def __str__(self) -> str:
        if self.server is None:
            return "no process can be held to a core here, so all of them share all cores"
        if self.server == self.rest:
            return "this machine has one core, so server, PostgreSQL and load share it"
        return f"server on core {self.server}, PostgreSQL and load on core {self.rest}"

    def hold_rest(self, pid: int = 0) -> None:
        """Hold a process that is no server, this one if none is named, and what it starts."""
        _hold(self.rest, pid)

    def release(self) -> None:
        """Let this process use every core again that it had."""
        if self.rest is not None and sys.platform == "linux":
            os.sched_setaffinity(0, self.had)

    def hold_server(self) -> None:
        """Hold this process, which is about to become a server."""
        _hold(self.server, 0)


def cores() -> Cores:
    """The two cores to use."""
    if sys.platform != "linux":
        return Cores(None, None)
    usable = sorted(os.sched_getaffinity(0))
    return Cores(usable[-1], usable[0], frozenset(usable))


def _hold(core: int | None, pid: int) -> None:
    if core is not None and sys.platform == "linux":
        with suppress(ProcessLookupError):  # it has ended meanwhile
            os.sched_setaffinity(pid, {core})


def cpu_seconds(pid: int) -> float:
    """What a process has used of processors so far."""
    used = psutil.Process(pid).cpu_times()
    return used.user + used.system


def memory_bytes(pid: int) -> int:
    """What a process holds in memory."""
    return psutil.Process(pid).memory_info().rss

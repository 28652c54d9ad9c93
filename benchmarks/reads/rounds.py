"""Interleaved rounds: whatever the machine does meanwhile, it does to all of them."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from time import monotonic

import asyncpg

from benchmarks.reads.alarms import raise_anew
from benchmarks.reads.figures import Figure, figure
from benchmarks.reads.load import Job, Slice, press
from benchmarks.reads.machine import cpu_seconds, memory_bytes
from benchmarks.reads.plan import Script
from benchmarks.reads.servers import Server

Scripts = Mapping[tuple[str, str], Script]
"""(query, server's name) -> what is asked."""


@dataclass
class Kept:
    """What was measured of one server at one query so far."""

    rates: list[float] = field(default_factory=list[float])
    latencies: list[float] = field(default_factory=list[float])
    cpu_seconds: float = 0
    answers: int = 0
    memory_bytes: int = 0


@dataclass
class Bench:
    """Asks servers, one at a time, by a load generator in a process of its own.

    Parameters:
        load: runs ``press`` elsewhere.
        url: the database's.
        concurrency: connections that ask at a time.
    """

    servers: Sequence[Server]
    scripts: Scripts
    load: Executor
    url: str
    concurrency: int
    kept: dict[tuple[str, str], Kept] = field(
        default_factory=lambda: defaultdict[tuple[str, str], Kept](Kept)
    )

    def warm_up(self, queries: Sequence[str], seconds: float) -> None:
        """Let each server compile, connect and cache."""
        for query in queries:
            for server in self.servers:
                print(f"\rWarming up {server.name} at {query} …".ljust(60), end="", flush=True)
                self._slice(query, server, seconds)
        print("\r".ljust(61), end="\r", flush=True)

    def measure(self, queries: Sequence[str], rounds: int, seconds: float) -> None:
        """So many rounds, each of a slice for each server at each query."""
        began, total = monotonic(), rounds * len(queries) * len(self.servers)
        for number in range(rounds):
            turn = number % len(self.servers)
            for query in queries:
                for server in (*self.servers[turn:], *self.servers[:turn]):
                    self._keep(query, server, seconds)
            done = (number + 1) * len(queries) * len(self.servers)
            left = (monotonic() - began) / done * (total - done)
            print(f"Round {number + 1} of {rounds}, {left:.0f} s left", flush=True)
            print(self._progress(queries), flush=True)

    def figures(self, queries: Sequence[str]) -> list[Figure]:
        """What came of all rounds."""
        made: list[Figure] = []
        for query in queries:
            for server in self.servers:
                kept = self.kept[query, server.name]
                made.append(
                    figure(
                        query,
                        server.name,
                        kept.rates,
                        kept.latencies,
                        kept.cpu_seconds,
                        kept.answers,
                        kept.memory_bytes,
                    )
                )
        return made

    def _keep(self, query: str, server: Server, seconds: float) -> None:
        before = cpu_seconds(server.pid)
        came = self._slice(query, server, seconds)
        kept = self.kept[query, server.name]
        kept.rates.append(came.rate)
        kept.latencies += came.latencies
        kept.cpu_seconds += cpu_seconds(server.pid) - before
        kept.answers += came.asked
        kept.memory_bytes = memory_bytes(server.pid)

    def _slice(self, query: str, server: Server, seconds: float) -> Slice:
        script = self.scripts[query, server.name]
        requests = [each.as_bytes(server.port) for each in script.questions]
        job = Job(
            server.port, requests, seconds, self.concurrency, once=script.once, holds=script.holds
        )
        with server.awake():
            came = self.load.submit(press, job).result()
        if script.once:
            asyncio.run(undo(self.url))
        return came

    def _progress(self, queries: Sequence[str]) -> str:
        lines = [
            f"  {query:11}"
            + "".join(
                f"{self.kept[query, each.name].rates[-1]:9,.0f} {each.name}"
                for each in self.servers
            )
            for query in queries
        ]
        return "\n".join(lines)


async def undo(url: str) -> None:
    """Raise anew what was acknowledged."""
    connection = await asyncpg.connect(url)
    try:
        await raise_anew(connection)
    finally:
        await connection.close()

"""All that a measurement needs, running: a district, servers, a load generator."""

import asyncio
import multiprocessing
from collections.abc import Generator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.reads import node
from benchmarks.reads.asking import Question
from benchmarks.reads.district import District, district
from benchmarks.reads.equal import answers, check
from benchmarks.reads.machine import cores
from benchmarks.reads.plan import Script, check_planned, script, scripts
from benchmarks.reads.rounds import Scripts, undo
from benchmarks.reads.servers import NODE_SERVERS, Server, running

REFERENCE = "ordinary"


@dataclass(frozen=True)
class Stage:
    """What runs.

    Parameters:
        load: a process beside PostgreSQL.
    """

    district: District
    servers: list[Server]
    load: Executor

    def server(self, name: str) -> Server:
        """A running server. Raises: StopIteration for one that is not."""
        return next(each for each in self.servers if each.name == name)

    def questions(self, server: Server) -> dict[str, list[Question]]:
        """Our own questions for each query; their cursors come from a server."""
        with server.awake():
            return asyncio.run(scripts(self.district, server))

    def undo(self) -> None:
        """Raise anew what was acknowledged."""
        asyncio.run(undo(self.district.url))

    def compared(self, queries: Sequence[str]) -> Scripts:
        """What to ask each server, once all of them have answered it alike.

        Raises: Refused.
        """
        reference = self.server(REFERENCE)
        ours = self.questions(reference)
        asked: dict[tuple[str, str], Script] = {}
        for query in queries:
            expected = None
            for server in sorted(self.servers, key=lambda each: each is not reference):
                with server.awake():
                    asked[query, server.name] = script(query, ours[query], server)
                    found = answers(server, asked[query, server.name])
                    if server.name == "planned":
                        check_planned(server)
                if query == "mutation":
                    self.undo()
                expected = expected or found
                check(query, server.name, expected, found)
            print(f"All give the same answers to {query}.", flush=True)
        return asked


@contextmanager
def stage(elders: int, names: Sequence[str]) -> Generator[Stage, None, None]:
    """Set up; what was set up is gone afterwards.

    Parameters:
        names: the servers to start; they rest.
    """
    if set(names) & set(NODE_SERVERS):
        node.install()
    held = cores()
    print(f"{held}.", flush=True)
    spawn = multiprocessing.get_context("spawn")
    with (
        TemporaryDirectory(prefix="yiyang-reads-logs-") as logs,
        district(elders, held) as ground,
        running(names, ground.environment, held, Path(logs)) as servers,
        ProcessPoolExecutor(1, spawn, initializer=held.hold_rest) as load,
    ):
        yield Stage(ground, servers, load)

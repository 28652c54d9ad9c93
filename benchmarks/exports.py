"""All elders of a whole city district as one file.

    python -m benchmarks.exports [--elders 227100]

Fills a district of its own, has its elders exported as an official of the district, with what a
register shows of them, and fetches the file: how long, how many bytes, and how much memory the
worker that writes it and the server that sends it take at most.
"""

import asyncio
import time
from typing import Any

import psutil

from benchmarks.running_demo import Desk, RunningDemo, measured

ELDERS = """{ elders { nodes { id name gender birthDate age careLevel address tags
  region { code name } contacts { name relation phone } devices { kind online } } } }"""
START = """mutation ($query: String!) { exportStart(input: {query: $query}) {
  export { id } userErrors { message } } }"""
WATCH = """query ($id: ID!) { export(id: $id) {
  state rowCount byteCount expectedRows url startedAt finishedAt } }"""
EVERY_S = 0.25


class Memory:
    """The memory of one part of the demo, as it is now and at most.

    Parameters:
        part: for example ``work``.
    """

    def __init__(self, part: str) -> None:
        (self._process,) = (
            child
            for child in psutil.Process().children(recursive=True)
            if child.cmdline()[-1:] == [part]
        )
        self.before = self.most = self._now()

    def look(self) -> None:
        """Remember the most."""
        self.most = max(self.most, self._now())

    def _now(self) -> float:
        return self._process.memory_info().rss / 2**20

    def __str__(self) -> str:
        return f"{self.before:.0f} MiB before, {self.most:.0f} MiB at most"


async def written(desk: Desk) -> Any:
    """Have the file written; the export, done."""
    worker = Memory("work")
    began = time.perf_counter()
    started = (await desk.ask(START, {"query": ELDERS}))["exportStart"]
    assert not started["userErrors"], started
    while True:
        export = (await desk.ask(WATCH, {"id": started["export"]["id"]}))["export"]
        worker.look()
        if export["state"] not in ("WAITING", "RUNNING"):
            break
        await asyncio.sleep(EVERY_S)
    seconds = time.perf_counter() - began
    assert export["state"] == "DONE", export
    assert export["rowCount"] == export["expectedRows"], export
    print(f"written: {export['rowCount']:,} rows, {export['byteCount']:,} bytes in {seconds:.1f} s")
    print(f"worker: {worker}")
    return export


async def fetched(desk: Desk, export: Any) -> None:
    """Fetch the file and count its lines."""
    server = Memory("serve")
    began, lines, size = time.perf_counter(), 0, 0
    url = desk.url.removesuffix("/graphql") + export["url"]
    async with desk.client.stream("GET", url) as response:
        async for chunk in response.aiter_raw():
            lines, size = lines + chunk.count(b"\n"), size + len(chunk)
            server.look()
    seconds = time.perf_counter() - began
    assert (lines, size) == (export["rowCount"], export["byteCount"]), (lines, size)
    print(f"fetched: {size:,} bytes in {seconds:.1f} s, {size / seconds / 1e6:.0f} MB/s")
    print(f"server: {server}")


async def measure(demo: RunningDemo) -> None:
    """Write, fetch, print."""
    async with demo.desk() as desk:
        await fetched(desk, await written(desk))


def main() -> None:
    """Fill a district, export its elders, fetch them."""
    measured(__doc__, measure)


if __name__ == "__main__":
    main()

"""All elders of a whole city district as one file.

    python -m benchmarks.exports [--elders 227100]

Fills a district of its own, has its elders exported as an official of the district, with what a
register shows of them, and fetches the file: how long, how many bytes, and how much memory the
worker that writes it and the server that sends it take at most.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import psutil

from benchmarks.running_demo import RunningDemo, running_demo

ELDERS = """{ elders { nodes { id name gender birthDate age careLevel address tags
  region { code name } contacts { name relation phone } devices { kind online } } } }"""
START = """mutation ($query: String!) { exportStart(input: {query: $query}) {
  export { id } userErrors { message } } }"""
WATCH = """query ($id: ID!) { export(id: $id) {
  state rowCount byteCount expectedRows url startedAt finishedAt } }"""
EVERY_S = 0.25
Ask = Callable[[str, dict[str, Any]], Awaitable[Any]]


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


async def written(ask: Ask) -> Any:
    """Have the file written; the export, done."""
    worker = Memory("work")
    began = time.perf_counter()
    started = (await ask(START, {"query": ELDERS}))["exportStart"]
    assert not started["userErrors"], started
    while True:
        export = (await ask(WATCH, {"id": started["export"]["id"]}))["export"]
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


async def fetched(client: httpx.AsyncClient, export: Any, base: str) -> None:
    """Fetch the file and count its lines."""
    server = Memory("serve")
    began, lines, size = time.perf_counter(), 0, 0
    async with client.stream("GET", f"{base}{export['url']}") as response:
        async for chunk in response.aiter_raw():
            lines, size = lines + chunk.count(b"\n"), size + len(chunk)
            server.look()
    seconds = time.perf_counter() - began
    assert (lines, size) == (export["rowCount"], export["byteCount"]), (lines, size)
    print(f"fetched: {size:,} bytes in {seconds:.1f} s, {size / seconds / 1e6:.0f} MB/s")
    print(f"server: {server}")


async def measure(demo: RunningDemo) -> None:
    """Write, fetch, print."""
    token = demo.run("token", "--role", "official").strip()
    url = demo.addresses["graphql"]
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:

        async def ask(query: str, variables: dict[str, Any]) -> Any:
            asked = {"query": query, "variables": variables}
            body = (await client.post(url, json=asked, timeout=60)).json()
            assert "errors" not in body, body
            return body["data"]

        export = await written(ask)
        await fetched(client, export, url.removesuffix("/graphql"))


def main() -> None:
    """Fill a district, export its elders, fetch them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--elders", type=int, default=227_100)
    arguments = parser.parse_args()
    with running_demo(arguments.elders) as demo:
        asyncio.run(measure(demo))


if __name__ == "__main__":
    main()

"""The figures of a whole city district, each by itself and all at once, and the rows behind them.

    python -m benchmarks.cockpit [--elders 227100]

Fills a district of its own, then opens its cockpit as its official does: today, and a month back.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx

from benchmarks.running_demo import RunningDemo, running_demo
from domain.calendar import today

REGION = "330102"
FIGURES = (
    *("elders", "keyElders", "protected", "visitCoverage", "visits", "hours"),
    *("occupancy", "homeOccupancy", "nursingRatio"),
    *("answeredIn60", "answeredIn180", "arrivedInTime"),
)
ROWS, TRIES, BUDGET = 50, 5, 1_000_000_000
Ask = Callable[[str, dict[str, Any]], Awaitable[Any]]


def query_of(*figures: str, asked: str = "value rowCount amongCount") -> str:
    """What is asked of some figures."""
    fields = " ".join(f"{name} {{ {asked} }}" for name in figures)
    head = "query ($region: String!, $asOf: Date)"
    return f"{head} {{ districtDashboard(region: $region, asOf: $asOf) {{ {fields} }} }}"


async def milliseconds(ask: Ask, query: str, variables: dict[str, Any]) -> float:
    """The median of some tries."""
    taken: list[float] = []
    for _ in range(TRIES):
        began = time.perf_counter()
        await ask(query, variables)
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


async def measure(demo: RunningDemo) -> None:
    """Open the cockpit and print what it took."""
    token = demo.run("token", "--role", "official", "--budget", str(BUDGET)).strip()
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:

        async def ask(query: str, variables: dict[str, Any]) -> Any:
            asked = {"query": query, "variables": variables}
            body = (await client.post(demo.addresses["graphql"], json=asked, timeout=60)).json()
            assert "errors" not in body, body
            return body["data"]["districtDashboard"]

        for day in (today(), today() - timedelta(days=31)):
            variables = {"region": REGION, "asOf": day.isoformat()}
            found = await ask(query_of(*FIGURES), variables)
            for name in FIGURES:
                each = await milliseconds(ask, query_of(name), variables)
                rows = query_of(name, asked=f"rows(first: {ROWS}) {{ nodes {{ id }} }}")
                page = await milliseconds(ask, rows, variables)
                print(
                    f"{day} {name:13} {found[name]['value']!s:20.20} {each:7.1f} ms,"
                    f" the first {ROWS} rows {page:6.1f} ms"
                )
            whole = await milliseconds(ask, query_of(*FIGURES), variables)
            print(f"{day} {'all of them':34} {whole:7.1f} ms", flush=True)


def main() -> None:
    """Fill a district, open its cockpit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--elders", type=int, default=227_100)
    arguments = parser.parse_args()
    with running_demo(arguments.elders) as demo:
        asyncio.run(measure(demo))


if __name__ == "__main__":
    main()

"""The same questions in a small and in a whole district."""

import statistics

from benchmarks.reads.documents import QUERIES
from benchmarks.reads.load import Job, press
from benchmarks.reads.plan import Script
from benchmarks.reads.stage import stage

SIZES = (2_000, 227_100)
"""Elders of the demo, and of Shangcheng district."""

_SECONDS, _ROUNDS = 1.5, 5


def show_scale() -> None:
    """Print how the planner's median grows with the district."""
    small, large = (_medians(elders) for elders in SIZES)
    print(f"{'p50, one client':16}{SIZES[0]:>10,}{SIZES[1]:>10,} elders")
    for query in QUERIES:
        grown = large[query] / small[query]
        print(f"{query:16}{small[query]:7.2f} ms{large[query]:7.2f} ms{grown:7.2f} x")


def _medians(elders: int) -> dict[str, float]:
    """Milliseconds for each query, as one client alone waits: the median of some rounds."""
    with stage(elders, ["planned"]) as stand:
        server = stand.server("planned")
        scripts = [Script(*each) for each in stand.questions(server).items()]
        found: dict[str, list[float]] = {script.query: [] for script in scripts}
        for number in range(_ROUNDS + 1):
            for script in scripts:
                requests = [each.as_bytes(server.port) for each in script.questions]
                job = Job(server.port, requests, _SECONDS, 1, once=script.once, holds=script.holds)
                with server.awake():
                    came = stand.load.submit(press, job).result()
                if script.once:
                    stand.undo()
                if number:  # the first round warms up
                    found[script.query].append(statistics.median(came.latencies) * 1000)
    return {query: statistics.median(each) for query, each in found.items()}

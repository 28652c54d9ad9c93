"""Reads beside the best that Node offers and beside hand-written SQL: ``make bench-reads``.

    python -m benchmarks.reads [--elders 2000] [--servers planned,floor] [--queries home]

Fills a district of its own, starts all servers, has each answer the same questions, refuses to go
on where an answer differs, and measures them in turn. ``BENCH_SECONDS`` is the measuring time of
all together, 300 if it is not set; fewer give a first impression. Only a run of all servers and
queries is written to ``benchmarks/results``.
"""

import argparse
import asyncio
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from benchmarks.reads import node
from benchmarks.reads.chart import chart
from benchmarks.reads.district import District, district
from benchmarks.reads.documents import QUERIES
from benchmarks.reads.equal import answers, check
from benchmarks.reads.figures import Figure, table
from benchmarks.reads.machine import cores
from benchmarks.reads.plan import Script, script, scripts
from benchmarks.reads.rounds import Bench, undo
from benchmarks.reads.servers import NODE_SERVERS, SERVERS, Server, running

_RESULTS = Path(__file__).parents[1] / "results"
_REFERENCE = "ordinary"
_USUAL_SECONDS = 300.0
_SLICE_SECONDS, _FEWEST_ROUNDS = 1.0, 3
_WARM_UP_SECONDS = 1.5
_CONCURRENCY = 16


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--elders", type=int, default=2000)
    parser.add_argument("--servers", default=",".join(SERVERS))
    parser.add_argument("--queries", default=",".join(QUERIES))
    given = parser.parse_args()
    wanted = [name for name in SERVERS if name in given.servers.split(",")]
    queries = [name for name in QUERIES if name in given.queries.split(",")]
    figures = _measured(given.elders, wanted, queries)
    print(table(figures))
    if wanted == list(SERVERS) and queries == list(QUERIES):
        _write(figures)


def _measured(elders: int, wanted: Sequence[str], queries: Sequence[str]) -> list[Figure]:
    if set(wanted) & set(NODE_SERVERS):
        node.install()
    held = cores()
    print(f"{held}.", flush=True)
    # Answers are compared with the ordinary execution's, whether it is measured or not.
    started = list(dict.fromkeys([*wanted, _REFERENCE]))
    spawn = multiprocessing.get_context("spawn")
    with (
        TemporaryDirectory(prefix="yiyang-reads-logs-") as logs,
        district(elders, held) as ground,
        running(started, ground.environment, held, Path(logs)) as servers,
        ProcessPoolExecutor(1, spawn, initializer=held.hold_rest) as load,
    ):
        asked = _compared(ground, servers, queries)
        measured = [server for server in servers if server.name in wanted]
        bench = Bench(measured, asked, load, ground.url, _CONCURRENCY)
        bench.warm_up(queries, _WARM_UP_SECONDS)
        rounds, seconds = _length(len(measured) * len(queries))
        bench.measure(queries, rounds, seconds)
        return bench.figures(queries)


def _compared(
    ground: District, servers: Sequence[Server], queries: Sequence[str]
) -> dict[tuple[str, str], Script]:
    """What to ask, once all servers have answered it alike."""
    reference = next(each for each in servers if each.name == _REFERENCE)
    with reference.awake():
        ours = asyncio.run(scripts(ground, reference))
    asked: dict[tuple[str, str], Script] = {}
    for query in queries:
        expected = None
        for server in sorted(servers, key=lambda each: each is not reference):
            with server.awake():
                asked[query, server.name] = script(query, ours[query], server)
                found = answers(server, asked[query, server.name])
            if query == "mutation":
                asyncio.run(undo(ground.url))
            expected = expected or found
            check(query, server.name, expected, found)
        print(f"All give the same answers to {query}.", flush=True)
    return asked


def _length(slices: int) -> tuple[int, float]:
    """Rounds, and seconds of a slice."""
    seconds = float(os.environ.get("BENCH_SECONDS", _USUAL_SECONDS))
    rounds = max(_FEWEST_ROUNDS, round(seconds / slices / _SLICE_SECONDS))
    return rounds, seconds / slices / rounds


def _write(figures: Sequence[Figure]) -> None:
    _RESULTS.mkdir(exist_ok=True)
    rows = [asdict(each) for each in figures]
    (_RESULTS / "reads.json").write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2) + b"\n")
    (_RESULTS / "reads.svg").write_text(chart(figures), encoding="utf-8")
    print(f"Written to {_RESULTS.relative_to(Path.cwd())}: reads.json, reads.svg")


if __name__ == "__main__":
    main()

"""Reads beside the best that Node offers and beside hand-written SQL: ``make bench-reads``.

    python -m benchmarks.reads [--elders 2000] [--servers planned,floor] [--queries home]

Fills a district of its own, starts all servers, has each answer the same questions, refuses to go
on where an answer differs, and measures them in turn. ``BENCH_SECONDS`` is the measuring time of
all together, 300 if it is not set; fewer give a first impression. Only a run of all servers and
queries is written to ``benchmarks/results``.

    python -m benchmarks.reads --scale            # the planner at 2,000 and at 227,100 elders
    python -m benchmarks.reads --first-answers 50 # operations that a server has never seen
    python -m benchmarks.reads --deliveries       # one alarm to 1,000 subscribers
"""

import argparse
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import orjson

from benchmarks.reads.chart import chart
from benchmarks.reads.deliveries import show_deliveries
from benchmarks.reads.documents import QUERIES
from benchmarks.reads.figures import Figure, table
from benchmarks.reads.first_answers import show_first_answers
from benchmarks.reads.rounds import Bench
from benchmarks.reads.scale import show_scale
from benchmarks.reads.servers import SERVERS
from benchmarks.reads.stage import REFERENCE, stage

_RESULTS = Path(__file__).parents[1] / "results"
_USUAL_SECONDS = 300.0
_SLICE_SECONDS, _FEWEST_ROUNDS = 1.0, 3
_WARM_UP_SECONDS = 1.5
_CONCURRENCY = 16


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--elders", type=int, default=2000)
    parser.add_argument("--servers", default=",".join(SERVERS))
    parser.add_argument("--queries", default=",".join(QUERIES))
    parser.add_argument("--scale", action="store_true")
    parser.add_argument("--first-answers", type=int, metavar="DOCUMENTS")
    parser.add_argument("--deliveries", action="store_true")
    given = parser.parse_args()
    if given.scale:
        show_scale()
    elif given.first_answers:
        show_first_answers(given.elders, given.first_answers)
    elif given.deliveries:
        show_deliveries(given.elders)
    else:
        wanted = [name for name in SERVERS if name in given.servers.split(",")]
        queries = [name for name in QUERIES if name in given.queries.split(",")]
        show_rounds(given.elders, wanted, queries)


def show_rounds(elders: int, wanted: Sequence[str], queries: Sequence[str]) -> None:
    """Measure servers beside one another, print the figures, and keep them if none is missing."""
    # Answers are compared with the ordinary execution's, whether it is measured or not.
    with stage(elders, list(dict.fromkeys([*wanted, REFERENCE]))) as stand:
        asked = stand.compared(queries)
        servers = [stand.server(name) for name in wanted]
        bench = Bench(servers, asked, stand.load, stand.district.url, _CONCURRENCY)
        bench.warm_up(queries, _WARM_UP_SECONDS)
        rounds, seconds = _length(len(servers) * len(queries))
        bench.measure(queries, rounds, seconds)
        figures = bench.figures(queries)
    print(table(figures))
    if list(wanted) == list(SERVERS) and list(queries) == list(QUERIES):
        _keep(figures)


def _length(slices: int) -> tuple[int, float]:
    """Rounds, and seconds of a slice."""
    seconds = float(os.environ.get("BENCH_SECONDS", _USUAL_SECONDS))
    rounds = max(_FEWEST_ROUNDS, round(seconds / slices / _SLICE_SECONDS))
    return rounds, seconds / slices / rounds


def _keep(figures: Sequence[Figure]) -> None:
    _RESULTS.mkdir(exist_ok=True)
    rows = [asdict(each) for each in figures]
    (_RESULTS / "reads.json").write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2) + b"\n")
    (_RESULTS / "reads.svg").write_text(chart(figures), encoding="utf-8")
    print("Written to benchmarks/results: reads.json, reads.svg")


if __name__ == "__main__":
    main()

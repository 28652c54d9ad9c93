"""From slices to figures."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.reads.servers import NODE_SERVERS


@dataclass(frozen=True)
class Figure:
    """One row of ``reads.json``.

    Parameters:
        rate: answers a second, the median of the rounds.
        p50_ms, p99_ms: of all answers of all rounds.
        cpu_ms: processor time of the server's process for one answer.
        memory_mb: what the server's process held in memory (RSS) after its last round.
    """

    query: str
    server: str
    rate: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    memory_mb: float


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent of the values do not exceed (nearest rank).

    Raises: ValueError without values.
    """
    if not values:
        raise ValueError("no values")
    ranked = sorted(values)
    rank = -(-len(ranked) * percent // 100)
    return ranked[max(int(rank), 1) - 1]


def figure(
    query: str,
    server: str,
    rates: Sequence[float],
    latencies: Sequence[float],
    cpu_seconds: float,
    answers: int,
    memory_bytes: int,
) -> Figure:
    """The figures of one server at one query."""
    return Figure(
        query,
        server,
        round(statistics.median(rates), 1),
        round(percentile(latencies, 50) * 1000, 3),
        round(percentile(latencies, 99) * 1000, 3),
        round(cpu_seconds / answers * 1000, 4),
        round(memory_bytes / 1e6, 1),
    )


def table(figures: Sequence[Figure]) -> str:
    """The figures for a terminal, and how the planner stands."""
    lines = [f"{'':12}{'server':14}{'rate/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}{'MB':>7}"]
    for query in dict.fromkeys(each.query for each in figures):
        of_query = [each for each in figures if each.query == query]
        for number, each in enumerate(of_query):
            lines.append(
                f"{'' if number else query:12}{each.server:14}{each.rate:9,.0f}{each.p50_ms:9.2f}"
                f"{each.p99_ms:9.2f}{each.cpu_ms:9.3f}{each.memory_mb:7.0f}"
            )
        lines.append(f"{'':12}{_standing({each.server: each.rate for each in of_query})}")
    return "\n".join(lines)


def _standing(rates: dict[str, float]) -> str:
    planned = rates.get("planned")
    if planned is None:
        return ""
    peers = [rates[name] for name in NODE_SERVERS if name in rates]
    against = {"ordinary": rates.get("ordinary"), "floor": rates.get("floor")}
    if peers:
        against["best Node peer"] = max(peers)
    said = [f"{planned / rate:.2f} x {name}" for name, rate in against.items() if rate]
    return "planned = " + ", ".join(said)

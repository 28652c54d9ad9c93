"""What the planner has done since the process started; ``/metrics`` shows it."""

from dataclasses import dataclass


@dataclass
class Counter:
    """A number that only grows.

    Parameters:
        name: as Prometheus shows it.
        help: what it counts.
    """

    name: str
    help: str
    value: int = 0

    def add(self) -> None:
        """One more."""
        self.value += 1


PLANNED = Counter("yiyang_operations_planned_total", "Operations answered by a plan.")
FALLBACKS = Counter("yiyang_operations_fallback_total", "Operations left to ordinary execution.")
COMPILED = Counter("yiyang_plans_compiled_total", "Plans compiled.")
HITS = Counter("yiyang_plan_hits_total", "Plans found compiled.")
STATEMENTS = Counter("yiyang_plan_statements_total", "Statements that plans ran.")

ALL = (PLANNED, FALLBACKS, COMPILED, HITS, STATEMENTS)


def exposition() -> str:
    """All counters in Prometheus's text format."""
    lines = [
        f"# HELP {one.name} {one.help}\n# TYPE {one.name} counter\n{one.name} {one.value}\n"
        for one in ALL
    ]
    return "".join(lines)

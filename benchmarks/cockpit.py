"""The figures of a whole city district, each by itself and all at once, and the rows behind them.

    python -m benchmarks.cockpit [--elders 227100]

Fills a district of its own, then opens its cockpit as its official does: today, and a month back.
"""

from datetime import timedelta

from benchmarks.running_demo import RunningDemo, measured
from domain.calendar import today

REGION = "330102"
FIGURES = (
    *("elders", "keyElders", "protected", "visitCoverage", "visits", "hours"),
    *("occupancy", "homeOccupancy", "nursingRatio"),
    *("answeredIn60", "answeredIn180", "arrivedInTime"),
)
ROWS, TRIES = 50, 5


def query_of(*figures: str, asked: str = "value rowCount amongCount") -> str:
    """What is asked of some figures."""
    fields = " ".join(f"{name} {{ {asked} }}" for name in figures)
    head = "query ($region: String!, $asOf: Date)"
    return f"{head} {{ districtDashboard(region: $region, asOf: $asOf) {{ {fields} }} }}"


async def measure(demo: RunningDemo) -> None:
    """Open the cockpit and print what it took."""
    async with demo.desk() as desk:
        for day in (today(), today() - timedelta(days=31)):
            variables = {"region": REGION, "asOf": day.isoformat()}
            answer = await desk.ask(query_of(*FIGURES), variables)
            found = answer["districtDashboard"]
            for name in FIGURES:
                each = await desk.milliseconds(query_of(name), variables, TRIES)
                rows = query_of(name, asked=f"rows(first: {ROWS}) {{ nodes {{ id }} }}")
                page = await desk.milliseconds(rows, variables, TRIES)
                print(
                    f"{day} {name:13} {found[name]['value']!s:20.20} {each:7.1f} ms,"
                    f" the first {ROWS} rows {page:6.1f} ms"
                )
            whole = await desk.milliseconds(query_of(*FIGURES), variables, TRIES)
            print(f"{day} {'all of them':34} {whole:7.1f} ms", flush=True)


def main() -> None:
    """Fill a district, open its cockpit."""
    measured(__doc__, measure)


if __name__ == "__main__":
    main()

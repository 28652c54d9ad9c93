"""Run the scenarios: ``python -m benchmarks.alarms``."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import benchmarks.alarms
from benchmarks.alarms.calls import FULL, SHORT
from benchmarks.alarms.outcome import Outcome, table, write
from benchmarks.alarms.scenarios import SCENARIOS
from benchmarks.alarms.stand import Stand, stand
from benchmarks.reads.subscriber import allow_sockets

RESULTS: Final = Path(__file__).parents[1] / "results" / "alarms.json"
_ELDERS: Final = 4_000
_WORKERS: Final = 2
_SOCKETS: Final = 2_000


async def _run(stage: Stand, names: Sequence[str], is_short: bool) -> list[Outcome]:
    await stage.ready()
    outcomes: list[Outcome] = []
    scale = SHORT if is_short else FULL
    for name in names:
        print(f"{name} …", flush=True)
        outcomes.append(await SCENARIOS[name](stage, scale))
        print(table(outcomes[-1:]), flush=True)
        if not is_short:
            write(RESULTS, outcomes[-1:])
    return outcomes


def main() -> None:
    """Run, print, write; the exit code is 1 where something is lost or doubled."""
    parser = argparse.ArgumentParser(
        description=benchmarks.alarms.__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=[*SCENARIOS], default=[*SCENARIOS])
    parser.add_argument("--short", action="store_true", help="a little of each; writes no file")
    given = parser.parse_args()
    allow_sockets(_SOCKETS)
    with tempfile.TemporaryDirectory(prefix="yiyang-alarms-") as folder:
        # PostgreSQL may run as a user that root lends it.
        Path(folder).chmod(0o711)
        with stand(Path(folder), elders=_ELDERS, workers=_WORKERS) as stage:
            print(f"PostgreSQL and {stage.broker.name} run.", flush=True)
            outcomes = asyncio.run(_run(stage, given.only, given.short))
    print(f"\n{table(outcomes)}")
    sys.exit(0 if all(each.is_good for each in outcomes) else 1)


if __name__ == "__main__":
    main()

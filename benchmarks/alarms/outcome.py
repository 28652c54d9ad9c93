"""What a scenario has come to, as a row of the table and of ``alarms.json``."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Outcome:
    """One row.

    Parameters:
        sent: calls, each counted once however often its device said it.
        stored: of them, as events in the database.
        raised: what they became on alarms: raised or repeated.
        delivered: changes of these that came to the desk.
        lost: calls that are missing at one stage or more.
        doubled: calls that one stage or more has too often, and deliveries that came again or
            out of order.
        p50_ms, p99_ms: from press to frame, or what else the scenario says is late; whatever
            broke meanwhile is included.
    """

    scenario: str
    sent: int
    stored: int
    raised: int
    delivered: int
    lost: int
    doubled: int
    p50_ms: float
    p99_ms: float

    @property
    def is_good(self) -> bool:
        """Whether nothing is lost and nothing doubled."""
        return not self.lost and not self.doubled


def table(outcomes: Sequence[Outcome]) -> str:
    """The rows for a terminal."""
    counts = ("sent", "stored", "raised", "delivered", "lost", "doubled")
    width = max([len(each.scenario) for each in outcomes], default=0)
    head = f"{'':{width}}" + "".join(f"{name:>11}" for name in counts)
    lines = [f"{head}{'p50 ms':>11}{'p99 ms':>11}"]
    for each in outcomes:
        cells = "".join(f"{getattr(each, name):11,}" for name in counts)
        late = f"{each.p50_ms:11,.1f}{each.p99_ms:11,.1f}"
        lines.append(f"{each.scenario:{width}}{cells}{late}")
    return "\n".join(lines)


def write(file: Path, outcomes: Sequence[Outcome]) -> None:
    """Put rows into a file; those of other scenarios stay."""
    known = json.loads(file.read_text()) if file.exists() else []
    rows = {row["scenario"]: row for row in known}
    rows |= {each.scenario: asdict(each) for each in outcomes}
    file.write_text(json.dumps([*rows.values()], indent=2) + "\n")

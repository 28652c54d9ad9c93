"""`make bench-alarms` in small: whatever breaks, each call is stored, raised and delivered once.

Which scenarios there are, `benchmarks/alarms/scenarios.py` says. They share one stand, which takes
longer to set up than most of them; so they are one test.
"""

from collections.abc import Generator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from benchmarks.alarms.calls import SHORT
from benchmarks.alarms.outcome import Outcome
from benchmarks.alarms.scenarios import SCENARIOS
from benchmarks.alarms.stand import Stand, stand
from tests.scratch import scratch

ELDERS = 300
MEASURED = {"latency-1000", "latency-5000"}
"""Nothing breaks there but the limits of a machine, and they take long."""


@pytest.fixture
def stage() -> Generator[Stand, None, None]:
    """Everything, running."""
    with TemporaryDirectory(prefix="yiyang-alarms-", dir=scratch()) as folder:
        Path(folder).chmod(0o711)  # PostgreSQL's user has to get in when we are root
        with stand(Path(folder), elders=ELDERS) as running:
            yield running


@pytest.mark.timeout(300)  # a dozen processes are started and killed, one scenario after the other
async def test_whatever_breaks_each_call_arrives_once(stage: Stand) -> None:
    for name in [name for name in SCENARIOS if name not in MEASURED]:
        outcome = await SCENARIOS[name](stage, SHORT)
        assert _counts(outcome) == {
            "sent": outcome.sent,
            "stored": outcome.sent,
            "raised": outcome.delivered,
            "delivered": outcome.delivered,
            "lost": 0,
            "doubled": 0,
        }, name
        assert outcome.sent >= outcome.delivered > 0, name


def _counts(outcome: Outcome) -> dict[str, int]:
    names = ("sent", "stored", "raised", "delivered", "lost", "doubled")
    return {name: asdict(outcome)[name] for name in names}

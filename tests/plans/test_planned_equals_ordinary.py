"""Generated operations over the whole schema: a plan's answer is ordinary execution's, to the byte.

``make fuzz-plans`` runs more of them, each time others.
"""

import asyncio
import os
import random
from collections.abc import Generator
from contextlib import AsyncExitStack, suppress

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Flaky

from domain.crypto import Vault
from tests.conftest import Template
from tests.plans.ground import Ground, open_ground
from tests.plans.operations import Asked, asked
from tests.plans.shape import reachable
from tests.plans.trial import Trial

DOCUMENTS = 1000
"""In a run; each is asked two and a half times."""

OPERATIONS = 2000
"""In a run, at least."""

_WANTED = int(os.environ.get("FUZZ_OPERATIONS") or 0)
_FIRST = int(os.environ.get("FUZZ_SEED") or random.randrange(1, 10**9))
SEEDS = range(_FIRST, _FIRST + -(-_WANTED // OPERATIONS))
RUNS = list(SEEDS) or [None]
"""By their seeds; None for the operations that are always the same."""


@pytest.fixture(scope="module")
def loop() -> Generator[asyncio.Runner, None, None]:
    """An event loop for all of them."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def ground(
    loop: asyncio.Runner, cluster: str, template: Template, vault: Vault
) -> Generator[Ground, None, None]:
    """A database for all of them."""
    stack = AsyncExitStack()
    opened = open_ground(cluster, template, vault, "plans_generated")
    yield loop.run(stack.enter_async_context(opened))
    loop.run(stack.aclose())


@pytest.mark.timeout(600)
@pytest.mark.parametrize("number", RUNS)
def test_the_answers_are_equal(loop: asyncio.Runner, ground: Ground, number: int | None) -> None:
    trial = Trial(ground)

    @settings(
        max_examples=DOCUMENTS,
        derandomize=number is None,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(asked(ground.supply))
    def compare(case: Asked) -> None:
        loop.run(trial.of(case))

    with suppress(AssertionError, Flaky):
        (compare if number is None else seed(number)(compare))()
    if trial.failed:
        pytest.fail(loop.run(trial.smallest()), pytrace=False)
    print(f"\n{trial.statistics}")
    _assert_enough_was_tried(trial)


def _assert_enough_was_tried(trial: Trial) -> None:
    """So that no change of the generator or of the planner lets the test pass by doing little."""
    found = trial.statistics
    assert found.counts["asked"] >= OPERATIONS
    assert found.share("run", "asked") > 0.75, found
    # Most of the rest is refused for a value that cannot be, which is no question for a plan.
    assert found.share("planned", "run") > 0.55, found
    # One in eight reveals something in full, which is never planned.
    assert found.share("planned", "without errors") > 0.75, "\n".join(found.unplanned[:20])
    assert found.share("with data", "asked") > 0.5, found
    assert found.share("with errors", "asked") > 0.1, found
    assert found.share("masked", "asked") > 0.02, found
    assert found.counts["changes"] > 20, found
    assert reachable("Query") <= found.visited, reachable("Query") - found.visited

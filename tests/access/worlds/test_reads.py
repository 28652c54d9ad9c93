"""Random worlds, roles and operations: every answer is the oracle's, to the last id and count.

``make fuzz-access`` tries more of them, each time others.
"""

import asyncio
import os
import random
import traceback
from collections.abc import Generator, Sequence
from contextlib import AsyncExitStack, suppress

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from domain.crypto import Vault
from tests.access.worlds.ground import Ground, open_ground
from tests.conftest import Template
from tests.plans.tape import Tape

WORLDS = 2
OPERATIONS = 20
"""In each world; each is asked by two."""

_DECISIONS = 160
"""Bytes for an operation; few would take more."""

_WANTED = int(os.environ.get("FUZZ_EXAMPLES") or 0)
_SEED = int(os.environ.get("FUZZ_SEED") or 0)

ROLES_TRIED = 13
"""All of them, in the worlds that are always the same."""


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
    opened = open_ground(cluster, template, vault, "worlds_generated")
    yield loop.run(stack.enter_async_context(opened))
    loop.run(stack.aclose())


@pytest.mark.timeout(36_000 if _WANTED else 300)
def test_answers_are_the_oracles(loop: asyncio.Runner, ground: Ground) -> None:
    @settings(
        max_examples=_WANTED or WORLDS,
        derandomize=not _WANTED,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(
        st.integers(0, 2**31),
        st.lists(
            st.binary(min_size=_DECISIONS, max_size=_DECISIONS),
            min_size=OPERATIONS,
            max_size=OPERATIONS,
        ),
    )
    def compare(number: int, operations: Sequence[bytes]) -> None:
        try:
            loop.run(ground.tried(number, [Tape(one) for one in operations]))
        except Exception:
            # Hypothesis would print all decisions, which say nothing to anybody.
            ground.failure = ground.failure or traceback.format_exc()
            raise

    with suppress(Exception):
        (seed(_SEED or random.randrange(10**9))(compare) if _WANTED else compare)()
    if ground.failure:
        pytest.fail(ground.failure, pytrace=False)
    print(f"\n{ground.counts}")
    assert len(ground.roles) == ROLES_TRIED
    assert ground.counts["shown"] > ground.counts["asked"]
    assert ground.counts["hidden"] > ground.counts["asked"] / 4
    assert ground.counts["too large"] < ground.counts["asked"] / 10
    assert ground.counts["planned"] > ground.counts["asked"] * 0.4

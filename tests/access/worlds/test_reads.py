"""Random worlds, roles and operations: every answer is the oracle's, to the last id and count.

``make fuzz-access`` tries more of them, each time others.
"""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from api.errors import ErrorCode
from api.requests import Request
from api.texts import Language
from domain.access import Role
from tests.access.worlds.answers import Seen
from tests.access.worlds.comparing import disagreement
from tests.access.worlds.documents import query
from tests.access.worlds.ground import TIMEOUT_SECONDS, Ground, Grounds, Tally, named, numbers
from tests.access.worlds.selections import Chooser, Field, Supply
from tests.plans.running import Runner

WORLDS = (1, 2)
"""That are always the same."""

OPERATIONS = 20
BOUND = [Role.FAMILY, Role.VENDOR, Role.FAMILY, Role.VOLUNTEER, Role.FAMILY, Role.CAREGIVER]
"""To consents, scopes, times and places: one of them asks each operation, beside one of all."""


@pytest.mark.timeout(TIMEOUT_SECONDS)
async def test_answers_are_the_oracles(grounds: Grounds) -> None:
    tally = Tally()
    for number in numbers(WORLDS):
        with named(number):
            async with grounds(number) as ground:
                await _try(ground, tally)
    print(f"\n{tally.counts}")
    counts = tally.counts
    assert tally.roles == set(Role)
    assert counts["shown"] > counts["asked"]
    assert counts["hidden"] > counts["asked"] / 4
    assert counts["too large"] < counts["asked"] / 10
    assert counts["planned"] > counts["asked"] * 0.4


async def _try(ground: Ground, tally: Tally) -> None:
    supply, runner = Supply(ground.world), Runner(ground.database, ground.vault)
    for place, tape in enumerate(ground.tapes(OPERATIONS)):
        fields = Chooser(tape, supply).operation()
        for role in (ground.role(place), BOUND[place % len(BOUND)]):
            actor = ground.one_of(tape, role)
            tally.roles.add(actor.role)
            await _ask(runner, Seen(ground.world, actor), fields, tally)


async def _ask(runner: Runner, seen: Seen, fields: Sequence[Field], tally: Tally) -> None:
    """One operation, planned and not."""
    text, wanted = query(fields), seen.answer(fields)
    for planned in (True, False):
        request = Request(text, None)
        outcome = await runner.outcome(request, seen.actor, Language.EN, planned=planned)
        tally.counts["asked"] += 1
        if _is_too_large(outcome.body):
            tally.counts["too large"] += 1
            continue
        wrong = disagreement(outcome.body, wanted, seen.masked)
        assert not wrong, f"{seen.actor}, planned: {planned}\n{text}\n{wrong}"
        tally.counts["planned"] += outcome.answer.planned
    tally.counts["shown"] += json.dumps(wanted, default=str).count('"id"')
    tally.counts["hidden"] += len(seen.masked)


def _is_too_large(body: dict[str, Any]) -> bool:
    codes = [error["extensions"]["code"] for error in body.get("errors", [])]
    return codes == [ErrorCode.QUERY_TOO_LARGE]

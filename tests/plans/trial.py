"""Tries one document on both executions, as each of those who ask it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
from graphql import get_variable_values

from api.documents import NoSuchOperation, prepared
from api.requests import Request
from api.schema import core
from domain.errors import ErrorCode
from tests.plans.comparison import same, same_but_for_the_choice
from tests.plans.ground import Ground
from tests.plans.operations import Asked, Asking
from tests.plans.reduction import reduced
from tests.plans.running import Outcome
from tests.plans.shape import named
from tests.plans.statistics import Statistics

NO_PLAN = {
    *ErrorCode,
    "several mutations",
    "null where there must be something",
    "__schema asks about the schema",
    "__type asks about the schema",
    "Elder.accessList is asynchronous",  # by as many statements as there are rules
    "AdmissionApplication.place is asynchronous",  # a place is known by all who wait beside it
    "CareAssignment.lacking is asynchronous",  # by certificates that count on that day
    "ElderMerge.canUndo is asynchronous",  # by where the one that was kept lives now
    "Elder.serviceSuggestions is asynchronous",  # rules look at needs, tags and level together
    "SuggestionItem.availableActions is asynchronous",  # by whether its list was taken back
    "Elder.measurementSeries is asynchronous",  # a curve is counted, not read
    "NearbyBedConnection.totalCount has a resolver of its own",  # counted only when asked for
    # Each figure is read only where it is asked for.
    *(
        f"DistrictDashboard.{name} has a resolver of its own"
        for name in named("DistrictDashboard").fields
    ),
    "NearbyPlaceConnection.totalCount has a resolver of its own",  # the same
    "Elder.reveal takes note of whom it refuses",
    "Contact.reveal takes note of whom it refuses",
    "GraphQLError",  # an argument that is wrong by the value of a variable in it
    "CharacterNotInRepertoireError",  # PostgreSQL's texts have no NUL
}
"""Why there may be none. Any other reason is a defect of the planner, though the answer is good."""


class Trial:
    """Compares the two executions.

    Attributes:
        statistics: of all that has been tried.
        failed: what was asked, and by whom, when two answers differed.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        ground.supply.visited.clear()
        self.statistics = Statistics(visited=ground.supply.visited)
        self.failed: tuple[Asked, Asking] | None = None

    async def of(self, asked: Asked) -> None:
        """Raises: AssertionError for two different answers, or one that is our own fault."""
        for asking in asked.askings:
            self.failed = (asked, asking)
            _check_variables(asked, asking)
            planned, ordinary = await self.of_one(asked, asking)
            self.statistics.note(asked.document, asked.visited, planned, ordinary)
            assert "INTERNAL" not in _codes(ordinary), _told(asked, asking, planned, ordinary)
            self.failed = None

    async def smallest(self) -> str:
        """What failed, with a document that has nothing in it that it does not fail without."""
        assert self.failed
        asked, asking = self.failed

        def smaller(document: str) -> Asked:
            return replace(asked, document=document, askings=[asking])

        async def wrong(document: str) -> bool:
            return await self._failure(smaller(document)) is not None

        # Hypothesis would make the decisions behind the document smaller, which is no use here.
        document = await reduced(asked.document, wrong)
        return await self._failure(smaller(document)) or "It has passed when it was tried again."

    async def _failure(self, asked: Asked) -> str | None:
        try:
            await self.of(asked)
        except AssertionError as error:
            return str(error)
        return None

    async def of_one(self, asked: Asked, asking: Asking) -> tuple[Outcome, Outcome]:
        """The same answer twice, by a plan and ordinarily. Raises: AssertionError if not."""
        planned, ordinary, equal = await self._outcomes(asked, asking)
        if not equal:
            # Once more: a device may have gone offline, or a cut-off passed in between.
            planned, ordinary, equal = await self._outcomes(asked, asking)
        assert equal, _told(asked, asking, planned, ordinary)
        assert planned.unplanned in {None, *NO_PLAN}, _told(asked, asking, planned, ordinary)
        return planned, ordinary

    async def _outcomes(self, asked: Asked, asking: Asking) -> tuple[Outcome, Outcome, bool]:
        since = datetime.now(UTC)
        planned = await self._outcome(asked, asking, planned=True)
        ordinary = await self._outcome(asked, asking, planned=False)
        equal = same(planned.body, ordinary.body, since)
        if not equal and not asked.is_mutation and _failed(planned) and _failed(ordinary):
            equal = await self._same_but_for_the_choice(asked, asking, planned, ordinary)
        return planned, ordinary, equal

    async def _same_but_for_the_choice(
        self, asked: Asked, asking: Asking, planned: Outcome, ordinary: Outcome
    ) -> bool:
        self.statistics.counts["one of several errors"] += 1
        request = Request(asked.document, asking.variables, asking.operation_name)
        every = await self._ground.runner.every_error(request, asking.actor, asking.language)
        return same_but_for_the_choice(planned.body, ordinary.body, every)

    async def _outcome(self, asked: Asked, asking: Asking, *, planned: bool) -> Outcome:
        """One answer; whatever it changed is put back, so that the other finds the same rows."""
        kept = self._ground.kept
        before = await kept.mark() if asked.is_mutation else None
        request = Request(asked.document, asking.variables, asking.operation_name, cost=True)
        try:
            return await self._ground.runner.outcome(
                request, asking.actor, asking.language, planned=planned
            )
        except asyncio.CancelledError as error:
            # By one field for another that waits for the same row: nobody has asked us to stop.
            raise AssertionError(f"{asked.document}\n{asking}\nwas cancelled") from error
        finally:
            if asked.is_mutation and await kept.mark() != before:
                self.statistics.counts["changes"] += not planned
                await kept.restore()
            else:
                await kept.forget_reads()


def _check_variables(asked: Asked, asking: Asking) -> None:
    """Both executions share the coercion of variables, so it is held against graphql-core's."""
    try:
        operation = prepared(asked.document).operation(asking.operation_name)
    except NoSuchOperation:
        return
    given = asking.variables or {}
    definitions = operation.node.variable_definitions or ()
    wanted = get_variable_values(core, definitions, given, max_errors=50)
    found = operation.coerced(given)
    if isinstance(wanted, list) or isinstance(found, list):
        assert str(found) == str(wanted), (asked.document, given)
    else:
        assert repr(found.coerced) == repr(wanted.coerced), (asked.document, given)


def _failed(outcome: Outcome) -> bool:
    """While it was executed."""
    return outcome.answer.ran and "errors" in outcome.body and "path" in outcome.body["errors"][0]


def _codes(outcome: Outcome) -> list[Any]:
    return [error["extensions"]["code"] for error in outcome.body.get("errors", ())]


def _told(asked: Asked, asking: Asking, planned: Outcome, ordinary: Outcome) -> str:
    actor = asking.actor
    return "\n".join(
        (
            f"{asked.document}\n",
            f"variables: {asking.variables}",
            f"operationName: {asking.operation_name!r}, language: {asking.language}",
            f"actor: {actor.role} {actor.id}, region {actor.region}",
            f"planned:  {orjson.dumps(planned.body).decode()}",
            f"ordinary: {orjson.dumps(ordinary.body).decode()}",
            f"(a plan made the first: {planned.answer.planned}; if not: {planned.unplanned})",
        )
    )

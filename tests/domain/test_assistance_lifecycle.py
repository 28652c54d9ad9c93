"""Assistance cases against a model: whoever applies, accepts and rejects in whatever order."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlmodel import col

from domain.access import Actor, Role
from domain.assistance import service
from domain.assistance.lifecycle import CASE_LIFECYCLE, CaseAction, CaseState
from domain.assistance.models import AssistanceCase, AssistanceCaseLog, AssistanceKind
from domain.calendar import add_working_days, today
from domain.database import Database
from domain.errors import (
    CaseAlreadyOpen,
    ConflictOfInterest,
    DomainError,
    IllegalTransition,
    InvalidInput,
    NotFound,
    PermissionDenied,
)
from domain.ids import public_id
from domain.outbox import OutboxEvent
from tests.makers.assistance import clear_cases, make_official
from yiyang.district.cast import District

# What the rules say, written a second time: the machine must not ask the code under test.
MAY_SUBMIT = {"ELDER", "FAMILY", "STATION", "OFFICIAL", "OTHER"}
SEES_HER = MAY_SUBMIT | {"ADMIN", "DISPATCHER"}
SEES_EVERY_CASE = {"ELDER", "FAMILY", "OFFICIAL", "OTHER", "ADMIN", "AUDITOR"}
DECIDES = {"OFFICIAL", "OTHER"}
NEXT = {
    ("SUBMITTED", "ACCEPT"): "ACCEPTED",
    ("SUBMITTED", "REJECT"): "REJECTED",
    ("ACCEPTED", "REJECT"): "REJECTED",
}
WHO = sorted(SEES_HER | SEES_EVERY_CASE | {"VOLUNTEER"})


class Machine(RuleBasedStateMachine):
    """The mother's cases, and a model of them."""

    runner: asyncio.Runner
    database: Database
    district: District
    other: Actor

    def __init__(self) -> None:
        super().__init__()
        self.state: dict[UUID, str] = {}
        self.kind: dict[UUID, AssistanceKind] = {}
        self.submitter: dict[UUID, str] = {}
        self.changes = 0
        self.run(clear_cases(self.database))

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def actor(self, who: str) -> Actor:
        if who == "OTHER":
            return self.other
        player = self.district.players[Role(who)]
        return Actor(player.account_id, Role(who), player.region_code)

    def sees(self, who: str, case_id: UUID) -> bool:
        return who in SEES_EVERY_CASE or self.submitter[case_id] == who == "STATION"

    async def _outcome(self, verb: Any, who: str, *arguments: Any) -> AssistanceCase | DomainError:
        try:
            async with self.database.transaction("test") as session:
                return await verb(session, self.actor(who), *arguments)
        except DomainError as error:
            return error

    @rule(who=st.sampled_from(WHO), kind=st.sampled_from(list(AssistanceKind)))
    def someone_applies(self, who: str, kind: AssistanceKind) -> None:
        outcome = self.run(self._outcome(service.submit, who, self.district.mother_id, kind))
        in_the_way = [
            key
            for key, state in self.state.items()
            if state != "REJECTED" and self.kind[key] == kind
        ]
        if who not in SEES_HER:
            assert isinstance(outcome, NotFound)
        elif who not in MAY_SUBMIT:
            assert isinstance(outcome, PermissionDenied)
        elif in_the_way:
            shown = [key for key in in_the_way if self.sees(who, key)]
            assert isinstance(outcome, CaseAlreadyOpen)
            assert list(outcome.blockers) == [public_id("assistance_case", key) for key in shown]
        else:
            assert isinstance(outcome, AssistanceCase)
            self.state[outcome.id], self.kind[outcome.id] = "SUBMITTED", kind
            self.submitter[outcome.id] = who
            self.changes += 1

    @rule(
        who=st.sampled_from(WHO),
        pick=st.integers(0, 99),
        offset=st.sampled_from([None, 0, 0, -5, 5]),
    )
    def someone_accepts(self, who: str, pick: int, offset: int | None) -> None:
        if not self.state:
            return
        case_id = list(self.state)[pick % len(self.state)]
        day = None if offset is None else today() + timedelta(days=offset)
        outcome = self.run(self._outcome(service.accept, who, case_id, day))
        self._expect(outcome, who, case_id, "ACCEPT", fit=not offset)
        if isinstance(outcome, AssistanceCase):
            assert outcome.accepted_on is not None
            due = add_working_days(outcome.accepted_on, 30)
            assert (outcome.due_on, outcome.due_provisional) == due

    @rule(
        who=st.sampled_from(WHO),
        pick=st.integers(0, 99),
        reason=st.sampled_from(["不符合条件", "收入超过标准", "", " \n", "长" * 2001]),
    )
    def someone_rejects(self, who: str, pick: int, reason: str) -> None:
        if not self.state:
            return
        case_id = list(self.state)[pick % len(self.state)]
        outcome = self.run(self._outcome(service.reject, who, case_id, reason))
        fit = bool(reason.strip()) and len(reason) <= 2000
        self._expect(outcome, who, case_id, "REJECT", fit=fit)

    def _expect(self, outcome: Any, who: str, case_id: UUID, action: str, *, fit: bool) -> None:
        following = NEXT.get((self.state[case_id], action))
        if not self.sees(who, case_id):
            assert isinstance(outcome, NotFound)
        elif who not in DECIDES:
            assert isinstance(outcome, PermissionDenied)
        elif following is None:
            assert isinstance(outcome, IllegalTransition)
            assert outcome.facts["from"] == self.state[case_id]
        elif self.submitter[case_id] == who:
            assert isinstance(outcome, ConflictOfInterest)
        elif not fit:
            assert isinstance(outcome, InvalidInput)
        else:
            assert isinstance(outcome, AssistanceCase)
            self.state[case_id] = following
            self.changes += 1

    @invariant()
    def database_agrees(self) -> None:
        self.run(self._compare())

    async def _compare(self) -> None:
        keys = list(self.state)
        events = select(func.count()).where(
            col(OutboxEvent.topic) == "assistance_case", col(OutboxEvent.subject_id).in_(keys)
        )
        logged = select(func.count()).select_from(AssistanceCaseLog)
        stored = select(col(AssistanceCase.id), col(AssistanceCase.state), col(AssistanceCase.kind))
        async with self.database.reading() as connection:
            rows = (await connection.execute(stored)).all()
            counted = (await connection.scalar(logged), await connection.scalar(events))
        assert {row[0]: (row[1].value, row[2]) for row in rows} == {
            key: (self.state[key], self.kind[key]) for key in keys
        }
        assert counted == (self.changes, self.changes)


def test_cases_do_what_the_model_says(database_url: str, district: District) -> None:
    with asyncio.Runner() as runner:
        Machine.runner, Machine.district = runner, district
        Machine.database = runner.run(_opened(database_url))
        region = district.players[Role.OFFICIAL].region_code
        assert region is not None
        Machine.other = runner.run(make_official(Machine.database, region))
        try:
            run_state_machine_as_test(
                Machine,
                settings=settings(
                    max_examples=15,
                    stateful_step_count=25,
                    deadline=None,
                    suppress_health_check=[HealthCheck.too_slow],
                ),
            )
        finally:
            runner.run(Machine.database.close())


async def _opened(url: str) -> Database:
    return Database(url, pool_size=2)


# The way of a case by the rules, as text; the table must offer this and nothing more.
WAY = """
    DRAFT: SUBMIT WITHDRAW
    SUBMITTED: ACCEPT ASK_SUPPLEMENT REJECT WITHDRAW
    NEEDS_SUPPLEMENT: SUPPLEMENT REJECT WITHDRAW
    ACCEPTED: INVESTIGATE ADVANCE REJECT WITHDRAW
    INVESTIGATING: PUBLICIZE REJECT WITHDRAW
    PUBLICIZED: OBJECT PASS_TO_COUNTY APPROVE REJECT WITHDRAW
    OBJECTED: INVESTIGATE REJECT WITHDRAW
    COUNTY_REVIEW: APPROVE REJECT WITHDRAW
    APPROVED: ACTIVATE
    REJECTED:
    ACTIVE: REVIEW SUSPEND TERMINATE
    REVIEW: CONTINUE TAPER TERMINATE
    TAPERING: CLOSE
    SUSPENDED: RESUME TERMINATE
    CLOSED:
    TERMINATED:
    WITHDRAWN:
    ADVANCED: BACKFILL
    BACKFILL: CLOSE
"""
OFFERED = {
    CaseState(state.strip()): {CaseAction(action) for action in actions.split()}
    for state, _, actions in (line.partition(":") for line in WAY.strip().splitlines())
}


@pytest.mark.parametrize("state", list(CaseState))
def test_the_table_offers_what_the_rules_say(state: CaseState) -> None:
    assert set(CASE_LIFECYCLE.actions(state)) == OFFERED[state]


@pytest.mark.parametrize("state", list(CaseState))
def test_a_case_that_has_not_ended_can_end_and_one_that_has_stays(state: CaseState) -> None:
    ends = {CaseState.REJECTED, CaseState.CLOSED, CaseState.TERMINATED, CaseState.WITHDRAWN}
    reached, ahead = set[CaseState](), [state]
    while ahead:
        here = ahead.pop()
        reached.add(here)
        follow = {CASE_LIFECYCLE.next(here, action) for action in CASE_LIFECYCLE.actions(here)}
        ahead.extend(follow - reached)
    assert reached & ends
    if state in ends:
        assert reached == {state}

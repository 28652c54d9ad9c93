"""Alarms against a model: whatever people and devices do in whatever order."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.alarms import service
from domain.alarms.lifecycle import ALARM_LIFECYCLE, AlarmAction, AlarmState
from domain.alarms.models import Alarm, AlarmLog, ResolveReason
from domain.calendar import now
from domain.database import Database
from domain.errors import DomainError, IllegalTransition, NotFound, PermissionDenied
from domain.outbox import OutboxEvent
from tests.signals import sos
from yiyang.district.cast import District

VERBS: dict[AlarmAction, Any] = {
    AlarmAction.ACKNOWLEDGE: service.acknowledge,
    AlarmAction.DISPATCH: service.dispatch,
    AlarmAction.ARRIVE: service.arrive,
    AlarmAction.RESOLVE: lambda session, actor, key: service.resolve(
        session, actor, key, ResolveReason.TRUE_ALARM
    ),
}

# What the rules say, written a second time: the machine must not ask the code under test.
NEXT = {
    ("RAISED", "ACKNOWLEDGE"): "ACKNOWLEDGED",
    ("ACKNOWLEDGED", "DISPATCH"): "DISPATCHED",
    ("DISPATCHED", "ARRIVE"): "ARRIVED",
    ("RAISED", "RESOLVE"): "RESOLVED",
    ("ACKNOWLEDGED", "RESOLVE"): "RESOLVED",
    ("DISPATCHED", "RESOLVE"): "RESOLVED",
    ("ARRIVED", "RESOLVE"): "RESOLVED",
}
MAY = {
    Role.FAMILY: {"ACKNOWLEDGE"},
    Role.DISPATCHER: {"ACKNOWLEDGE", "DISPATCH", "ARRIVE", "RESOLVE"},
    Role.OFFICIAL: set[str](),
    Role.VOLUNTEER: None,
}
"""Role -> what it may do with the mother's alarm; None sees nothing of it."""


class Machine(RuleBasedStateMachine):
    """One elder's SOS alarms, and a model of them."""

    runner: asyncio.Runner
    database: Database
    district: District

    def __init__(self) -> None:
        super().__init__()
        self.state: dict[UUID, str] = {}
        self.changes = 0
        self.repeats: dict[UUID, int] = {}
        self.run(self._close_what_is_open())

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    @property
    def open(self) -> UUID | None:
        return next((key for key, state in self.state.items() if state != "RESOLVED"), None)

    def actor(self, role: Role) -> Actor:
        player = self.district.players[role]
        return Actor(player.account_id, role, player.region_code)

    async def _close_what_is_open(self) -> None:
        async with self.database.transaction("test") as session:
            for alarm in await session.scalars(
                select(Alarm).where(col(Alarm.state) != AlarmState.RESOLVED)
            ):
                alarm.state, alarm.resolve_reason = AlarmState.RESOLVED, ResolveReason.TEST
                alarm.resolved_at = now()

    async def _raise(self) -> UUID:
        async with self.database.transaction("test") as session:
            await service.raise_alarms(session, [await sos(session, self.district)])
        async with self.database.reading() as connection:
            newest = select(col(AlarmLog.alarm_id)).order_by(col(AlarmLog.id).desc()).limit(1)
            found = await connection.scalar(newest)
        assert found is not None
        return found

    @rule()
    def device_raises(self) -> None:
        open_before = self.open
        alarm_id = self.run(self._raise())
        self.changes += 1
        if open_before is None:
            assert alarm_id not in self.state
            self.state[alarm_id], self.repeats[alarm_id] = "RAISED", 0
        else:
            assert alarm_id == open_before
            self.repeats[alarm_id] += 1

    @rule(
        role=st.sampled_from(list(MAY)),
        action=st.sampled_from(list(AlarmAction)),
        pick=st.integers(0, 99),
    )
    def person_acts(self, role: Role, action: AlarmAction, pick: int) -> None:
        if not self.state:
            return
        alarm_id = list(self.state)[pick % len(self.state)]
        outcome = self.run(self._act(role, action, alarm_id))
        allowed = MAY[role]
        following = NEXT.get((self.state[alarm_id], action.value))
        if allowed is None:
            assert isinstance(outcome, NotFound)
        elif action.value not in allowed:
            assert isinstance(outcome, PermissionDenied)
        elif following is None:
            assert isinstance(outcome, IllegalTransition)
            assert outcome.facts["from"] == self.state[alarm_id]
        else:
            assert outcome is None
            self.state[alarm_id] = following
            self.changes += 1

    async def _act(self, role: Role, action: AlarmAction, alarm_id: UUID) -> DomainError | None:
        try:
            async with self.database.transaction("test") as session:
                await VERBS[action](session, self.actor(role), alarm_id)
        except DomainError as error:
            return error
        return None

    @invariant()
    def database_agrees(self) -> None:
        self.run(self._compare())

    async def _compare(self) -> None:
        if not self.state:
            return
        keys = list(self.state)
        async with self.database.reading() as connection:
            rows = await connection.execute(
                select(col(Alarm.id), col(Alarm.state), col(Alarm.repeat_count)).where(
                    col(Alarm.id).in_(keys)
                )
            )
            stored = {row[0]: (row[1].value, row[2]) for row in rows}
            logs = (
                await connection.execute(select(AlarmLog).where(col(AlarmLog.alarm_id).in_(keys)))
            ).all()
            events = (
                await connection.execute(
                    select(OutboxEvent).where(col(OutboxEvent.subject_id).in_(keys))
                )
            ).all()
        assert stored == {key: (self.state[key], self.repeats[key]) for key in keys}
        assert len(logs) == len(events) == self.changes


def test_alarms_do_what_the_model_says(database_url: str, district: District) -> None:
    with asyncio.Runner() as runner:
        Machine.runner, Machine.district = runner, district
        Machine.database = runner.run(_opened(database_url))
        try:
            run_state_machine_as_test(
                Machine,
                settings=settings(
                    max_examples=25,
                    stateful_step_count=20,
                    deadline=None,
                    suppress_health_check=[HealthCheck.too_slow],
                ),
            )
        finally:
            runner.run(Machine.database.close())


async def _opened(url: str) -> Database:
    return Database(url, pool_size=2)


@pytest.mark.parametrize("state", list(AlarmState))
def test_the_table_offers_what_the_rules_say(state: AlarmState) -> None:
    offered = {action.value for action in ALARM_LIFECYCLE.actions(state)}
    assert offered == {action for (source, action) in NEXT if source == state.value}

"""Alarms and incidents against a model: whatever people and devices do in whatever order."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select, update
from sqlmodel import col

from domain.access import Actor, Role
from domain.alarms import cancelling, incidents, service
from domain.alarms.lifecycle import (
    ALARM_LIFECYCLE,
    AlarmAction,
    AlarmState,
    IncidentAction,
    IncidentState,
)
from domain.alarms.models import (
    Alarm,
    AlarmLog,
    AlarmPurpose,
    AlarmSeverity,
    AlarmType,
    Incident,
    ResolveReason,
)
from domain.calendar import now
from domain.database import Database
from domain.errors import DomainError, IllegalTransition, NotFound, PermissionDenied
from domain.outbox import OutboxEvent
from tests.signals import sos
from yiyang.district.cast import District


def _reason(purpose: str) -> ResolveReason:
    return ResolveReason.DRILL if purpose == "DRILL" else ResolveReason.TRUE_ALARM


# What the rules say, written a second time: the machine must not ask the code under test.
OPEN = ("RAISED", "ACKNOWLEDGED", "DISPATCHED", "ARRIVED")
NEXT = {
    ("RAISED", "ACKNOWLEDGE"): "ACKNOWLEDGED",
    ("ACKNOWLEDGED", "DISPATCH"): "DISPATCHED",
    ("DISPATCHED", "DISPATCH"): "DISPATCHED",
    ("DISPATCHED", "ARRIVE"): "ARRIVED",
    **{(state, "RESOLVE"): "RESOLVED" for state in OPEN},
    **{(state, "ASSIGN"): state for state in OPEN},
    **{(state, "SNOOZE"): state for state in OPEN[1:]},
    **{(state, "COMMENT"): state for state in (*OPEN, "RESOLVED")},
    ("RAISED", "CANCEL"): "RESOLVED",
}
MAY = {
    Role.FAMILY: {"ACKNOWLEDGE", "COMMENT"},
    Role.DISPATCHER: {action.value for action in AlarmAction} - {"CANCEL"},
    Role.OFFICIAL: set[str](),
    Role.VOLUNTEER: None,
}
"""Role -> what it may do with the mother's alarm; None sees nothing of it."""

TYPES = (AlarmType.SOS, AlarmType.HYPERTENSION)
SEVERITIES = ("CRITICAL", "MAJOR", "WARNING")
"""The most urgent is the first of some by the alphabet, too."""


@dataclass
class Ringing:
    """An incident of the model."""

    purpose: str
    last: int
    takes: bool = True
    alarms: list[UUID] = field(default_factory=list[UUID])


class Machine(RuleBasedStateMachine):
    """One elder's alarms and incidents, and a model of them."""

    runner: asyncio.Runner
    database: Database
    district: District

    def __init__(self) -> None:
        super().__init__()
        self.state: dict[UUID, str] = {}
        self.kind: dict[UUID, tuple[AlarmType, str]] = {}
        self.severity: dict[UUID, str] = {}
        self.changes = 0
        self.repeats: dict[UUID, int] = {}
        self.minute = 0
        self.incidents: list[Ringing] = []
        self.began = now()
        self.run(self._close_what_is_open())

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def open(self, kind: tuple[AlarmType, str]) -> UUID | None:
        alike = (key for key, state in self.state.items() if state != "RESOLVED")
        return next((key for key in alike if self.kind[key] == kind), None)

    def actor(self, role: Role) -> Actor:
        player = self.district.players[role]
        return Actor(player.account_id, role, player.region_code)

    async def _close_what_is_open(self) -> None:
        async with self.database.transaction("test") as session:
            await session.execute(
                update(Alarm)
                .where(col(Alarm.state) != AlarmState.RESOLVED)
                .values(state="RESOLVED", resolve_reason="TEST", resolved_at=now())
            )
            await session.execute(
                update(Incident)
                .where(col(Incident.state) != IncidentState.RESOLVED)
                .values(state="RESOLVED", resolved_at=now(), taking=False)
            )

    async def _raise(self, type: AlarmType, purpose: str, severity: str) -> UUID:
        async with self.database.transaction("test") as session:
            signal = replace(
                await sos(session, self.district),
                type=type,
                severity=AlarmSeverity(severity),
                purpose=AlarmPurpose(purpose),
                at=self.began + timedelta(minutes=self.minute),
            )
            await service.raise_alarms(session, [signal])
        async with self.database.reading() as connection:
            newest = select(col(AlarmLog.alarm_id)).order_by(col(AlarmLog.id).desc()).limit(1)
            found = await connection.scalar(newest)
        assert found is not None
        return found

    @rule(minutes=st.sampled_from([1, 10, 11]))
    def time_passes(self, minutes: int) -> None:
        self.minute += minutes

    @rule(
        type=st.sampled_from(TYPES),
        purpose=st.sampled_from(["REAL", "REAL", "DRILL"]),
        severity=st.sampled_from(SEVERITIES),
    )
    def device_raises(self, type: AlarmType, purpose: str, severity: str) -> None:
        open_before = self.open((type, purpose))
        alarm_id = self.run(self._raise(type, purpose, severity))
        self.changes += 1
        if open_before is None:
            assert alarm_id not in self.state
            self.state[alarm_id], self.repeats[alarm_id] = "RAISED", 0
            self.kind[alarm_id], self.severity[alarm_id] = (type, purpose), severity
            self._joins(alarm_id, purpose)
        else:
            assert alarm_id == open_before
            self.repeats[alarm_id] += 1
            self.severity[alarm_id] = min(severity, self.severity[alarm_id])

    def _joins(self, alarm_id: UUID, purpose: str) -> None:
        here = [one for one in self.incidents if one.purpose == purpose and one.takes]
        if here and self.minute - here[0].last <= 10:
            here[0].last = self.minute
            here[0].alarms.append(alarm_id)
            self.changes += 1  # MERGED
            return
        for one in here:
            one.takes = False
        self.incidents.append(Ringing(purpose, self.minute, alarms=[alarm_id]))

    @rule(
        role=st.sampled_from(list(MAY)),
        action=st.sampled_from(list(AlarmAction)),
        pick=st.integers(0, 99),
    )
    def person_acts(self, role: Role, action: AlarmAction, pick: int) -> None:
        if not self.state:
            return
        alarm_id = list(self.state)[pick % len(self.state)]
        purpose = self.kind[alarm_id][1]
        outcome = self.run(self._tried(self._verb(role, action, alarm_id, purpose)))
        allowed = self._allowed(role, purpose)
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
            self._over()

    @rule(
        role=st.sampled_from(list(MAY)),
        action=st.sampled_from(list(IncidentAction)),
        pick=st.integers(0, 99),
    )
    def person_acts_on_all(self, role: Role, action: IncidentAction, pick: int) -> None:
        if not self.incidents:
            return
        ringing = self.incidents[pick % len(self.incidents)]
        state = self._state_of(ringing)
        outcome = self.run(self._tried(self._whole(role, action, ringing)))
        allowed = self._allowed(role, ringing.purpose)
        if allowed is None:
            assert isinstance(outcome, NotFound)
        elif action.value not in allowed:
            assert isinstance(outcome, PermissionDenied)
        elif state == "RESOLVED" or (state == "ACKNOWLEDGED" and action.value == "ACKNOWLEDGE"):
            assert isinstance(outcome, IllegalTransition)
        else:
            assert outcome is None
            for alarm_id in ringing.alarms:
                following = NEXT.get((self.state[alarm_id], action.value))
                if following is not None:
                    self.state[alarm_id] = following
                    self.changes += 1
            self._over()

    def _allowed(self, role: Role, purpose: str) -> set[str] | None:
        return None if role is Role.FAMILY and purpose == "DRILL" else MAY[role]

    def _state_of(self, ringing: Ringing) -> str:
        states = {self.state[one] for one in ringing.alarms}
        if states == {"RESOLVED"}:
            return "RESOLVED"
        return "RAISED" if "RAISED" in states else "ACKNOWLEDGED"

    def _over(self) -> None:
        for one in self.incidents:
            one.takes = one.takes and self._state_of(one) != "RESOLVED"

    def _verb(self, role: Role, action: AlarmAction, alarm_id: UUID, purpose: str) -> Any:
        actor, desk = self.actor(role), self.actor(Role.DISPATCHER).id
        verbs: dict[AlarmAction, Any] = {
            AlarmAction.ACKNOWLEDGE: lambda on: service.acknowledge(on, actor, alarm_id),
            AlarmAction.DISPATCH: lambda on: service.dispatch(on, actor, alarm_id),
            AlarmAction.ARRIVE: lambda on: service.arrive(on, actor, alarm_id),
            AlarmAction.RESOLVE: lambda on: service.resolve(on, actor, alarm_id, _reason(purpose)),
            AlarmAction.ASSIGN: lambda on: service.assign(on, actor, alarm_id, desk),
            AlarmAction.SNOOZE: lambda on: service.snooze(on, actor, alarm_id, 5),
            AlarmAction.COMMENT: lambda on: service.comment(on, actor, alarm_id, "好"),
            AlarmAction.CANCEL: lambda on: cancelling.cancel(on, actor, alarm_id),
        }
        return verbs[action]

    def _whole(self, role: Role, action: IncidentAction, ringing: Ringing) -> Any:
        async def verb(session: Any) -> None:
            one = select(col(Alarm.incident_id)).where(col(Alarm.id) == ringing.alarms[0])
            key, actor = await session.scalar(one), self.actor(role)
            if action is IncidentAction.ACKNOWLEDGE:
                await incidents.acknowledge_all(session, actor, key)
            else:
                await incidents.resolve_all(session, actor, key, _reason(ringing.purpose))

        return verb

    async def _tried(self, verb: Any) -> DomainError | None:
        try:
            async with self.database.transaction("test") as session:
                await verb(session)
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
        wanted = (Alarm.id, Alarm.state, Alarm.severity, Alarm.repeat_count, Alarm.incident_id)
        told = select(*map(col, wanted))
        async with self.database.reading() as connection:
            rows = (await connection.execute(told.where(col(Alarm.id).in_(keys)))).all()
            logs = (
                await connection.execute(select(AlarmLog).where(col(AlarmLog.alarm_id).in_(keys)))
            ).all()
            events = (
                await connection.execute(
                    select(OutboxEvent).where(col(OutboxEvent.subject_id).in_(keys))
                )
            ).all()
            found = select(
                *map(col, (Incident.id, Incident.state, Incident.severity, Incident.taking))
            )
            ringing = {row.id: row for row in await connection.execute(found)}
        stored = {row.id: (row.state, row.severity, row.repeat_count) for row in rows}
        assert stored == {
            key: (self.state[key], self.severity[key], self.repeats[key]) for key in keys
        }
        assert len(logs) == len(events) == self.changes
        self._compare_incidents({row.id: ringing[row.incident_id] for row in rows})

    def _compare_incidents(self, incident_of: dict[UUID, Any]) -> None:
        assert len({row.id for row in incident_of.values()}) == len(self.incidents)
        for one in self.incidents:
            (row,) = {incident_of[key] for key in one.alarms}
            urgent = min(self.severity[key] for key in one.alarms)
            assert (row.state.value, row.severity.value) == (self._state_of(one), urgent)
            assert row.taking is one.takes


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

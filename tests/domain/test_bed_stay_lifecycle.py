"""Stays against the model: whoever is admitted, leaves and has a bed cleaned, in whatever order."""

import asyncio
from collections.abc import Collection
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, func, select, update
from sqlmodel import col

from domain.access import Actor, Role
from domain.beds import holding, moving, service
from domain.beds.lifecycle import STAY_LIFECYCLE, StayState
from domain.beds.models import BedKind, BedStay, BedStayLog
from domain.calendar import now, today
from domain.database import Database
from domain.errors import DomainError
from domain.ids import public_id
from domain.outbox import OutboxEvent
from tests.domain.bed_stay_model import (
    DAY_BED,
    IN_BED,
    NEXT,
    NOT_READY,
    Expected,
    Model,
    Refusal,
    Stay,
    apart,
)
from tests.makers.beds import bedless_elders, make_bed, make_station, on, region_of
from yiyang.district.cast import District

DISTRICT = "330102"
KINDS = (BedKind.INSTITUTION, BedKind.HOME, BedKind.DAY)
BEDS = st.sampled_from([0, 0, 1, DAY_BED])
ELDERS = st.integers(0, 1)
LENGTH = st.none() | st.integers(1, 9)
PICK = st.integers(0, 99)


class Machine(RuleBasedStateMachine):
    """Two elders, a bed of every kind, and a model of who has which."""

    runner: asyncio.Runner
    database: Database
    staff: ClassVar[dict[Role, Actor]]
    elders: ClassVar[list[UUID]]
    beds: ClassVar[list[UUID]]

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.changes = 0
        self.events_before = self.run(self._events())
        self.run(self._write(delete(BedStayLog)))
        self.run(self._write(delete(BedStay)))

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    async def _write(self, statement: Any) -> None:
        async with self.database.transaction("test") as session:
            await session.execute(statement)

    async def _events(self) -> int:
        ours = col(OutboxEvent.topic) == service.TOPIC
        counted = select(func.count()).select_from(OutboxEvent).where(ours)
        return (await self.database.fetch(counted))[0][0]

    async def _attempt(self, verb: Any, role: Role, *arguments: Any, **named: Any) -> Any:
        """The changed row, or the refusal."""
        try:
            async with self.database.transaction("test") as session:
                return await verb(session, self.staff[role], *arguments, **named)
        except DomainError as error:
            return error

    def compare(self, outcome: Any, expected: Expected) -> None:
        if isinstance(expected, Refusal):
            assert isinstance(outcome, DomainError), (outcome, expected)
            assert (outcome.code.value, outcome.field) == (expected.code, expected.field)
            blockers = {public_id("bed_stay", stay.key) for stay in expected.blockers if stay.key}
            assert set(outcome.blockers) == blockers
            return
        assert isinstance(outcome, BedStay), (outcome, expected)
        expected.key = expected.key or outcome.id
        assert outcome.id == expected.key
        self.changes += 1

    def admit(self, who: Role, bed: int, elder: int, first: int | None, end: int | None) -> None:
        admitted = self._attempt(
            service.admit,
            who,
            elder_id=self.elders[elder],
            bed_id=self.beds[bed],
            starts_on=None if first is None else on(first),
            ends_on=None if end is None else on(end),
        )
        may = who is not Role.OFFICIAL
        expected = self.model.admit(bed, elder, first or 0, end, may=may)
        self.compare(self.run(admitted), expected)

    @initialize(start=st.integers(-9, 0), length=st.integers(1, 9), planned=st.booleans())
    def one_lives_there(self, start: int, length: int, planned: bool) -> None:
        self.admit(Role.STATION, 0, 0, start, start + length if planned else None)

    @rule(bed=BEDS, elder=ELDERS, start=st.none() | st.integers(-9, 0), length=LENGTH)
    def arrives(self, bed: int, elder: int, start: int | None, length: int | None) -> None:
        end = None if length is None else (start or 0) + length
        self.admit(Role.STATION, bed, elder, start, end)

    @rule(bed=BEDS, elder=ELDERS, start=st.integers(1, 6), length=LENGTH)
    def is_expected(self, bed: int, elder: int, start: int, length: int | None) -> None:
        self.admit(Role.ADMIN, bed, elder, start, None if length is None else start + length)

    @rule(
        who=st.sampled_from([Role.ADMIN, Role.OFFICIAL]),
        bed=BEDS,
        elder=ELDERS,
        start=st.integers(-33, -29) | st.integers(363, 367) | st.just(0),
        length=st.none() | st.integers(-1, 1) | st.sampled_from([3660, 3661]),
    )
    def is_admitted_at_the_edge(
        self, who: Role, bed: int, elder: int, start: int, length: int | None
    ) -> None:
        self.admit(who, bed, elder, start, None if length is None else start + length)

    @rule(bed=BEDS, elder=ELDERS, start=st.integers(-1, 6), length=st.none() | st.integers(1, 5))
    def is_held(self, bed: int, elder: int, start: int, length: int | None) -> None:
        end = None if length is None else start + length
        held = self._attempt(
            holding.hold,
            Role.STATION,
            elder_id=self.elders[elder],
            bed_id=self.beds[bed],
            held_until=now() + timedelta(days=1),
            starts_on=on(start),
            ends_on=None if end is None else on(end),
        )
        self.compare(self.run(held), self.model.hold(bed, elder, start, end))

    @precondition(lambda self: self.model.stays)
    @rule(pick=PICK, sensibly=st.booleans())
    def is_decided_for(self, pick: int, sensibly: bool) -> None:
        stay = self.one_of(["HELD"] if sensibly else (), pick)
        reserved = self._attempt(holding.reserve, Role.STATION, stay.key)
        self.compare(self.run(reserved), self.model.reserve(stay))

    @precondition(lambda self: any(stay.state == "HELD" for stay in self.model.stays))
    @rule(pick=PICK)
    def is_held_no_longer(self, pick: int) -> None:
        """Time runs out, and the same again changes nothing."""
        stay = self.one_of(["HELD"], pick)
        past = {"held_until": now() - timedelta(seconds=1)}
        self.run(self._write(update(BedStay).where(col(BedStay.id) == stay.key).values(past)))
        for _ in range(2):
            self.run(self._let_go(stay.key))
        stay.state, stay.end = "CLOSED", stay.start
        self.changes += 1

    async def _let_go(self, key: UUID | None) -> None:
        assert key is not None
        async with self.database.transaction("test") as session:
            await holding.let_go(session, key)

    @precondition(lambda self: self.model.stays)
    @rule(pick=PICK, action=st.sampled_from(["LEAVE", "RETURN"]), sensibly=st.booleans())
    def goes_out_or_comes_back(self, pick: int, action: str, sensibly: bool) -> None:
        stay = self.one_of(IN_BED if sensibly else (), pick)
        verb = moving.leave if action == "LEAVE" else moving.come_back
        changed = self._attempt(verb, Role.STATION, stay.key)
        self.compare(self.run(changed), self.model.goes_out(stay, action))

    @precondition(lambda self: self.model.stays)
    @rule(pick=PICK, bed=BEDS, day=st.integers(-12, 1), sensibly=st.booleans())
    def moves(self, pick: int, bed: int, day: int, sensibly: bool) -> None:
        stay = self.one_of(IN_BED if sensibly else (), pick)
        moved = self._attempt(moving.transfer, Role.ADMIN, stay.key, self.beds[bed], on(day))
        expected = self.model.transfer(stay, bed, day)
        self.compare(self.run(moved), expected)
        # The old stay and the new one.
        self.changes += isinstance(expected, Stay)

    @precondition(lambda self: self.model.stays)
    @rule(pick=PICK, end=st.none() | st.integers(-12, 1), sensibly=st.booleans())
    def leaves(self, pick: int, end: int | None, sensibly: bool) -> None:
        stay = self.one_of(IN_BED if sensibly else (), pick)
        day = None if end is None else on(end)
        ended = self._attempt(service.end, Role.STATION, stay.key, day)
        self.compare(self.run(ended), self.model.leave(stay, end))

    @precondition(lambda self: self.model.stays)
    @rule(pick=PICK, sensibly=st.booleans())
    def is_cleaned(self, pick: int, sensibly: bool) -> None:
        stay = self.one_of(["CLEANING"] if sensibly else (), pick)
        closed = self._attempt(service.close, Role.ADMIN, stay.key)
        self.compare(self.run(closed), self.model.clean(stay))

    def one_of(self, states: Collection[str], pick: int) -> Stay:
        """One in these states if there is any."""
        found = [stay for stay in self.model.stays if stay.state in states] or self.model.stays
        return found[pick % len(found)]

    @invariant()
    def database_agrees(self) -> None:
        stored = {stay.key: facts(stay) for stay in self.run(self._stored())}
        assert stored == {stay.key: facts(stay) for stay in self.model.stays}
        assert self.run(self._events()) - self.events_before == self.changes

    @invariant()
    def no_day_is_had_twice(self) -> None:
        stored: list[Stay] = self.run(self._stored())
        for bed in range(len(self.beds)):
            of_bed = [stay for stay in stored if stay.bed == bed]
            assert apart(of_bed)
            assert len([stay for stay in of_bed if stay.state in NOT_READY]) <= 1
        for elder in range(len(self.elders)):
            theirs = [s for s in stored if s.elder == elder and s.state != "HELD"]
            day_and_night = [stay for stay in theirs if stay.full_time]
            assert apart(day_and_night)
            assert len([stay for stay in day_and_night if stay.state in IN_BED]) <= 1

    async def _stored(self) -> list[Stay]:
        day = today()
        return [
            Stay(
                bed=self.beds.index(row.bed_id),
                elder=self.elders.index(row.elder_id),
                state=row.state.value,
                start=(row.starts_on - day).days,
                end=None if row.ends_on is None else (row.ends_on - day).days,
                key=row.id,
            )
            for row in await self.database.fetch(select(BedStay.__table__))  # pyright: ignore
        ]


def facts(stay: Stay) -> tuple[object, ...]:
    return stay.bed, stay.elder, stay.state, stay.start, stay.end


async def prepare(machine: type[Machine], url: str, district: District) -> None:
    machine.database = database = Database(url, pool_size=2)
    account = {role: district.players[role].account_id for role in Role}
    machine.staff = {
        Role.STATION: Actor(account[Role.STATION], Role.STATION, DISTRICT),
        Role.OFFICIAL: Actor(account[Role.OFFICIAL], Role.OFFICIAL, DISTRICT),
        Role.ADMIN: Actor(account[Role.ADMIN], Role.ADMIN),
    }
    machine.elders = await bedless_elders(database, DISTRICT, 2)
    region = await region_of(database, machine.elders[0])
    places = [await make_station(database, region) for _ in KINDS]
    machine.beds = [
        await make_bed(database, place, kind=kind)
        for place, kind in zip(places, KINDS, strict=True)
    ]


@pytest.mark.timeout(400)  # a failure is made small before it is shown
def test_stays_do_what_the_model_says(database_url: str, district: District) -> None:
    with asyncio.Runner() as runner:
        Machine.runner = runner
        runner.run(prepare(Machine, database_url, district))
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


@pytest.mark.parametrize("state", list(StayState))
def test_the_table_offers_what_the_rules_say(state: StayState) -> None:
    offered = {
        (action.value, STAY_LIFECYCLE.next(state, action).value)
        for action in STAY_LIFECYCLE.actions(state)
    }
    assert offered == {
        (action, after) for (source, action), after in NEXT.items() if source == state
    }

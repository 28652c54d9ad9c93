"""Visits against a model: whatever volunteers and staff do in whatever order."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Role
from domain.database import Database
from domain.elders.models import Elder
from domain.elders.visibility import elder_visible
from domain.errors import DomainError
from domain.geo import Position
from domain.ids import public_id
from domain.outbox import OutboxEvent
from domain.visits import planning, service
from domain.visits.lifecycle import VISIT_LIFECYCLE, VisitState
from domain.visits.models import VisitKind, VisitTask, VisitTaskLog
from domain.visits.proof import Fix
from domain.visits.visibility import visit_task_visible
from tests.domain.visit_model import NEXT, OF_STAFF, OF_VOLUNTEERS, Model, Visit
from tests.makers.visits import ELSEWHERE, make_visit, make_volunteers, region_of, tomorrow_at
from yiyang.district.cast import District

HERE = Fix(Position(120.17, 30.25), 10)

Verb = Callable[[AsyncSession, Actor, UUID], Awaitable[Any]]
VERBS: dict[str, Verb] = {
    "CLAIM": service.claim,
    "RELEASE": service.release,
    "CHECK_IN": lambda session, who, key: service.check_in(session, who, key, HERE),
    "CHECK_OUT": service.check_out,
    "REFUSE": service.refuse,
    "MISS": service.miss,
    "CANCEL": planning.cancel,
    "VERIFY": lambda session, who, key: service.verify(session, who, key, accepted=True),
    "REJECT": lambda session, who, key: service.verify(session, who, key, accepted=False),
}

PICK = st.integers(0, 99)
NEIGHBOURS = st.integers(0, 1)
DESKS = st.integers(3, 5)


class Machine(RuleBasedStateMachine):
    """Some visits, three volunteers, three desks, and a model of them."""

    runner: asyncio.Runner
    database: Database
    district: District
    community: str

    def __init__(self) -> None:
        super().__init__()
        street = self.community[:9]
        self.model = Model(street)
        here = self.run(make_volunteers(self.database, street, 2))
        (guest,) = self.run(make_volunteers(self.database, ELSEWHERE[:6]))
        desk = self.district.players[Role.STATION].account_id
        self.actors = [
            *here,
            guest,
            Actor(desk, Role.STATION, street),
            # A volunteer who also works at the desk: another token of the same account.
            Actor(here[0].id, Role.STATION, street),
            Actor(desk, Role.STATION, ELSEWHERE[:6]),
        ]
        for start in (0, 1, 2, 4, 4):
            self.somebody_is_due(True, start, 2, VisitKind.HOME, start % 4 == 0)
        self.somebody_is_due(False, 6, 1, VisitKind.PHONE, True)

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    @rule(
        here=st.booleans(),
        start=st.integers(0, 6),
        length=st.integers(1, 3),
        kind=st.sampled_from(VisitKind),
        mothers=st.booleans(),
    )
    def somebody_is_due(
        self, here: bool, start: int, length: int, kind: VisitKind, mothers: bool
    ) -> None:
        elder_id = self.district.mother_id if mothers else self.district.neighbour_id
        begins = tomorrow_at(9) + timedelta(minutes=30 * start)
        ends = begins + timedelta(minutes=30 * length)
        region = self.community if here else ELSEWHERE
        timed = {"starts": begins, "minutes": 30 * length, "kind": kind}
        key = self.run(make_visit(self.database, elder_id, region, **timed))
        self.model.visits[key] = Visit(elder_id, here, begins, ends)
        self.changed = True

    @rule(who=st.integers(0, 5), action=st.sampled_from([*OF_VOLUNTEERS, *OF_STAFF]), pick=PICK)
    def anybody_does_anything(self, who: int, action: str, pick: int) -> None:
        self.attempt(self.actors[who], action, list(self.model.visits), pick)

    @rule(who=NEIGHBOURS, pick=PICK)
    def a_volunteer_claims(self, who: int, pick: int) -> None:
        self.attempt(self.actors[who], "CLAIM", self.model.among("OPEN"), pick)

    @rule(who=NEIGHBOURS, pick=PICK)
    def a_volunteer_claims_too_late(self, who: int, pick: int) -> None:
        claimed = self.model.among("CLAIMED", self.actors[1 - who].id)
        self.attempt(self.actors[who], "CLAIM", claimed, pick)

    @rule(who=NEIGHBOURS, pick=PICK)
    def a_volunteer_gives_back(self, who: int, pick: int) -> None:
        actor = self.actors[who]
        self.attempt(actor, "RELEASE", self.model.among("CLAIMED", actor.id), pick)

    @rule(who=NEIGHBOURS, pick=PICK)
    def a_volunteer_makes_a_visit(self, who: int, pick: int) -> None:
        actor = self.actors[who]
        for state, action in (("CLAIMED", "CHECK_IN"), ("CHECKED_IN", "CHECK_OUT")):
            self.attempt(actor, action, self.model.among(state, actor.id), pick)

    @rule(who=DESKS, action=st.sampled_from(OF_STAFF), pick=PICK)
    def a_desk_decides(self, who: int, action: str, pick: int) -> None:
        self.attempt(self.actors[who], action, self.model.among("DONE"), pick)

    def attempt(self, actor: Actor, action: str, among: list[UUID], pick: int) -> None:
        """Try something, and see that it ends as the rules say."""
        if not among:
            return
        key = among[pick % len(among)]
        code, blockers = self.model.expected(actor, action, key)
        outcome = self.run(self._act(actor, action, key))
        if code is None:
            assert outcome is None, outcome
            self.model.move(actor, action, key)
            self.changed = True
            return
        assert outcome is not None
        assert (outcome.code, set(outcome.blockers)) == (code, blockers)

    async def _act(self, actor: Actor, action: str, key: UUID) -> DomainError | None:
        try:
            async with self.database.transaction("test") as session:
                await VERBS[action](session, actor, key)
        except DomainError as error:
            return error
        return None

    @invariant()
    def the_database_agrees(self) -> None:
        self.run(self._compare_rows())
        if self.changed:
            self.run(self._compare_sight())
            self.changed = False

    async def _compare_rows(self) -> None:
        """States, log and events, also after a refusal: it has changed nothing."""
        keys, log, told = list(self.model.visits), VisitTaskLog, OutboxEvent
        of_task, of_event = col(log.task_id), col(told.subject_id)
        wanted: list[Any] = [
            select(col(VisitTask.id), col(VisitTask.state), col(VisitTask.claimed_by))
            .add_columns(col(VisitTask.verified_by), col(VisitTask.claimed_at).is_(None))
            .where(col(VisitTask.id).in_(keys)),
            select(of_task, col(log.action), col(log.account_id))
            .where(of_task.in_(keys))
            .order_by(col(log.id)),
            select(of_event, col(told.change))
            .where(of_event.in_(keys))
            .order_by(col(told.position)),
        ]
        async with self.database.reading() as connection:
            found: list[Any] = [(await connection.execute(query)).all() for query in wanted]
        rows, entries, events = found
        assert {row[0]: tuple(row)[1:] for row in rows} == {
            key: (visit.state, visit.claimed_by, visit.verified_by, visit.claimed_by is None)
            for key, visit in self.model.visits.items()
        }
        for key, visit in self.model.visits.items():
            assert [(row[1], row[2]) for row in entries if row[0] == key] == visit.log
            assert [row[1] for row in events if row[0] == key] == [word for word, _ in visit.log]

    async def _compare_sight(self) -> None:
        """Who sees which of these visits, and which volunteer knows which elder's door."""
        visits = self.model.visits
        async with self.database.reading() as connection:
            for actor in self.actors:
                among = col(VisitTask.id).in_(list(visits))
                seen = select(col(VisitTask.id)).where(among, visit_task_visible(actor))
                wanted = {key for key, visit in visits.items() if self.model.sees(actor, visit)}
                assert set((await connection.scalars(seen)).all()) == wanted
                if actor.role is Role.VOLUNTEER:
                    known = select(col(Elder.id)).where(elder_visible(actor))
                    found = set((await connection.scalars(known)).all())
                    assert found == self.model.known_to(actor)

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        for key, visit in self.model.visits.items():
            if visit.claimed_by and visit.takes_the_time_of(visit.claimed_by):
                clashes = self.model.clashes(visit.claimed_by, visit)
                assert clashes == {public_id("visit_task", key)}


def test_visits_do_what_the_model_says(database_url: str, district: District) -> None:
    with asyncio.Runner() as runner:
        Machine.runner, Machine.district = runner, district
        Machine.database = runner.run(_opened(database_url))
        Machine.community = runner.run(region_of(Machine.database, district.mother_id))
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


@pytest.mark.parametrize("state", list(VisitState))
def test_the_table_offers_what_the_rules_say(state: VisitState) -> None:
    offered = {action.value for action in VISIT_LIFECYCLE.actions(state)}
    assert offered == {action for (source, action) in NEXT if source == state.value}

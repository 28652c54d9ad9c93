"""Visits against a model: whatever volunteers and staff do in whatever order."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
from domain.errors import DomainError, TimesOverlap
from domain.geo import Position
from domain.ids import public_id
from domain.outbox import OutboxEvent
from domain.visits import service
from domain.visits.lifecycle import VISIT_LIFECYCLE, VisitState
from domain.visits.models import VisitKind, VisitTask, VisitTaskLog
from domain.visits.proof import Fix
from domain.visits.visibility import visit_task_visible
from tests.makers.visits import ELSEWHERE, make_visit, make_volunteers, region_of, tomorrow_at
from yiyang.district.cast import District

HERE = Fix(Position(120.17, 30.25), 10)

# What the rules say, written a second time: the machine must not ask the code under test.
NEXT = {
    ("OPEN", "CLAIM"): "CLAIMED",
    ("CLAIMED", "RELEASE"): "OPEN",
    ("CLAIMED", "CHECK_IN"): "CHECKED_IN",
    ("CLAIMED", "MISS"): "NO_SHOW",
    ("CHECKED_IN", "CHECK_OUT"): "DONE",
    ("CHECKED_IN", "REFUSE"): "REFUSED",
    ("DONE", "VERIFY"): "VERIFIED",
    ("DONE", "REJECT"): "REJECTED",
}
OF_VOLUNTEERS = ("CLAIM", "RELEASE", "CHECK_IN", "CHECK_OUT")
OF_STAFF = ("VERIFY", "REJECT")

Verb = Callable[[AsyncSession, Actor, UUID], Awaitable[Any]]
VERBS: dict[str, Verb] = {
    "CLAIM": service.claim,
    "RELEASE": service.release,
    "CHECK_IN": lambda session, who, key: service.check_in(session, who, key, HERE),
    "CHECK_OUT": service.check_out,
    "VERIFY": lambda session, who, key: service.verify(session, who, key, accepted=True),
    "REJECT": lambda session, who, key: service.verify(session, who, key, accepted=False),
}


@dataclass
class Model:
    """What a visit should be."""

    elder_id: UUID
    here: bool
    begins: datetime
    ends: datetime
    state: str = "OPEN"
    claimed_by: UUID | None = None
    verified_by: UUID | None = None
    log: list[tuple[str, UUID]] = field(default_factory=list[tuple[str, UUID]])

    def overlaps(self, other: "Model") -> bool:
        return self.begins < other.ends and other.begins < self.ends


class Machine(RuleBasedStateMachine):
    """Some visits, three volunteers, two desks, and a model of them."""

    runner: asyncio.Runner
    database: Database
    district: District
    community: str
    street: str

    def __init__(self) -> None:
        super().__init__()
        self.visits: dict[UUID, Model] = {}
        here = self.run(make_volunteers(self.database, self.street, 2))
        (guest,) = self.run(make_volunteers(self.database, ELSEWHERE[:6]))
        desk = self.district.players[Role.STATION].account_id
        self.actors = [
            *here,
            guest,
            Actor(desk, Role.STATION, self.street),
            # A volunteer who also works at the desk: another token of the same account.
            Actor(here[0].id, Role.STATION, self.street),
            Actor(desk, Role.STATION, ELSEWHERE[:6]),
        ]

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    @rule(
        here=st.sampled_from([True, True, True, False]),
        start=st.integers(0, 6),
        length=st.integers(1, 3),
        kind=st.sampled_from(VisitKind),
        whose=st.booleans(),
    )
    def somebody_is_due(
        self, here: bool, start: int, length: int, kind: VisitKind, whose: bool
    ) -> None:
        elder_id = self.district.mother_id if whose else self.district.neighbour_id
        begins = tomorrow_at(9) + timedelta(minutes=30 * start)
        minutes = 30 * length
        region = self.community if here else ELSEWHERE
        made = make_visit(
            self.database, elder_id, region, starts=begins, minutes=minutes, kind=kind
        )
        ends = begins + timedelta(minutes=minutes)
        self.visits[self.run(made)] = Model(elder_id, here, begins, ends)

    @rule(
        who=st.integers(0, 5),
        action=st.sampled_from([*OF_VOLUNTEERS, "CLAIM", "CLAIM", *OF_STAFF]),
        pick=st.integers(0, 99),
    )
    def somebody_acts(self, who: int, action: str, pick: int) -> None:
        if not self.visits:
            return
        actor = self.actors[who]
        key = list(self.visits)[pick % len(self.visits)]
        expected, blockers = self.expected(actor, action, key)
        outcome = self.run(self._act(actor, action, key))
        if expected is None:
            assert outcome is None, outcome
            self.moved(actor, action, self.visits[key])
            return
        assert outcome is not None
        assert outcome.code == expected
        assert set(outcome.blockers) == blockers
        assert isinstance(outcome, TimesOverlap) == bool(blockers)

    async def _act(self, actor: Actor, action: str, key: UUID) -> DomainError | None:
        try:
            async with self.database.transaction("test") as session:
                await VERBS[action](session, actor, key)
        except DomainError as error:
            return error
        return None

    def in_region(self, actor: Actor, visit: Model) -> bool:
        return visit.here == (actor.region == self.street)

    def sees(self, actor: Actor, visit: Model) -> bool:
        if actor.role is Role.STATION:
            return self.in_region(actor, visit)
        open_here = visit.state == "OPEN" and self.in_region(actor, visit)
        return open_here or visit.claimed_by == actor.id

    def expected(self, actor: Actor, action: str, key: UUID) -> tuple[str | None, set[str]]:
        """The error that the rules ask for, None where there is none, and its blockers."""
        visit = self.visits[key]
        claims = action == "CLAIM" and actor.role is Role.VOLUNTEER
        if not (self.sees(actor, visit) or (claims and self.in_region(actor, visit))):
            return "NOT_FOUND", set()
        may = OF_STAFF if actor.role is Role.STATION else OF_VOLUNTEERS
        if action not in may:
            return "PERMISSION_DENIED", set()
        if claims and visit.claimed_by not in (None, actor.id):
            return "ALREADY_CLAIMED", set()
        if (visit.state, action) not in NEXT:
            return "ILLEGAL_TRANSITION", set()
        if action in OF_STAFF and visit.claimed_by == actor.id:
            return "CONFLICT_OF_INTEREST", set()
        clashes = self.clashes(actor, visit) if claims else set[str]()
        return ("TIMES_OVERLAP" if clashes else None), clashes

    def clashes(self, actor: Actor, visit: Model) -> set[str]:
        return {
            public_id("visit_task", key)
            for key, other in self.visits.items()
            if other.claimed_by == actor.id and other.state != "REJECTED" and other.overlaps(visit)
        }

    def moved(self, actor: Actor, action: str, visit: Model) -> None:
        visit.state = NEXT[visit.state, action]
        visit.log.append((action, actor.id))
        if action == "CLAIM":
            visit.claimed_by = actor.id
        elif action == "RELEASE":
            visit.claimed_by = None
        elif action in OF_STAFF:
            visit.verified_by = actor.id

    @invariant()
    def the_database_agrees(self) -> None:
        if self.visits:
            self.run(self._compare_rows())
            self.run(self._compare_sight())

    async def _compare_rows(self) -> None:
        keys = list(self.visits)
        rows = select(VisitTask).where(col(VisitTask.id).in_(keys))
        async with self.database.transaction("test") as session:
            stored = {visit.id: visit for visit in await session.scalars(rows)}
            logged = select(VisitTaskLog).where(col(VisitTaskLog.task_id).in_(keys))
            log = (await session.scalars(logged.order_by(col(VisitTaskLog.id)))).all()
            told = select(OutboxEvent).where(col(OutboxEvent.subject_id).in_(keys))
            events = (await session.scalars(told.order_by(col(OutboxEvent.position)))).all()
        for key, visit in self.visits.items():
            row = stored[key]
            assert (row.state.value, row.claimed_by, row.verified_by) == (
                visit.state,
                visit.claimed_by,
                visit.verified_by,
            )
            assert (row.claimed_at is None) == (visit.claimed_by is None)
            mine = [(entry.action.value, entry.account_id) for entry in log if entry.task_id == key]
            assert mine == visit.log
            changes = [event.change for event in events if event.subject_id == key]
            assert changes == [action for action, _ in visit.log]

    async def _compare_sight(self) -> None:
        """Who sees which of these visits, and which volunteer knows which elder's door."""
        keys = list(self.visits)
        async with self.database.reading() as connection:
            for actor in self.actors:
                seen = select(col(VisitTask.id)).where(
                    col(VisitTask.id).in_(keys), visit_task_visible(actor)
                )
                wanted = {key for key, visit in self.visits.items() if self.sees(actor, visit)}
                assert set((await connection.scalars(seen)).all()) == wanted
                if actor.role is Role.VOLUNTEER:
                    known = select(col(Elder.id)).where(elder_visible(actor))
                    assert set((await connection.scalars(known)).all()) == self.known_to(actor)

    def known_to(self, actor: Actor) -> set[UUID]:
        return {
            visit.elder_id
            for visit in self.visits.values()
            if visit.claimed_by == actor.id and visit.state in ("CLAIMED", "CHECKED_IN")
        }

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        for key, visit in self.visits.items():
            if visit.claimed_by is not None and visit.state != "REJECTED":
                actor = Actor(visit.claimed_by, Role.VOLUNTEER)
                assert self.clashes(actor, visit) == {public_id("visit_task", key)}


def test_visits_do_what_the_model_says(database_url: str, district: District) -> None:
    with asyncio.Runner() as runner:
        Machine.runner, Machine.district = runner, district
        Machine.database = runner.run(_opened(database_url))
        Machine.community = runner.run(region_of(Machine.database, district.mother_id))
        Machine.street = Machine.community[:9]
        try:
            run_state_machine_as_test(
                Machine,
                settings=settings(
                    max_examples=25,
                    stateful_step_count=30,
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

"""Coverage of a month agrees with what is counted by hand, whatever was told when."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.calendar import today
from domain.database import Database
from domain.elders.models import Elder
from domain.visits.coverage import Covered, figures
from domain.visits.lifecycle import VisitState
from tests.covered_month import MONTH, NEXT, at
from tests.makers.obligations import make_due, nobody_is_due
from tests.makers.visits import Scene, make_scene, make_visit, region_of
from yiyang.district.cast import District

DAYS = st.integers(-2, 33)
"""After the month's first."""


@dataclass(frozen=True)
class Told:
    """One visit of the property test, in days after the month's first."""

    elder: int
    began: int
    late: int
    judged: int | None
    rejected: bool


VISITS = st.lists(
    st.builds(
        Told,
        elder=st.integers(0, 3),
        began=DAYS,
        late=st.integers(0, 6),
        judged=st.none() | st.integers(0, 9),
        rejected=st.booleans(),
    ),
    max_size=8,
)
DUE = st.lists(
    st.none() | st.tuples(st.integers(0, 20), st.none() | st.integers(1, 15)),
    min_size=4,
    max_size=4,
)
"""For each of four elders: since when a visit is known to be due, and how long after it was
waived."""


def by_hand(due: list[Any], visits: list[Told], as_of: int) -> tuple[int, int]:
    """Counted from scratch, event by event."""
    length, wanted, came = (NEXT - MONTH).days, 0, 0
    for elder, one in enumerate(due):
        if one is None or one[0] > as_of:
            continue
        if one[1] is not None and one[0] + one[1] <= as_of:
            continue
        wanted += 1
        known = [
            visit
            for visit in visits
            if visit.elder == elder
            and 0 <= visit.began < length
            and visit.began + visit.late <= as_of
        ]
        came += any(
            not (
                visit.rejected
                and visit.judged is not None
                and visit.began + visit.late + visit.judged <= as_of
            )
            for visit in known
        )
    return wanted, came


def test_coverage_recomputed_from_scratch_agrees(database_url: str, district: District) -> None:
    with asyncio.Runner() as runner:
        database = Database(database_url, role=None)
        scene = runner.run(make_scene(database, district))
        elders = runner.run(_elders(database))

        @settings(
            max_examples=40,
            phases=[Phase.explicit, Phase.generate],
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        )
        @given(due=DUE, visits=VISITS, as_of=st.integers(-1, 45))
        def agrees(due: list[Any], visits: list[Told], as_of: int) -> None:
            found = runner.run(_counted(database, scene, elders, due, visits, as_of))
            # Days to come are refused; what is known today is known on them.
            assert found == by_hand(due, visits, min(as_of, (today() - MONTH).days))

        try:
            agrees()
        finally:
            runner.run(database.close())


async def _elders(database: Database) -> list[UUID]:
    rows = await database.fetch(select(col(Elder.id)).order_by(col(Elder.id)).limit(4))
    return [row[0] for row in rows]


async def _counted(
    database: Database,
    scene: Scene,
    elders: list[UUID],
    due: list[Any],
    visits: list[Told],
    as_of: int,
) -> tuple[int, int]:
    await nobody_is_due(database)
    for elder_id, one in zip(elders, due, strict=True):
        if one is None:
            continue
        recorded = MONTH + timedelta(days=one[0])
        waived = None if one[1] is None else at(recorded + timedelta(days=one[1]))
        more = (
            {}
            if waived is None
            else {
                "waived_at": waived,
                "waived_by": scene.station.id,
                "waiver": "DIED",
            }
        )
        region = await region_of(database, elder_id)
        await make_due(database, elder_id, region, MONTH, at(recorded), **more)
    for number, visit in enumerate(visits):
        began = at(MONTH + timedelta(days=visit.began), number)
        told = began + timedelta(days=visit.late, minutes=1)
        judged = None if visit.judged is None else told + timedelta(days=visit.judged)
        decided = VisitState.REJECTED if visit.rejected else VisitState.VERIFIED
        # Times of their own: it is the rows that are counted, not how they came to be.
        await make_visit(
            database,
            elders[visit.elder],
            scene.region_code,
            starts=began,
            minutes=1,
            state=VisitState.DONE if judged is None else decided,
            claimed_by=scene.ann.id if number % 2 else scene.bob.id,
            checked_in_at=began,
            checked_out_at=began + timedelta(minutes=1),
            check_out_recorded_at=told,
            verified_at=judged,
        )
    day = min(MONTH + timedelta(days=as_of), today())
    admin = Actor(scene.station.id, Role.ADMIN)
    rows = await database.fetch(figures(admin, Covered.of(MONTH, day), None))
    return rows[0][0], rows[0][1]

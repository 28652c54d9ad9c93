"""Volunteers and visits for tests, inserted past the service."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.calendar import DISTRICT_ZONE, today
from domain.database import Database
from domain.elders.models import Elder
from domain.metadata import METADATA
from domain.visits.lifecycle import VisitState
from domain.visits.models import VisitKind, VisitTask, Volunteer
from domain.volunteers.lifecycle import CheckState
from yiyang.district.cast import District

CENTRE = (120.17, 30.25)
"""Longitude and latitude of the place of the visits that are not asked to be elsewhere."""


ELSEWHERE = "330106002051"
"""A community of another district than the demo's."""


def tomorrow_at(hour: int, minute: int = 0) -> datetime:
    """A time of the district's tomorrow."""
    day = today() + timedelta(days=1)
    return datetime.combine(day, time(hour, minute), DISTRICT_ZONE).astimezone(UTC)


async def region_of(database: Database, elder_id: UUID) -> str:
    """The code of an elder's community."""
    rows = await database.fetch(select(col(Elder.region_code)).where(col(Elder.id) == elder_id))
    return rows[0][0]


async def make_volunteers(
    database: Database,
    region_code: str,
    number: int = 1,
    *,
    lives_in: str | None = None,
    **more: Any,
) -> list[Actor]:
    """Volunteers who may claim the visits of a region, cleared unless told otherwise.

    Parameters:
        more: other columns.
    """
    cleared = {"check_state": CheckState.CLEARED, "cleared_until": today() + timedelta(days=90)}
    people = [
        {"name": f"志愿者{place}", "role": Role.VOLUNTEER, "region_code": region_code}
        for place in range(number)
    ]
    async with database.transaction("test") as session:
        made = insert(Account).returning(col(Account.id))
        keys = list((await session.scalars(made, people)).all())
        rows = [
            {
                "id": key,
                "name": f"志愿者{place}",
                "region_code": lives_in or region_code,
                "registered_on": today(),
                **cleared,
                **more,
            }
            for place, key in enumerate(keys)
        ]
        await session.execute(insert(Volunteer), rows)
    return [Actor(key, Role.VOLUNTEER, region_code) for key in keys]


async def look_at_volunteers(database: Database) -> None:
    """Something was done about every one of them."""
    done = text(
        "INSERT INTO volunteer_log (volunteer_id, action, account_id, note)"
        " SELECT id, 'CLEAR', id, '已核' FROM volunteer"
    )
    async with database.transaction("test") as session:
        await session.execute(done)


async def make_visit(
    database: Database,
    elder_id: UUID,
    region_code: str,
    *,
    starts: datetime | None = None,
    minutes: int = 60,
    kind: VisitKind = VisitKind.HOME,
    place: tuple[float, float] = CENTRE,
    **more: Any,
) -> UUID:
    """A visit to an elder, open unless told otherwise.

    Parameters:
        starts: nine o'clock tomorrow if None.
        minutes: how long it is to take.
        more: other columns.
    """
    begins = starts or tomorrow_at(9)
    values = {
        "elder_id": elder_id,
        "region_code": region_code,
        "kind": kind,
        "state": VisitState.OPEN,
        "scheduled_from": begins,
        "scheduled_to": begins + timedelta(minutes=minutes),
        "longitude": place[0],
        "latitude": place[1],
        **more,
    }
    async with database.transaction("test") as session:
        made = insert(VisitTask).values(values).returning(col(VisitTask.id))
        return (await session.execute(made)).scalar_one()


async def stored(database: Database, visit_id: UUID) -> VisitTask:
    """The visit as it stands."""
    async with database.transaction("test") as session:
        visit = await session.get(VisitTask, visit_id)
    assert visit is not None
    return visit


async def everything(database: Database) -> list[Any]:
    """All that a verb on visits may write, to see that nothing was."""
    tables = [METADATA.tables[name] for name in ("visit_task", "visit_task_log", "outbox_event")]
    return [
        await database.fetch(select(table).order_by(*table.primary_key.columns)) for table in tables
    ]


@dataclass(frozen=True)
class Scene:
    """An elder, who may visit her, and who verifies it.

    Parameters:
        region_code: her community.
        ann, bob: volunteers of her street.
        station: at work for her street.
    """

    elder_id: UUID
    region_code: str
    ann: Actor
    bob: Actor
    station: Actor


async def make_scene(database: Database, district: District) -> Scene:
    """The mother, and people whom nobody has met yet."""
    code = await region_of(database, district.mother_id)
    ann, bob = await make_volunteers(database, code[:9], 2)
    station = Actor(district.players[Role.STATION].account_id, Role.STATION, code[:9])
    return Scene(district.mother_id, code, ann, bob, station)

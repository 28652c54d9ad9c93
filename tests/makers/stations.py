"""What is said of places of care, as it lies in the database."""

from datetime import date
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlmodel import col

from domain.access import Role
from domain.database import Database
from domain.elders.models import Elder
from domain.stations.area_models import StationArea, StationAssignment
from domain.stations.models import Station, StationField, StationLog
from tests.makers.beds import on
from yiyang.district.cast import District

WEEK = {"MONDAY": [[510, 690], [780, 1020]], "SATURDAY": [[540, 720]]}


async def make_area(
    database: Database,
    station_id: UUID,
    region_code: str,
    account_id: UUID,
    since: int = 0,
    until: int | None = None,
) -> UUID:
    """A community that a place answers for; its days are counted from today."""
    values = {
        "station_id": station_id,
        "region_code": region_code,
        "since": on(since),
        "until": _day(until),
        "set_by": account_id,
    }
    async with database.transaction("test") as session:
        made = insert(StationArea).values(values).returning(col(StationArea.id))
        return (await session.execute(made)).scalar_one()


async def make_assignment(
    database: Database, station_id: UUID, elder_id: UUID, since: int = 0, until: int | None = None
) -> UUID:
    """An elder who belongs to a place; its days are counted from today."""
    values = {
        "station_id": station_id,
        "elder_id": elder_id,
        "since": on(since),
        "until": _day(until),
    }
    async with database.transaction("test") as session:
        made = insert(StationAssignment).values(values).returning(col(StationAssignment.id))
        return (await session.execute(made)).scalar_one()


def _day(days: int | None) -> date | None:
    return None if days is None else on(days)


async def clear_belonging(database: Database) -> None:
    """Take away whatever areas and assignments the district came with."""
    async with database.transaction("test") as session:
        for table in (StationAssignment, StationArea):
            await session.execute(delete(table))


async def make_belonging(database: Database, district: District) -> None:
    """The district's station answers for the mother's community, and once did; the mother and the
    ward belong to it, and once belonged to the nursing home; and somebody has said when it is
    open."""
    await clear_belonging(database)
    account = district.players[Role.OFFICIAL].account_id
    home, station = district.nursing_home_id, district.station_id
    lives = select(col(Elder.region_code)).where(col(Elder.id) == district.mother_id)
    region_code = (await database.fetch(lives))[0][0]
    await make_area(database, station, region_code, account, -300, -200)
    await make_area(database, station, region_code, account, -100)
    for elder_id in (district.mother_id, district.ward_id):
        await make_assignment(database, home, elder_id, -300, -100)
        await make_assignment(database, station, elder_id, -100)
    told = {"station_id": station, "account_id": account}
    async with database.transaction("test") as session:
        await session.execute(
            update(Station)
            .where(col(Station.id) == station)
            .values(hours=WEEK, exceptions={"2026-02-17": []}, phone="0571-87000000")
        )
        rows = [
            {**told, "field": StationField.PHONE, "before": None, "after": "0571-87000000"},
            {**told, "field": StationField.HOURS, "before": None, "after": "MONDAY 08:30-11:30"},
        ]
        await session.execute(insert(StationLog), rows)

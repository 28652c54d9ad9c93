"""Places of care, beds and stays for tests, inserted past the service."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import exists, insert, select
from sqlmodel import col

from domain.access import Role
from domain.accounts.models import Account
from domain.beds.lifecycle import StayAction, StayState
from domain.beds.models import (
    Bed,
    BedKind,
    BedStay,
    BedStayLog,
    BedStayManager,
    CoManagerRole,
)
from domain.beds.package_models import BedStayPackage
from domain.calendar import now, today
from domain.database import Database
from domain.elders.models import Elder
from domain.stations.models import Station, StationKind
from domain.tables import within


def on(days: int) -> date:
    """The day that is so many days from the district's today."""
    return today() + timedelta(days=days)


async def make_station(
    database: Database,
    region_code: str,
    *,
    kind: StationKind = StationKind.NURSING_HOME,
    longitude: float = 120.17,
    latitude: float = 30.25,
) -> UUID:
    """A place of care in a community."""
    values = {
        "region_code": region_code,
        "kind": kind,
        "name": "试用养老院",
        "address": "试用路1号",
        "longitude": longitude,
        "latitude": latitude,
    }
    async with database.transaction("test") as session:
        return (
            await session.execute(insert(Station).values(values).returning(col(Station.id)))
        ).scalar_one()


async def make_bed(
    database: Database,
    station_id: UUID,
    *,
    kind: BedKind = BedKind.INSTITUTION,
    nursing: bool = True,
    label: str = "1",
) -> UUID:
    """A bed; its label is its own in its place of care."""
    values = {"station_id": station_id, "kind": kind, "nursing": nursing, "label": label}
    async with database.transaction("test") as session:
        return (
            await session.execute(insert(Bed).values(values).returning(col(Bed.id)))
        ).scalar_one()


async def make_stay(
    database: Database,
    bed_id: UUID,
    elder_id: UUID,
    starts: int = 0,
    ends: int | None = None,
    state: StayState = StayState.OCCUPIED,
) -> UUID:
    """A stay; its days are counted from today."""
    place = (
        select(col(Bed.kind), col(Station.region_code))
        .join(Station, col(Station.id) == col(Bed.station_id))
        .where(col(Bed.id) == bed_id)
    )
    kind, region_code = (await database.fetch(place))[0]
    values = {
        "bed_id": bed_id,
        "elder_id": elder_id,
        "region_code": region_code,
        "state": state,
        "full_time": kind is not BedKind.DAY,
        "starts_on": on(starts),
        "ends_on": None if ends is None else on(ends),
    }
    async with database.transaction("test") as session:
        return (
            await session.execute(insert(BedStay).values(values).returning(col(BedStay.id)))
        ).scalar_one()


async def bedless_elders(database: Database, region: str, number: int) -> list[UUID]:
    """So many elders of a region who have never had a bed."""
    stays = exists().where(col(BedStay.elder_id) == col(Elder.id))
    found = await database.fetch(
        select(col(Elder.id))
        .where(within(col(Elder.region_code), region), ~stays)
        .order_by(col(Elder.id))
        .limit(number)
    )
    assert len(found) == number
    return [row[0] for row in found]


async def region_of(database: Database, elder_id: UUID) -> str:
    """The community where an elder lives."""
    rows = await database.fetch(select(col(Elder.region_code)).where(col(Elder.id) == elder_id))
    return rows[0][0]


async def make_story(database: Database) -> None:
    """Somebody in a bed is written to have gone out and come back."""
    stays = select(col(BedStay.id), col(BedStay.admitted_by)).where(
        col(BedStay.state) == StayState.OCCUPIED
    )
    stay_id, account_id = (await database.fetch(stays.order_by(col(BedStay.id)).limit(1)))[0]
    told = {"stay_id": stay_id, "account_id": account_id}
    rows = [
        {**told, "action": StayAction.LEAVE, "note": "回家过节"},
        {**told, "action": StayAction.RETURN, "note": None},
    ]
    async with database.transaction("test") as session:
        await session.execute(insert(BedStayLog), rows)


async def fuse(database: Database, elders: Sequence[UUID]) -> None:
    """Somebody answers for the care of these elders' beds; who has none lies in a new one."""
    for elder_id in elders:
        wanted = select(col(BedStay.id)).where(
            col(BedStay.elder_id) == elder_id, col(BedStay.state) == StayState.OCCUPIED
        )
        found = await database.fetch(wanted.limit(1))
        stay_id = found[0][0] if found else await _in_new_bed(database, elder_id)
        account = select(col(Account.id)).where(col(Account.role) == Role.CAREGIVER)
        caregiver = (await database.fetch(account.order_by(col(Account.id)).limit(1)))[0][0]
        values = {"stay_id": stay_id, "role": CoManagerRole.CARE, "account_id": caregiver}
        values |= {"named_by": caregiver, "named_at": now()}
        async with database.transaction("test") as session:
            await session.execute(insert(BedStayManager).values(values))


async def make_packages(database: Database, elders: Sequence[UUID]) -> None:
    """Something comes with the beds in which these elders lie, and more from next month on."""
    stays = select(col(BedStay.id)).where(
        col(BedStay.elder_id).in_(elders), col(BedStay.state) == StayState.OCCUPIED
    )
    account = select(col(Account.id)).where(col(Account.role) == Role.STATION)
    by = (await database.fetch(account.order_by(col(Account.id)).limit(1)))[0][0]
    packages = [
        {"stay_id": key, "since": today() + timedelta(days=days), "items": items, "set_by": by}
        for (key,) in await database.fetch(stays)
        for days, items in ((-30, {"CARE_VISIT": 4, "DEVICE": 2}), (30, {"CARE_VISIT": 8}))
    ]
    async with database.transaction("test") as session:
        await session.execute(insert(BedStayPackage), packages)


async def _in_new_bed(database: Database, elder_id: UUID) -> UUID:
    station = await make_station(database, await region_of(database, elder_id))
    return await make_stay(database, await make_bed(database, station), elder_id)

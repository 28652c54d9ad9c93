"""Canteens, dishes and diners for tests: real rows, committed."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.calendar import today
from domain.canteens.models import Canteen, Meal, MenuItem
from domain.database import Database
from domain.elders.models import CareLevel, Elder, ElderTag, Gender, Tag
from tests.makers.family import make_relative
from yiyang.district.cast import District

LONG_AGO = date(2000, 1, 1)


@dataclass(frozen=True)
class Table:
    """A laid table: who cooks, what, for whom, and who orders.

    Parameters:
        dishes: of tomorrow's lunch, at 8, 10 and 12 yuan.
        daughter: a FAMILY account that is linked to the elder.
        cook: the canteen's own account.
    """

    canteen_id: UUID
    dishes: Sequence[UUID]
    elder_id: UUID
    daughter: Actor
    cook: Actor


async def lay_table(database: Database, district: District, *, delivers: bool = True) -> Table:
    """A canteen with a lunch tomorrow, for an elder of 70 with a daughter."""
    region = await community(database, district)
    canteen_id = await make_canteen(database, region, delivers=delivers)
    dishes = await make_menu(database, canteen_id, today() + timedelta(days=1))
    elder_id = await make_elder(database, region)
    daughter = await make_family(database, elder_id)
    cook = await make_cook(database, canteen_id)
    return Table(canteen_id, dishes, elder_id, daughter, cook)


async def community(database: Database, district: District) -> str:
    """The mother's community."""
    query = select(col(Elder.region_code)).where(col(Elder.id) == district.mother_id)
    return (await database.fetch(query))[0][0]


async def make_canteen(
    database: Database,
    region: str,
    *,
    delivers: bool = True,
    longitude: float = 120.16,
    latitude: float = 30.24,
) -> UUID:
    """A canteen; by default near the West Lake."""
    canteen = Canteen(
        region_code=region,
        name="测试老年食堂",
        address="测试路1号",
        longitude=longitude,
        latitude=latitude,
        delivers=delivers,
    )
    return await _stored(database, canteen)


async def make_dish(
    database: Database, canteen_id: UUID, day: date, name: str, price: str, meal: Meal = Meal.LUNCH
) -> UUID:
    """A dish of a day's meal."""
    dish = MenuItem(canteen_id=canteen_id, day=day, meal=meal, name=name, price=Decimal(price))
    return await _stored(database, dish)


async def make_menu(
    database: Database, canteen_id: UUID, day: date, meal: Meal = Meal.LUNCH
) -> list[UUID]:
    """Three dishes of a day's meal, at 8, 10 and 12 yuan."""
    return [
        await make_dish(database, canteen_id, day, name, price, meal)
        for name, price in (("麻婆豆腐", "8.00"), ("红烧肉", "10.00"), ("清蒸鲈鱼", "12.00"))
    ]


async def make_elder(
    database: Database,
    region: str,
    *,
    birth_date: date | None = None,
    care_level: CareLevel = CareLevel.INTACT,
    tag: Tag | None = None,
    since: date = LONG_AGO,
    until: date | None = None,
) -> UUID:
    """An elder, 70 years old unless said otherwise, with at most one tag."""
    elder = Elder(
        region_code=region,
        name="王测试",
        gender=Gender.FEMALE,
        birth_date=birth_date or years_ago(70),
        care_level=care_level,
        id_number_masked="",
        id_number_hash=uuid4().bytes,
        id_number_cipher=b"",
        address_masked="",
        address_cipher=b"",
    )
    elder_id = await _stored(database, elder)
    if tag:
        async with database.transaction("test") as session:
            session.add(
                ElderTag(elder_id=elder_id, tag=tag, since=since, until=until, source="test")
            )
    return elder_id


async def make_family(database: Database, elder_id: UUID) -> Actor:
    """A daughter's account, linked to the elder."""
    return await make_relative(database, elder_id)


async def make_cook(database: Database, canteen_id: UUID) -> Actor:
    """The account of a canteen."""
    account = Account(name="测试老年食堂", role=Role.CANTEEN, canteen_id=canteen_id)
    return Actor(await _stored(database, account), Role.CANTEEN)


def years_ago(years: int, day: date | None = None) -> date:
    """The birth date of someone who turns so many years old on a day, today if None."""
    day = day or today()
    last = monthrange(day.year - years, day.month)[1]
    return date(day.year - years, day.month, min(day.day, last))


async def _stored(database: Database, row: Canteen | MenuItem | Elder | Account) -> UUID:
    async with database.transaction("test") as session:
        session.add(row)
        await session.flush()
        return row.id

"""Quotes under a clock that the test sets: cut-offs, days ahead, what holds on the meal's day."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from domain.access import Actor, Role
from domain.canteens.models import Meal
from domain.canteens.ordering import cutoff
from domain.canteens.quotes import Line, Quote, Wish, quote
from domain.canteens.service import cancel, place
from domain.database import Database
from domain.elders.models import CareLevel, Tag
from domain.errors import (
    InvalidInput,
    NotFound,
    OrderingClosed,
    PermissionDenied,
    QuoteExpired,
    QuoteInvalid,
)
from tests.makers.canteens import (
    community,
    make_canteen,
    make_dish,
    make_elder,
    make_family,
    make_menu,
)
from yiyang.district.cast import District

DAY = date(2026, 3, 10)
ADMIN = Actor(uuid4(), Role.ADMIN)
"""Asks without an account: a quote is not stored."""


def clock(text: str) -> datetime:
    """A moment by the district's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


MORNING = clock("2026-03-10 08:00")


@pytest.fixture
async def region(database: Database, district: District) -> str:
    return await community(database, district)


@pytest.fixture
async def canteen(database: Database, region: str) -> UUID:
    return await make_canteen(database, region)


@pytest.fixture
async def menu(database: Database, canteen: UUID) -> list[UUID]:
    return await make_menu(database, canteen, DAY)


@pytest.fixture
async def elder(database: Database, region: str) -> UUID:
    return await make_elder(database, region, birth_date=date(1956, 1, 1))


def wish(elder_id: UUID, dishes: Sequence[UUID], *, delivery: bool = False) -> Wish:
    return Wish(elder_id, tuple(Line(dish, 1) for dish in dishes), delivery)


@pytest.mark.parametrize(
    ("meal", "last", "first_late", "shown"),
    [
        (Meal.BREAKFAST, "2026-03-09 17:59:59", "2026-03-09 18:00", "2026-03-09 18:00"),
        (Meal.LUNCH, "2026-03-10 09:59:59", "2026-03-10 10:00", "2026-03-10 10:00"),
        (Meal.DINNER, "2026-03-10 14:59:59", "2026-03-10 15:00", "2026-03-10 15:00"),
    ],
)
async def test_a_meal_is_ordered_before_its_cut_off(
    database: Database,
    canteen: UUID,
    elder: UUID,
    meal: Meal,
    last: str,
    first_late: str,
    shown: str,
) -> None:
    asked = wish(elder, await make_menu(database, canteen, DAY, meal))
    good = await quote(database, ADMIN, asked, clock(last))
    assert good.expires_at == cutoff(DAY, meal) == clock(shown)
    with pytest.raises(OrderingClosed) as caught:
        await quote(database, ADMIN, asked, clock(first_late))
    assert caught.value.facts == {"cutoff": shown}


async def test_a_quote_holds_for_ten_minutes(
    database: Database, menu: list[UUID], elder: UUID
) -> None:
    early = await quote(database, ADMIN, wish(elder, menu), MORNING)
    assert early.expires_at == MORNING + timedelta(minutes=10)
    late = await quote(database, ADMIN, wish(elder, menu), clock("2026-03-10 09:53"))
    assert late.expires_at == clock("2026-03-10 10:00")


async def test_a_meal_is_ordered_six_days_ahead_by_the_districts_day(
    database: Database, menu: list[UUID], elder: UUID
) -> None:
    asked = wish(elder, menu)
    # 16:00 UTC is midnight in the district.
    first = datetime(2026, 3, 3, 16, tzinfo=UTC)
    assert (await quote(database, ADMIN, asked, first)).day == DAY
    with pytest.raises(InvalidInput) as caught:
        await quote(database, ADMIN, asked, first - timedelta(seconds=1))
    assert caught.value.field == "items"


async def test_the_price_is_the_sum_and_the_items_stand_in_the_menus_order(
    database: Database, menu: list[UUID], elder: UUID
) -> None:
    lines = (Line(menu[2], 1), Line(menu[0], 20))
    made = await quote(database, ADMIN, Wish(elder, lines, delivery=False), MORNING)
    assert made.price == Decimal("172.00")
    assert [(item.menu_item_id, item.quantity) for item in made.items] == [
        (menu[0], 20),
        (menu[2], 1),
    ]


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ([], "items"),
        ([(0, 1), (0, 2)], "items"),
        ([(0, 0)], "quantity"),
        ([(0, 21)], "quantity"),
        ([(0, -1)], "quantity"),
    ],
)
async def test_lines_that_are_no_meal(
    database: Database,
    menu: list[UUID],
    elder: UUID,
    lines: list[tuple[int, int]],
    field: str,
) -> None:
    asked = Wish(elder, tuple(Line(menu[dish], quantity) for dish, quantity in lines), False)
    with pytest.raises(InvalidInput) as caught:
        await quote(database, ADMIN, asked, MORNING)
    assert caught.value.field == field


async def test_at_most_twenty_dishes(database: Database, canteen: UUID, elder: UUID) -> None:
    dishes = [await make_dish(database, canteen, DAY, f"菜{n}", "1.00") for n in range(21)]
    twenty = await quote(database, ADMIN, wish(elder, dishes[:20]), MORNING)
    assert twenty.price == 20
    with pytest.raises(InvalidInput):
        await quote(database, ADMIN, wish(elder, dishes), MORNING)


async def test_dishes_of_one_canteen_day_and_meal_only(
    database: Database, canteen: UUID, menu: list[UUID], elder: UUID, region: str
) -> None:
    strangers = [
        await make_dish(database, await make_canteen(database, region), DAY, "菜", "1.00"),
        await make_dish(database, canteen, DAY + timedelta(days=1), "菜", "1.00"),
        await make_dish(database, canteen, DAY, "菜", "1.00", Meal.DINNER),
    ]
    for stranger in strangers:
        with pytest.raises(InvalidInput) as caught:
            await quote(database, ADMIN, wish(elder, [menu[0], stranger]), MORNING)
        assert caught.value.field == "items"
    with pytest.raises(NotFound) as missing:
        await quote(database, ADMIN, wish(elder, [menu[0], uuid4()]), MORNING)
    assert missing.value.field == "items"


async def test_delivery_only_where_the_canteen_delivers(
    database: Database, elder: UUID, region: str
) -> None:
    canteen = await make_canteen(database, region, delivers=False)
    menu = await make_menu(database, canteen, DAY)
    assert not (await quote(database, ADMIN, wish(elder, menu), MORNING)).delivery
    with pytest.raises(InvalidInput) as caught:
        await quote(database, ADMIN, wish(elder, menu, delivery=True), MORNING)
    assert caught.value.field == "delivery"


@pytest.mark.parametrize(
    ("birth_date", "reason"),
    [
        (date(1946, 3, 10), "AGED_80"),
        (date(1946, 3, 11), "AGED_60"),
        (date(1966, 3, 10), "AGED_60"),
        (date(1966, 3, 11), "NOT_ENTITLED"),
    ],
)
async def test_age_is_that_of_the_meals_day(
    database: Database, menu: list[UUID], region: str, birth_date: date, reason: str
) -> None:
    elder = await make_elder(database, region, birth_date=birth_date)
    days_before = clock("2026-03-05 12:00")
    assert (await quote(database, ADMIN, wish(elder, menu), days_before)).split.reason == reason


@pytest.mark.parametrize(
    ("since", "until", "reason"),
    [
        (date(2026, 3, 10), None, "HARDSHIP"),
        (date(2026, 3, 11), None, "AGED_60"),
        (date(2026, 1, 1), date(2026, 3, 11), "HARDSHIP"),
        (date(2026, 1, 1), date(2026, 3, 10), "AGED_60"),
    ],
)
async def test_a_tag_counts_if_it_is_in_force_on_the_meals_day(
    database: Database,
    menu: list[UUID],
    region: str,
    since: date,
    until: date | None,
    reason: str,
) -> None:
    elder = await make_elder(database, region, tag=Tag.EXTREME_HARDSHIP, since=since, until=until)
    assert (await quote(database, ADMIN, wish(elder, menu), MORNING)).split.reason == reason


async def test_delivery_pays_for_those_who_can_hardly_go_out(
    database: Database, menu: list[UUID], region: str
) -> None:
    elder = await make_elder(database, region, care_level=CareLevel.MODERATE)
    home = await quote(database, ADMIN, wish(elder, menu, delivery=True), MORNING)
    counter = await quote(database, ADMIN, wish(elder, menu), MORNING)
    assert (home.split.reason, home.split.subsidy) == ("DELIVERY", Decimal("4.00"))
    assert (counter.split.reason, counter.split.subsidy) == ("AGED_60", Decimal("2.00"))


async def test_who_may_ask(
    database: Database, district: District, menu: list[UUID], elder: UUID, region: str
) -> None:
    daughter = await make_family(database, elder)
    assert (await quote(database, daughter, wish(elder, menu), MORNING)).actor_id == daughter.id
    stranger = Actor(district.neighbour_daughter_id, Role.FAMILY)
    with pytest.raises(NotFound) as caught:
        await quote(database, stranger, wish(elder, menu), MORNING)
    assert caught.value.field == "elder_id"
    sees_only = Actor(uuid4(), Role.OFFICIAL, region)
    with pytest.raises(PermissionDenied):
        await quote(database, sees_only, wish(elder, menu), MORNING)


async def placed(database: Database, actor: Actor, made: Quote, now: datetime) -> UUID:
    async with database.transaction("test") as session:
        return (await place(session, actor, made, now)).id


async def test_an_order_needs_a_quote_of_ones_own_that_still_holds(
    database: Database, menu: list[UUID], elder: UUID
) -> None:
    daughter, son = await make_family(database, elder), await make_family(database, elder)
    made = await quote(database, daughter, wish(elder, menu), MORNING)
    with pytest.raises(QuoteInvalid):
        await placed(database, son, made, MORNING)
    with pytest.raises(QuoteExpired):
        await placed(database, daughter, made, made.expires_at)
    with pytest.raises(OrderingClosed):
        await placed(database, daughter, made, cutoff(DAY, Meal.LUNCH))
    order_id = await placed(database, daughter, made, made.expires_at - timedelta(seconds=1))
    # Whose answer was lost asks again, and be it tomorrow.
    assert await placed(database, daughter, made, MORNING + timedelta(days=1)) == order_id


async def test_an_order_is_cancelled_before_the_cut_off_only(
    database: Database, menu: list[UUID], elder: UUID
) -> None:
    daughter = await make_family(database, elder)
    made = await quote(database, daughter, wish(elder, menu), MORNING)
    order_id = await placed(database, daughter, made, MORNING)
    end = cutoff(DAY, Meal.LUNCH)
    with pytest.raises(OrderingClosed):
        async with database.transaction("test") as session:
            await cancel(session, daughter, order_id, end)
    async with database.transaction("test") as session:
        order = await cancel(session, daughter, order_id, end - timedelta(seconds=1))
    assert (order.state, order.cancelled_by) == ("CANCELLED", daughter.id)

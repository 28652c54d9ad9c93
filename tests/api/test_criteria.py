"""Filters as declarations: one SQL for all values, values as the driver takes them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import strawberry
from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    bindparam,
    column,
    literal,
    select,
    values,
)
from sqlalchemy.dialects import postgresql

from api.alarms.queries import AlarmFilter
from api.beds.queries import BedFilter
from api.canteens.queries import CanteenFilter, MealOrderFilter
from api.geo import NearInput
from api.plan.criteria import contains, whether
from api.plan.filters import Filter
from api.regions.queries import RegionFilter
from api.stations.queries import StationFilter
from api.visits.queries import VisitTaskFilter
from domain.access import Role
from domain.calendar import today
from domain.database import Database
from domain.errors import InvalidInput
from domain.visits.lifecycle import VisitState
from tests.api.criteria import KEY, NOBODY, PAIRS
from tests.clients import Api

FILTERS = [kind for _, one, other in PAIRS for kind in (one, other)]


def names(filter: Filter) -> list[str]:
    """A parameter for each bound."""
    return [f"bound_{place}" for place, _ in enumerate(filter.values())]


def parameters(filter: Filter) -> list[ColumnElement[Any]]:
    kinds = type(filter).types_for(filter.shape())
    pairs = zip(names(filter), kinds, strict=True)
    return [bindparam(name, type_=kind) for name, kind in pairs]


@pytest.mark.parametrize(("key", "one", "other"), PAIRS, ids=lambda case: type(case).__name__)
async def test_one_sql_serves_all_values(
    api: Api, database: Database, key: Any, one: Filter, other: Filter
) -> None:
    actor = api.actor(Role.ADMIN)
    assert one.shape() == other.shape()
    assert hash(one.shape()) == hash(other.shape())
    given = type(one).conditions_for(actor, one.shape(), parameters(one))
    shared: Select[Any] = select(key).where(*given)
    for each in (one, other):
        own: Select[Any] = select(key).where(*each.conditions(actor))
        wanted = {row[0] for row in await database.fetch(own)}
        bound = dict(zip(names(each), each.values(), strict=True))
        found = {row[0] for row in await database.fetch(shared.params(bound))}
        assert found == wanted


async def test_the_shared_sql_finds_rows(api: Api, database: Database) -> None:
    """What the test above compares is not always nothing."""
    actor, filled = api.actor(Role.ADMIN), set[str]()
    for key, one, other in PAIRS:
        for each in (one, other):
            if await database.fetch(select(key).where(*each.conditions(actor)).limit(1)):
                filled.add(type(each).__name__)
    assert {"ElderFilter", "DeviceFilter", "RegionFilter", "VolunteerFilter"} <= filled
    assert {"VisitTaskFilter", "StationFilter"} & filled, "a circle holds something"


async def test_the_driver_takes_every_value_as_it_is(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    dialect = postgresql.dialect()  # pyright: ignore[reportAttributeAccessIssue]
    for filter in FILTERS:
        kinds = type(filter).types_for(filter.shape())
        for value, kind in zip(filter.values(), kinds, strict=True):
            cast = f"SELECT $1::{kind.compile(dialect)}"
            assert await connection.fetchval(cast, value) == value
            plain = value if isinstance(value, list) else [value]
            assert {type(each) for each in plain} <= {
                str,
                bool,
                int,
                float,
                date,
                datetime,
                UUID,
                type(None),
            }
    await connection.close()


def test_the_shape_tells_what_is_given_and_nothing_of_its_value() -> None:
    assert AlarmFilter().shape() == ()
    assert AlarmFilter().values() == AlarmFilter().conditions(NOBODY) == []
    region = AlarmFilter(region="33")
    assert region.shape() == AlarmFilter(region="44", state=None).shape()
    assert region.shape() != AlarmFilter(severity=[]).shape()
    assert region.values() == ["33", "34"]


def test_free_and_not_free_are_two_statements() -> None:
    free, taken = BedFilter(free=True), BedFilter(free=False)
    assert free.shape() != taken.shape()
    assert free.values() == taken.values() == [today()]


def test_the_clock_is_read_at_each_asking() -> None:
    days = iter([date(2026, 1, 1), date(2026, 1, 2)])
    criterion = whether(lambda bound: bound > date(2026, 1, 1), Date(), days.__next__)
    assert [criterion.read(True), criterion.read(True)] == [
        (date(2026, 1, 1),),
        (date(2026, 1, 2),),
    ]


async def test_an_empty_list_finds_nothing(api: Api) -> None:
    page = "visitTasks(first: 1, filter: {state: %s}) { totalCount }"
    query = f"{{ none: {page % '[]'} all: {page % list(map(str, VisitState))} }}".replace("'", "")
    counted = await api.data(Role.ADMIN, query)
    assert counted["none"]["totalCount"] == 0 < counted["all"]["totalCount"]


TEXTS = ("", "%", "_", "/", "\\", "a", "A", "a%b", "a_b", "axb", "a/b", "//", "/%", "\\%", "王 芳")


@pytest.mark.parametrize("piece", TEXTS)
async def test_a_text_is_contained_letter_by_letter(database: Database, piece: str) -> None:
    table = values(column("name", String), name="person").data([(text,) for text in TEXTS])
    criterion = contains(table.c.name)
    bounds = [literal(bound, String()) for bound in criterion.read(piece)]
    statement = select(table.c.name).where(criterion.condition(NOBODY, *bounds))
    found = {row[0] for row in await database.fetch(statement)}
    assert found == {text for text in TEXTS if piece in text}


@pytest.mark.parametrize(
    ("filter", "field"),
    [
        (AlarmFilter(region="33a"), "region"),
        (RegionFilter(prefix=""), "region"),
        (BedFilter(region="三三"), "region"),
        (BedFilter(station=strawberry.ID(f"elder_{KEY}")), "station"),
        (MealOrderFilter(canteen=strawberry.ID("canteen")), "canteen"),
        (StationFilter(near=NearInput(longitude=0, latitude=0, radius_m=0)), "radius_m"),
        (StationFilter(near=NearInput(longitude=0, latitude=0, radius_m=50_001)), "radius_m"),
        (VisitTaskFilter(near=NearInput(longitude=181, latitude=0, radius_m=1)), "longitude"),
        (CanteenFilter(near=NearInput(longitude=0, latitude=-86, radius_m=1)), "latitude"),
        (CanteenFilter(near=NearInput(longitude=0, latitude=86, radius_m=1), region="x"), "region"),
    ],
)
def test_a_wrong_value_is_refused_by_its_field(filter: Filter, field: str) -> None:
    for ask in (filter.values, lambda: filter.conditions(NOBODY)):
        with pytest.raises(InvalidInput) as refusal:
            ask()
        assert refusal.value.field == field

"""Meal orders against a model: quotes, orders and cancellations in any order, as time passes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.canteens import service
from domain.canteens.lifecycle import MEAL_LIFECYCLE, MealState
from domain.canteens.models import Meal, MealOrder, MealOrderItem
from domain.canteens.quotes import Line, Quote, Wish, quote
from domain.database import Database
from domain.errors import (
    DomainError,
    IllegalTransition,
    NotFound,
    OrderingClosed,
    PermissionDenied,
    QuoteExpired,
    QuoteInvalid,
    SubsidyUsed,
)
from domain.outbox import OutboxEvent
from tests.makers.canteens import (
    community,
    make_canteen,
    make_cook,
    make_elder,
    make_family,
    make_menu,
)
from yiyang.district.cast import District

DAY = date(2026, 3, 10)
ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 10, 9, 50, tzinfo=ZONE)
CLOSES = {
    Meal.LUNCH: datetime(2026, 3, 10, 10, tzinfo=ZONE),
    Meal.DINNER: datetime(2026, 3, 10, 15, tzinfo=ZONE),
}

# What the rules say, written a second time: the machine must not ask the code under test.
NEXT = {
    ("PLACED", "CANCEL"): "CANCELLED",
    ("PLACED", "LOCK"): "LOCKED",
    ("LOCKED", "COOK"): "COOKED",
    ("COOKED", "SERVE"): "SERVED",
    ("COOKED", "SEND"): "OUT",
    ("OUT", "DELIVER"): "DELIVERED",
    ("OUT", "FAIL"): "FAILED",
    ("SERVED", "SETTLE"): "SETTLED",
    ("DELIVERED", "SETTLE"): "SETTLED",
    ("FAILED", "SETTLE"): "SETTLED",
}
PEOPLE = ("daughter", "son", "official", "cook", "stranger")
MAY = {"daughter", "son"}
# Most of the time those who may: else few examples get as far as a second subsidy.
person = st.sampled_from(("daughter", "son") * 4 + PEOPLE)


@dataclass
class Setting:
    """One elder's people and a canteen with lunch and dinner: 30 yuan of dishes each."""

    elder_id: UUID
    people: dict[str, Actor]
    menus: dict[Meal, list[UUID]]


async def new_setting(database: Database, district: District) -> Setting:
    region = await community(database, district)
    elder_id = await make_elder(database, region)
    canteen_id = await make_canteen(database, region)
    people = {
        "daughter": await make_family(database, elder_id),
        "son": await make_family(database, elder_id),
        "official": Actor(district.players[Role.OFFICIAL].account_id, Role.OFFICIAL, region),
        "cook": await make_cook(database, canteen_id),
        "stranger": Actor(district.neighbour_daughter_id, Role.FAMILY),
    }
    menus = {meal: await make_menu(database, canteen_id, DAY, meal) for meal in CLOSES}
    return Setting(elder_id, people, menus)


@dataclass
class Order:
    """What the model knows of an order."""

    quote: Quote
    cancelled: bool = False


class Machine(RuleBasedStateMachine):
    """One elder's meals of a day, and a model of them."""

    runner: asyncio.Runner
    database: Database
    district: District

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.quotes: list[Quote] = []
        self.orders: dict[UUID, Order] = {}
        self.changes = 0
        self.setting = self.run(new_setting(self.database, self.district))

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def outcome(self, work: Awaitable[Any]) -> Any:
        """What came of it: the result, or the domain's refusal."""

        async def tried() -> Any:
            try:
                return await work
            except DomainError as error:
                return error

        return self.run(tried())

    def write(self, verb: Callable[..., Any], person: str, subject: Any) -> Any:
        async def written() -> UUID:
            async with self.database.transaction("test") as session:
                return (await verb(session, self.setting.people[person], subject, self.now)).id

        return self.outcome(written())

    def name_of(self, account_id: UUID) -> str:
        people = self.setting.people.items()
        return next(name for name, actor in people if actor.id == account_id)

    @property
    def subsidy_used(self) -> bool:
        return any(
            order.quote.split.subsidy and not order.cancelled for order in self.orders.values()
        )

    @rule(minutes=st.sampled_from([1, 3, 12]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(
        person=person,
        meal=st.sampled_from(list(CLOSES)),
        dishes=st.sampled_from([1, 2, 3, 3]),
    )
    def asks(self, person: str, meal: Meal, dishes: int) -> None:
        lines = tuple(Line(dish, 1) for dish in self.setting.menus[meal][:dishes])
        wish = Wish(self.setting.elder_id, lines, delivery=False)
        actor = self.setting.people[person]
        outcome = self.outcome(quote(self.database, actor, wish, self.now))
        if person in ("stranger", "cook"):
            assert isinstance(outcome, NotFound)
        elif person not in MAY:
            assert isinstance(outcome, PermissionDenied)
        elif self.now >= CLOSES[meal]:
            assert isinstance(outcome, OrderingClosed)
        else:
            subsidised = dishes > 1 and not self.subsidy_used
            assert outcome.split.subsidy == (2 if subsidised else 0)
            self.quotes.append(outcome)

    @rule(other=st.none() | person, pick=st.integers(0, 99))
    def orders_by_quote(self, other: str | None, pick: int) -> None:
        if not self.quotes:
            return
        made = self.quotes[-1 - pick % len(self.quotes)]
        person = other or self.name_of(made.actor_id)
        outcome = self.write(service.place, person, made)
        before = [key for key, order in self.orders.items() if order.quote.id == made.id]
        if self.setting.people[person].id != made.actor_id:
            assert isinstance(outcome, QuoteInvalid)
        elif before:
            assert [outcome] == before
        elif self.now >= CLOSES[made.meal]:
            assert isinstance(outcome, OrderingClosed)
        elif self.now >= made.expires_at:
            assert isinstance(outcome, QuoteExpired)
        elif made.split.subsidy and self.subsidy_used:
            assert isinstance(outcome, SubsidyUsed)
            assert len(outcome.blockers) == 1
        else:
            self.orders[outcome] = Order(made)
            self.changes += 1

    @rule(person=person, pick=st.integers(0, 99))
    def cancels(self, person: str, pick: int) -> None:
        if not self.orders:
            return
        key = list(self.orders)[pick % len(self.orders)]
        order = self.orders[key]
        outcome = self.write(service.cancel, person, key)
        if person == "stranger":
            assert isinstance(outcome, NotFound)
        elif person not in MAY:
            assert isinstance(outcome, PermissionDenied)
        elif order.cancelled:
            assert isinstance(outcome, IllegalTransition)
            assert outcome.facts["from"] == "CANCELLED"
        elif self.now >= CLOSES[order.quote.meal]:
            assert isinstance(outcome, OrderingClosed)
        else:
            assert outcome == key
            order.cancelled = True
            self.changes += 1

    @invariant()
    def database_agrees(self) -> None:
        self.run(self._compare())

    async def _compare(self) -> None:
        columns = (
            col(MealOrder.id),
            col(MealOrder.state),
            col(MealOrder.price),
            col(MealOrder.subsidy),
        )
        of_elder = col(MealOrder.elder_id) == self.setting.elder_id
        async with self.database.reading() as connection:
            rows = (await connection.execute(select(*columns).where(of_elder))).all()
            keys = [row.id for row in rows]
            items = await connection.execute(
                select(MealOrderItem).where(col(MealOrderItem.order_id).in_(keys))
            )
            events = await connection.execute(
                select(OutboxEvent).where(col(OutboxEvent.subject_id).in_(keys))
            )
            counts = len(items.all()), len(events.all())
        stored = {row.id: (row.state.value, row.price, row.subsidy) for row in rows}
        assert stored == {
            key: (
                "CANCELLED" if order.cancelled else "PLACED",
                order.quote.price,
                order.quote.split.subsidy,
            )
            for key, order in self.orders.items()
        }
        assert counts == (
            sum(len(order.quote.items) for order in self.orders.values()),
            self.changes,
        )


def test_meal_orders_do_what_the_model_says(database_url: str, district: District) -> None:
    with asyncio.Runner() as runner:
        Machine.runner, Machine.district = runner, district
        Machine.database = runner.run(_opened(database_url))
        try:
            run_state_machine_as_test(
                Machine,
                settings=settings(
                    max_examples=20,
                    stateful_step_count=30,
                    deadline=None,
                    suppress_health_check=[HealthCheck.too_slow],
                ),
            )
        finally:
            runner.run(Machine.database.close())


async def _opened(url: str) -> Database:
    return Database(url, pool_size=2)


@pytest.mark.parametrize("state", list(MealState))
def test_the_table_offers_what_the_rules_say(state: MealState) -> None:
    offered = {
        action.value: MEAL_LIFECYCLE.next(state, action).value
        for action in MEAL_LIFECYCLE.actions(state)
    }
    assert offered == {
        action: following for (source, action), following in NEXT.items() if source == state.value
    }

"""Canteens, what they cook, and what is ordered."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from domain.canteens.lifecycle import MealState
from domain.tables import Table, choice, moment, money, primary_key, reference, region_code


class Meal(StrEnum):
    """Which meal of the day."""

    BREAKFAST = "BREAKFAST"
    LUNCH = "LUNCH"
    DINNER = "DINNER"


class SubsidyReason(StrEnum):
    """Why a meal is subsidised, or why not."""

    HARDSHIP = "HARDSHIP"
    DELIVERY = "DELIVERY"
    AGED_80 = "AGED_80"
    AGED_60 = "AGED_60"
    BELOW_MINIMUM = "BELOW_MINIMUM"
    USED_TODAY = "USED_TODAY"
    NOT_ENTITLED = "NOT_ENTITLED"


class Canteen(Table, table=True):
    """A kitchen with a counter for elders."""

    id: UUID = Field(default=None, sa_column=primary_key())
    region_code: str = Field(sa_column=region_code(index=True))
    name: str
    address: str
    longitude: float
    latitude: float
    delivers: bool
    # Who runs it, where that is a company with systems of its own.
    vendor_id: UUID | None = Field(
        default=None, sa_column=reference("vendor.id", nullable=True, index=True)
    )


class MenuItem(Table, table=True):
    """A dish that a canteen cooks for a meal of a day."""

    __table_args__ = (
        Index("menu_item_dish_once", "canteen_id", "day", "meal", "name", unique=True),
        CheckConstraint("price > 0", name="menu_item_price_positive"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    canteen_id: UUID = Field(sa_column=reference("canteen.id"))
    day: date
    meal: Meal = Field(sa_column=choice(Meal, "menu_item_meal_known"))
    name: str
    price: Decimal = Field(sa_column=money())


class MealOrder(Table, table=True):
    """A meal for an elder, charged as its quote said.

    One order an elder, day and scheme is subsidised; a cancelled one gives the subsidy back.
    """

    __table_args__ = (
        Index("meal_order_quote_once", "quote_id", unique=True),
        Index(
            "meal_order_subsidy_once",
            "elder_id",
            "day",
            "scheme",
            unique=True,
            postgresql_where=text("subsidy > 0 AND state <> 'CANCELLED'"),
        ),
        CheckConstraint("price = subsidy + own_share", name="meal_order_price_adds_up"),
        CheckConstraint("subsidy >= 0 AND own_share >= 0", name="meal_order_shares_not_negative"),
        Index("meal_order_elder_id_id", "elder_id", "id"),
        Index("meal_order_canteen_id_id", "canteen_id", "id"),
        Index("meal_order_region_code_id", "region_code", "id"),
        Index("meal_order_day_id", "day", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    # The elder's: the subsidy is paid where the elder lives, whichever canteen cooks.
    region_code: str = Field(sa_column=region_code())
    canteen_id: UUID = Field(sa_column=reference("canteen.id"))
    # All that a canteen learns of the elder, beside the dishes and the amounts.
    recipient: str
    recipient_phone_masked: str | None = None
    day: date
    meal: Meal = Field(sa_column=choice(Meal, "meal_order_meal_known"))
    delivery: bool
    state: MealState = Field(sa_column=choice(MealState, "meal_order_state_known"))
    price: Decimal = Field(sa_column=money())
    subsidy: Decimal = Field(sa_column=money())
    own_share: Decimal = Field(sa_column=money())
    scheme: str
    subsidy_reason: SubsidyReason = Field(
        sa_column=choice(SubsidyReason, "meal_order_subsidy_reason_known")
    )
    quote_id: UUID
    placed_by: UUID = Field(sa_column=reference("account.id"))
    placed_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    cancelled_by: UUID | None = Field(
        default=None, sa_column=reference("account.id", nullable=True)
    )
    cancelled_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class MealOrderItem(Table, table=True):
    """A dish of an order, with the price at which it was quoted."""

    __table_args__ = (CheckConstraint("quantity > 0", name="meal_order_item_quantity_positive"),)

    order_id: UUID = Field(sa_column=reference("meal_order.id", primary_key=True))
    menu_item_id: UUID = Field(sa_column=reference("menu_item.id", primary_key=True))
    name: str
    unit_price: Decimal = Field(sa_column=money())
    quantity: int

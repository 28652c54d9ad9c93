"""Canteens, menus, quotes and meal orders as clients see them."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import case
from sqlmodel import col

from api.accounts.types import Account
from api.context import Context
from api.describe import enumeration, output
from api.elders.types import Elder
from api.geo import Position
from api.plan.declare import (
    ascending,
    computed,
    connection,
    descending,
    many,
    node,
    one,
    record,
)
from api.regions.types import Region
from api.relay import Connection, Node
from domain.access import Permission
from domain.canteens import models
from domain.canteens.lifecycle import MealAction, MealState
from domain.canteens.ordering import in_menu_week
from domain.canteens.service import available_actions
from domain.canteens.visibility import (
    canteen_visible,
    meal_order_item_visible,
    meal_order_visible,
    menu_item_visible,
)

enumeration(
    models.Meal,
    "Which meal of the day.",
    BREAKFAST="早餐 breakfast; ordered until 18:00 the day before.",
    LUNCH="午餐 lunch; ordered until 10:00.",
    DINNER="晚餐 dinner; ordered until 15:00.",
)

enumeration(
    models.SubsidyReason,
    "Why a meal is subsidised, or why not.",
    name="MealSubsidyReason",
    HARDSHIP="低保、特困 on the minimum living allowance or in extreme hardship.",
    DELIVERY="送餐 brought home to someone of care level 2 (中度失能) or worse.",
    AGED_80="80周岁以上 aged 80 or older.",
    AGED_60="60至79周岁 aged 60 to 79.",
    BELOW_MINIMUM="未达起补金额 it costs less than the scheme asks for; a dish more would help.",
    USED_TODAY="当日已享受 another meal of that day has the subsidy.",
    NOT_ENTITLED="不符合条件 the scheme is for others.",
)

enumeration(
    MealState,
    "Where a meal has got to.",
    name="MealOrderState",
    PLACED="已下单 ordered; can be cancelled until the cut-off.",
    LOCKED="已锁定 the cut-off has passed.",
    COOKED="已出餐 cooked.",
    SERVED="已用餐 eaten or fetched at the canteen.",
    OUT="配送中 on its way.",
    DELIVERED="已送达 brought home.",
    FAILED="配送失败 could not be handed over.",
    SETTLED="已结算 settled between the canteen and whoever pays.",
    CANCELLED="已取消 cancelled before the cut-off; its subsidy is free again.",
)

enumeration(
    MealAction,
    "What may happen to a meal.",
    name="MealOrderAction",
    CANCEL="取消: take the order back.",
    LOCK="锁定: the cut-off passes.",
    COOK="出餐: it is cooked.",
    SERVE="用餐: it is handed over at the canteen.",
    SEND="配送: it leaves the kitchen.",
    DELIVER="送达: it is handed over at home.",
    FAIL="配送失败: it could not be handed over.",
    SETTLE="结算: it is settled.",
)

_meal_of_the_day = case(
    {meal.value: place for place, meal in enumerate(models.Meal)},
    value=col(models.MenuItem.meal),
)


def _position(canteen: models.Canteen, context: Context) -> Position:
    del context
    return Position(longitude=canteen.longitude, latitude=canteen.latitude)


def _actions(order: models.MealOrder, context: Context) -> list[MealAction]:
    return available_actions(context.actor, order.state, order.day, order.meal, context.now)


@node(models.Canteen, visible=canteen_visible)
class Canteen(Node):
    """A kitchen with a counter for elders."""

    name: str
    """Name, for example 清波街道老年食堂."""
    address: str
    """Address."""
    region: Region = one(models.Canteen.region_code)
    """The community where it stands."""
    position: Position = computed(
        _position, needs=[models.Canteen.longitude, models.Canteen.latitude]
    )
    """Where it stands."""
    delivers: bool
    """Whether it brings meals home."""
    menu: list["MenuItem"] = many(
        models.MenuItem.canteen_id,
        order=ascending(models.MenuItem.day, _meal_of_the_day, models.MenuItem.id),
        where=in_menu_week(col(models.MenuItem.day)),
        usual_length=70,
    )
    """The dishes of today and of the six days after, by the district's clock."""
    orders: Connection["MealOrder"] = connection(
        models.MealOrder.canteen_id, order=descending(models.MealOrder.id)
    )
    """Its orders, as far as you may see them, newest first."""


@node(models.MenuItem, visible=menu_item_visible)
class MenuItem(Node):
    """A dish that a canteen cooks for a meal of a day."""

    day: date
    """The meal's day."""
    meal: models.Meal
    """For which meal."""
    name: str
    """The dish, for example 清蒸鲈鱼."""
    price: Decimal
    """Yuan a portion."""
    canteen: Canteen = one(models.MenuItem.canteen_id)
    """Who cooks it."""


@record(models.MealOrderItem, visible=meal_order_item_visible)
class MealOrderItem:
    """A dish of an order, as it was quoted."""

    name: str
    """The dish."""
    unit_price: Decimal
    """Yuan a portion."""
    quantity: int
    """How many portions."""


@node(models.MealOrder, visible=meal_order_visible)
class MealOrder(Node):
    """A meal for an elder, charged as its quote said."""

    elder: Elder | None = one(models.MealOrder.elder_id)
    """Who eats it; null where you may not see the elder."""
    recipient: str | None = computed(
        lambda order, _: order.recipient,
        needs=[models.MealOrder.recipient],
        permission=Permission.MEAL_RECIPIENT_READ,
    )
    """The name on the slip; null for who looks at the money only."""
    recipient_phone: str | None = computed(
        lambda order, _: order.recipient_phone_masked,
        needs=[models.MealOrder.recipient_phone_masked],
        permission=Permission.MEAL_RECIPIENT_READ,
    )
    """The recipient's phone as it was when the meal was ordered, masked: 138****1234."""
    canteen: Canteen = one(models.MealOrder.canteen_id)
    """Who cooks it."""
    day: date
    """The meal's day."""
    meal: models.Meal
    """Which meal."""
    delivery: bool
    """Whether it is brought home."""
    state: MealState
    """Where it has got to."""
    price: Decimal
    """Yuan in all: subsidy and own share."""
    subsidy: Decimal
    """Yuan that the scheme pays."""
    own_share: Decimal
    """Yuan that the elder pays."""
    scheme: str
    """Code of the subsidy scheme."""
    subsidy_reason: models.SubsidyReason | None = computed(
        lambda order, _: order.subsidy_reason,
        needs=[models.MealOrder.subsidy_reason],
        permission=Permission.SUBSIDY_REASON_READ,
    )
    """Why it is subsidised, or why not; null for the canteen: it needs the amounts alone."""
    items: list[MealOrderItem] = many(
        models.MealOrderItem.order_id, order=ascending(models.MealOrderItem.menu_item_id)
    )
    """Its dishes, in the menu's order."""
    placed_by: Account | None = one(models.MealOrder.placed_by)
    """Who ordered it; null where you may not see the account."""
    placed_at: datetime
    """When it was ordered."""
    cancelled_at: datetime | None
    """When it was cancelled; null where it was not."""
    available_actions: list[MealAction] = computed(
        _actions, needs=[models.MealOrder.state, models.MealOrder.day, models.MealOrder.meal]
    )
    """What you may do with it now."""


@output
class MealQuoteItem:
    """A dish of a quote."""

    name: str
    """The dish."""
    unit_price: Decimal
    """Yuan a portion."""
    quantity: int
    """How many portions."""


@output
class MealQuote:
    """What a meal costs, fixed until it expires: an order with its token charges exactly this."""

    token: str
    """What `mealOrderPlace` asks for: good for one order, and for you alone."""
    expires_at: datetime
    """Until when it can be placed: ten minutes from now, or the cut-off if that comes before."""
    orderable_until: datetime
    """The meal's cut-off: until then it can be ordered, and an order cancelled."""
    canteen: Canteen
    """Who cooks it."""
    day: date
    """The meal's day."""
    meal: models.Meal
    """Which meal."""
    delivery: bool
    """Whether it is brought home."""
    items: list[MealQuoteItem]
    """Its dishes, in the menu's order."""
    price: Decimal
    """Yuan in all: subsidy and own share."""
    subsidy: Decimal
    """Yuan that the scheme pays."""
    own_share: Decimal
    """Yuan that the elder pays."""
    scheme: str
    """Code of the subsidy scheme."""
    subsidy_reason: models.SubsidyReason
    """Why it is subsidised, or why not."""

"""What a scheme pays of a meal. A scheme is data: another district writes another one."""

from dataclasses import dataclass
from decimal import Decimal

from domain.canteens.models import SubsidyReason
from domain.elders.models import CareLevel, Tag

_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Diner:
    """What a scheme asks about whoever eats, on the meal's day.

    Parameters:
        age: completed years.
        tags: those in force.
        delivered: whether the meal is brought home.
    """

    age: int
    tags: frozenset[Tag]
    care_level: CareLevel | None
    delivered: bool


@dataclass(frozen=True, slots=True)
class Tier:
    """An amount, and for whom: every condition that is given must hold.

    Parameters:
        amount: yuan a meal.
        tags: one of these is in force; asked only if there are any.
        care_levels: one of these; asked only if there are any.
        delivered: only for a meal that is brought home.
        from_age, to_age: completed years, both included; without an end if None.
    """

    reason: SubsidyReason
    amount: Decimal
    tags: frozenset[Tag] = frozenset()
    care_levels: frozenset[CareLevel] = frozenset()
    delivered: bool = False
    from_age: int = 0
    to_age: int | None = None

    def admits(self, diner: Diner) -> bool:
        """Whether the diner is one of those whom the tier is for."""
        return (
            (not self.tags or not self.tags.isdisjoint(diner.tags))
            and (not self.care_levels or diner.care_level in self.care_levels)
            and (diner.delivered or not self.delivered)
            and self.from_age <= diner.age
            and (self.to_age is None or diner.age <= self.to_age)
        )


@dataclass(frozen=True, slots=True)
class Scheme:
    """Who gets how much, from which price on; once an elder and day.

    Parameters:
        code: names the scheme for good: a changed scheme is another scheme.
        minimum: yuan that the meal costs at least.
        tiers: they don't add, the best one applies.
    """

    code: str
    minimum: Decimal
    tiers: tuple[Tier, ...]

    def best(self, diner: Diner) -> Tier | None:
        """The tier that pays most; None where none is for the diner."""
        admitting = (tier for tier in self.tiers if tier.admits(diner))
        return max(admitting, key=lambda tier: tier.amount, default=None)


@dataclass(frozen=True, slots=True)
class Split:
    """Who pays what of a price, in yuan; the two shares are the price, to the fen.

    Parameters:
        reason: why there is a subsidy, or why there is none.
    """

    subsidy: Decimal
    own_share: Decimal
    reason: SubsidyReason


def split(scheme: Scheme, price: Decimal, diner: Diner, *, used_today: bool) -> Split:
    """Split a meal's price.

    Of several reasons against a subsidy, the one named is that which the elder can do least
    about: BELOW_MINIMUM says that a dish more would bring it.

    Parameters:
        price: yuan, with two places.
        used_today: whether another meal of that day has had the scheme's subsidy.
    """
    tier = scheme.best(diner)
    if tier is None:
        return Split(_NOTHING, price, SubsidyReason.NOT_ENTITLED)
    if used_today:
        return Split(_NOTHING, price, SubsidyReason.USED_TODAY)
    if price < scheme.minimum:
        return Split(_NOTHING, price, SubsidyReason.BELOW_MINIMUM)
    subsidy = min(tier.amount, price)
    return Split(subsidy, price - subsidy, tier.reason)


COMMUNITY_MEAL = Scheme(
    code="community-meal-2026",
    minimum=Decimal("15.00"),
    tiers=(
        Tier(
            SubsidyReason.HARDSHIP,
            Decimal("6.00"),
            tags=frozenset({Tag.MINIMUM_LIVING, Tag.EXTREME_HARDSHIP}),
        ),
        Tier(
            SubsidyReason.DELIVERY,
            Decimal("4.00"),
            care_levels=frozenset({CareLevel.MODERATE, CareLevel.SEVERE, CareLevel.COMPLETE}),
            delivered=True,
        ),
        Tier(SubsidyReason.AGED_80, Decimal("3.00"), from_age=80),
        Tier(SubsidyReason.AGED_60, Decimal("2.00"), from_age=60, to_age=79),
    ),
)
"""Fixture: an example for tests and the demo, not an official scheme."""

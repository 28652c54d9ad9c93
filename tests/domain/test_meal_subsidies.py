"""What the scheme pays, against the rules written a second time."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.canteens.models import SubsidyReason
from domain.canteens.subsidies import COMMUNITY_MEAL, Diner, Scheme, Tier, split
from domain.elders.models import CareLevel, Tag

FEN = Decimal("0.01")

prices = st.decimals(min_value=0, max_value=9_999_999, places=2)
diners = st.builds(
    Diner,
    age=st.integers(0, 130),
    tags=st.frozensets(st.sampled_from(list(Tag))),
    care_level=st.sampled_from(list(CareLevel)),
    delivered=st.booleans(),
)
amounts = st.decimals(min_value=FEN, max_value=100, places=2)
tiers = st.builds(
    Tier,
    reason=st.sampled_from([SubsidyReason.AGED_60, SubsidyReason.DELIVERY]),
    amount=amounts,
    tags=st.frozensets(st.sampled_from(list(Tag)), max_size=2),
    delivered=st.booleans(),
    from_age=st.integers(0, 100),
)
schemes = st.builds(
    Scheme,
    code=st.just("any"),
    minimum=st.decimals(min_value=0, max_value=50, places=2),
    tiers=st.lists(tiers, max_size=4).map(tuple),
)


def oracle(price: Decimal, diner: Diner, used_today: bool) -> tuple[str, str]:
    """Subsidy and reason by the rules' text: 15 yuan; 6, 4, 3, 2; the best one; once a day."""
    candidates = []
    if "MINIMUM_LIVING" in diner.tags or "EXTREME_HARDSHIP" in diner.tags:
        candidates.append((6, "HARDSHIP"))
    if diner.delivered and diner.care_level in ("MODERATE", "SEVERE", "COMPLETE"):
        candidates.append((4, "DELIVERY"))
    if diner.age >= 80:
        candidates.append((3, "AGED_80"))
    elif diner.age >= 60:
        candidates.append((2, "AGED_60"))
    if not candidates:
        return "0.00", "NOT_ENTITLED"
    if used_today:
        return "0.00", "USED_TODAY"
    if price < 15:
        return "0.00", "BELOW_MINIMUM"
    amount, reason = max(candidates)
    return f"{amount}.00", reason


@given(price=prices, diner=diners, used_today=st.booleans())
def test_the_scheme_pays_what_the_rules_say(price: Decimal, diner: Diner, used_today: bool) -> None:
    shares = split(COMMUNITY_MEAL, price, diner, used_today=used_today)
    assert (str(shares.subsidy), shares.reason.value) == oracle(price, diner, used_today)


@given(price=prices, diner=diners, used_today=st.booleans(), scheme=schemes)
def test_the_shares_are_the_price_to_the_fen_under_any_scheme(
    price: Decimal, diner: Diner, used_today: bool, scheme: Scheme
) -> None:
    shares = split(scheme, price, diner, used_today=used_today)
    assert shares.subsidy + shares.own_share == price
    assert shares.subsidy >= 0
    assert shares.own_share >= 0
    assert shares.subsidy == shares.subsidy.quantize(FEN)
    assert shares.own_share == shares.own_share.quantize(FEN)


@pytest.mark.parametrize(
    ("price", "age", "subsidy", "reason"),
    [
        ("14.99", 70, "0.00", "BELOW_MINIMUM"),
        ("15.00", 70, "2.00", "AGED_60"),
        ("15.00", 79, "2.00", "AGED_60"),
        ("15.00", 80, "3.00", "AGED_80"),
        ("15.00", 60, "2.00", "AGED_60"),
        ("15.00", 59, "0.00", "NOT_ENTITLED"),
        ("14.99", 59, "0.00", "NOT_ENTITLED"),
    ],
)
def test_the_edges(price: str, age: int, subsidy: str, reason: str) -> None:
    diner = Diner(age, frozenset(), CareLevel.INTACT, delivered=False)
    shares = split(COMMUNITY_MEAL, Decimal(price), diner, used_today=False)
    assert (str(shares.subsidy), shares.reason.value) == (subsidy, reason)


def test_a_scheme_pays_no_more_than_the_price() -> None:
    generous = Scheme("x", Decimal(0), (Tier(SubsidyReason.AGED_60, Decimal("9.00")),))
    diner = Diner(70, frozenset(), CareLevel.INTACT, delivered=False)
    shares = split(generous, Decimal("4.50"), diner, used_today=False)
    assert (str(shares.subsidy), str(shares.own_share)) == ("4.50", "0.00")

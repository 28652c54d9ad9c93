"""A token says what we sealed or it says nothing: forged, changed, foreign and stale ones."""

import base64
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from api.canteens import quote_token
from domain.calendar import now
from domain.canteens.models import Meal, SubsidyReason
from domain.canteens.quotes import Line, Quote, QuotedItem, Wish, quote
from domain.canteens.subsidies import Split
from domain.crypto import Vault
from domain.database import Database
from domain.errors import QuoteInvalid
from domain.metadata import METADATA
from tests.api.meals import codes, placed, quoted
from tests.clients import Api
from tests.makers.canteens import Table, lay_table, make_family
from yiyang.district.cast import District

VAULT = Vault(keys={"test": bytes(32)}, current="test", hash_key=bytes(32))
QUOTE = Quote(
    id=UUID(int=1),
    actor_id=UUID(int=2),
    elder_id=UUID(int=3),
    canteen_id=UUID(int=4),
    day=date(2026, 3, 10),
    meal=Meal.LUNCH,
    delivery=True,
    items=(QuotedItem(UUID(int=5), "红烧肉", Decimal("10.00"), 2),),
    price=Decimal("20.00"),
    split=Split(Decimal("4.00"), Decimal("16.00"), SubsidyReason.DELIVERY),
    scheme="community-meal-2026",
    expires_at=datetime(2026, 3, 10, 1, 2, 3, 456789, tzinfo=UTC),
)
TOKEN = quote_token.sealed(QUOTE, VAULT)
BODY = base64.urlsafe_b64decode(TOKEN + "=" * (-len(TOKEN) % 4))


def text(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).decode().rstrip("=")


def test_a_token_comes_back_as_the_quote_that_it_was() -> None:
    opened = quote_token.opened(TOKEN, VAULT)
    assert opened == QUOTE
    assert str(opened.price) == "20.00"
    assert opened.split.reason is SubsidyReason.DELIVERY
    assert quote_token.sealed(QUOTE, VAULT) != TOKEN


def test_a_token_tells_its_bearer_nothing() -> None:
    for word in ("红烧肉", "LUNCH", "DELIVERY", "20.00", QUOTE.elder_id.hex):
        assert word.encode() not in BODY
        assert word not in TOKEN


@given(place=st.integers(0, len(TOKEN) - 1), other=st.characters())
def test_a_token_with_another_character_is_none(place: int, other: str) -> None:
    changed = TOKEN[:place] + other + TOKEN[place + 1 :]
    if changed == TOKEN:
        return
    with pytest.raises(QuoteInvalid) as caught:
        quote_token.opened(changed, VAULT)
    assert caught.value.field == "token"


@given(place=st.integers(0, len(BODY) - 1), flipped=st.integers(1, 255))
def test_a_token_with_a_flipped_bit_is_none(place: int, flipped: int) -> None:
    changed = bytearray(BODY)
    changed[place] ^= flipped
    with pytest.raises(QuoteInvalid):
        quote_token.opened(text(bytes(changed)), VAULT)


@given(nonsense=st.one_of(st.text(), st.binary().map(text), st.just(TOKEN[:-1])))
def test_nonsense_is_no_token(nonsense: str) -> None:
    with pytest.raises(QuoteInvalid):
        quote_token.opened(nonsense, VAULT)


@pytest.mark.parametrize("spelled", [TOKEN + "=", TOKEN + "\n", " " + TOKEN, TOKEN + "A"])
def test_another_spelling_is_no_token(spelled: str) -> None:
    with pytest.raises(QuoteInvalid):
        quote_token.opened(spelled, VAULT)


@pytest.mark.parametrize("scheme", ["a", "ab", "abc"])
def test_the_last_characters_spare_bits_are_no_second_spelling(scheme: str) -> None:
    """Of three lengths one has no spare bits, one two, one four."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    token = quote_token.sealed(replace(QUOTE, scheme=scheme), VAULT)
    assert [last for last in alphabet if opens(token[:-1] + last)] == [token[-1]]


def opens(token: str) -> bool:
    try:
        quote_token.opened(token, VAULT)
    except QuoteInvalid:
        return False
    return True


@pytest.mark.parametrize(
    ("plain", "column"),
    [
        ('{"price": "0.00"}', "meal_order.quote"),
        ("no json", "meal_order.quote"),
        ("330102194001011234", "elder.id_number_cipher"),
    ],
)
def test_what_we_sealed_for_something_else_is_no_token(plain: str, column: str) -> None:
    foreign = VAULT.seal(plain, column)
    with pytest.raises(QuoteInvalid):
        quote_token.opened(text(foreign), VAULT)


@pytest.mark.parametrize("key_id", ["test", "othr"])
def test_anothers_key_makes_no_token(key_id: str) -> None:
    other = Vault(keys={key_id: b"k" * 32}, current=key_id, hash_key=bytes(32))
    with pytest.raises(QuoteInvalid):
        quote_token.opened(quote_token.sealed(QUOTE, other), VAULT)


@pytest.fixture
async def table(database: Database, district: District) -> Table:
    return await lay_table(database, district)


async def orders(database: Database) -> int:
    return len(await database.fetch(select(METADATA.tables["meal_order"])))


async def test_over_http_each_bad_token_has_its_code_and_orders_nothing(
    api: Api, database: Database, vault: Vault, table: Table
) -> None:
    before = await orders(database)
    offer = await quoted(api, table.daughter, table.elder_id, table.dishes)
    stale = await quote(
        database,
        table.daughter,
        Wish(table.elder_id, (Line(table.dishes[0], 1),), delivery=False),
        now() - timedelta(minutes=11),
    )
    son = await make_family(database, table.elder_id)
    foreign = Vault(keys={"test": b"k" * 32}, current="test", hash_key=bytes(32))
    for who, token, code in (
        (table.daughter, "", "QUOTE_INVALID"),
        (table.daughter, str(uuid4()), "QUOTE_INVALID"),
        (table.daughter, offer["token"][:-2] + "AA", "QUOTE_INVALID"),
        (table.daughter, quote_token.sealed(stale, foreign), "QUOTE_INVALID"),
        (son, offer["token"], "QUOTE_INVALID"),
        (table.cook, offer["token"], "QUOTE_INVALID"),
        (table.daughter, quote_token.sealed(stale, vault), "QUOTE_EXPIRED"),
    ):
        payload = await placed(api, who, token)
        assert codes(payload) == [(code, "token")]
        assert payload["mealOrder"] is None
    assert await orders(database) == before
    assert (await placed(api, table.daughter, offer["token"]))["userErrors"] == []

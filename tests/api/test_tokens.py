"""A token that is known again is as good as on its first day, and no longer."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from api.auth.tokens import REMEMBERED, Grant, InvalidToken, TokenKey
from domain.access import Actor, Role


def grant(seconds: float = 3600) -> Grant:
    # A token counts whole seconds.
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)
    return Grant(Actor(uuid4(), Role.FAMILY, "330102"), end, budget=7)


def test_the_second_time_says_the_same(token_key: TokenKey) -> None:
    said = grant()
    token = token_key.sign(said)
    assert token_key.verify(token) == said
    assert token_key.verify(token) == said


async def test_a_known_token_expires_on_time(token_key: TokenKey) -> None:
    said = grant(seconds=2)
    token = token_key.sign(said)
    assert token_key.verify(token) == said
    await asyncio.sleep((said.expires_at - datetime.now(UTC)).total_seconds() + 0.01)
    with pytest.raises(InvalidToken):
        token_key.verify(token)


def test_one_key_knows_nothing_of_anothers_tokens(token_key: TokenKey) -> None:
    token = token_key.sign(grant())
    token_key.verify(token)
    with pytest.raises(InvalidToken):
        TokenKey(TokenKey.new_jwk()).verify(token)


def test_what_looks_like_a_known_token_is_none(token_key: TokenKey) -> None:
    token = token_key.sign(grant())
    token_key.verify(token)
    head, claims, signature = token.split(".")
    for changed in (f"{head}.{claims}.{signature[:-4]}AAAA", f"{token}x", token[:-1], ""):
        with pytest.raises(InvalidToken):
            token_key.verify(changed)


def test_forgotten_tokens_are_read_anew() -> None:
    key = TokenKey(TokenKey.new_jwk())
    said = grant()
    token = key.sign(said)
    assert key.verify(token) == said
    for _ in range(REMEMBERED + 1):
        key.verify(key.sign(grant()))
    assert key.verify(token) == said

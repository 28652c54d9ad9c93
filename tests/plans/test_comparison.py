"""What the comparison of two answers lets pass, and what it does not."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from api.relay import encode_cursor
from domain.ids import public_id
from tests.plans.comparison import same, same_but_for_the_choice

NOW = datetime.now(UTC)


def key(moment: datetime) -> UUID:
    """A UUIDv7 made then."""
    return UUID(int=int(moment.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62)


NEW, OTHER = key(NOW), UUID(int=key(NOW).int + 1)
OLD = key(NOW - timedelta(days=1))


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, False),
        ({"a": 1}, {"a": 1.0}, False),
        ({"a": None}, {}, False),
        ({"at": NOW}, {"at": (NOW + timedelta(milliseconds=1)).isoformat()}, True),
        ({"at": NOW}, {"at": NOW - timedelta(days=1)}, False),
        ({"at": NOW}, {"at": NOW + timedelta(days=1)}, False),
        ({"id": public_id("bed", NEW)}, {"id": public_id("bed", OTHER)}, True),
        ({"id": public_id("bed", NEW)}, {"id": public_id("elder", OTHER)}, False),
        ({"id": public_id("bed", NEW)}, {"id": public_id("bed", OLD)}, False),
        ({"cursor": encode_cursor([NEW])}, {"cursor": encode_cursor([OTHER])}, True),
        ({"cursor": encode_cursor([NEW, 1])}, {"cursor": encode_cursor([OTHER, 2])}, False),
        ({"cursor": encode_cursor([1])}, {"cursor": encode_cursor([None])}, False),
        ({"fresh_token": "a"}, {"fresh_token": "b"}, True),
        ({"fresh_token": "a"}, {"fresh_token": None}, False),
    ],
)
def test_same(one: dict[str, Any], other: dict[str, Any], equal: bool) -> None:
    assert same({"data": one}, {"data": other}, NOW - timedelta(seconds=1)) is equal


def error(*path: str | int, code: str = "INVALID_INPUT") -> dict[str, Any]:
    return {"path": list(path), "extensions": {"code": code}}


ROW, CELL, BESIDE = error("rows", 0, "region"), error("rows", 0, "bed"), error("one")
EVERY = [ROW, CELL, BESIDE]
LEFT = {"data": {"rows": [None], "one": None}, "errors": [ROW, BESIDE]}


@pytest.mark.parametrize(
    ("changed", "equal"),
    [
        ({"errors": [CELL, BESIDE]}, True),
        ({"errors": [CELL, ROW, BESIDE]}, True),
        ({"errors": [CELL]}, False),
        ({"errors": [BESIDE]}, False),
        ({"errors": [error("rows", 0, "name"), BESIDE]}, False),
        ({"errors": [error("rows", 0, "bed", code="NOT_FOUND"), BESIDE]}, False),
        ({"errors": [CELL, BESIDE], "data": {"rows": None, "one": None}}, False),
        ({"extensions": {"masked": [{"path": ["rows", 0, "name"]}]}}, True),
        ({"extensions": {"masked": [{"path": ["rows", 1, "name"]}]}}, False),
    ],
)
def test_same_but_for_the_choice(changed: dict[str, Any], equal: bool) -> None:
    assert same_but_for_the_choice({**LEFT, **changed}, LEFT, EVERY) is equal

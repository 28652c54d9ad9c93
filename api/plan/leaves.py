"""How a value from PostgreSQL becomes a leaf of the answer, in the cheapest way that is exact.

Text, numbers and moments pass as the driver gives them: orjson writes them as GraphQL's scalars
would. Whatever is not known to be the same goes through the scalar's own serialization.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, cast
from uuid import UUID

import sqlalchemy
from graphql import (
    GraphQLEnumType,
    GraphQLScalarType,
    is_leaf_type,
)
from sqlalchemy.types import TypeEngine

from api.plan.kinds import Kind, element, innermost, is_list, is_required, nullable
from api.plan.selection import Unplanned
from api.plan.source import Source

Convert = Callable[[Any], Any]

_AS_IT_IS: dict[str, tuple[type[TypeEngine[Any]], ...]] = {
    "String": (sqlalchemy.String,),
    "Boolean": (sqlalchemy.Boolean,),
    "Int": (sqlalchemy.Integer,),
    "DateTime": (sqlalchemy.DateTime,),
    "Date": (sqlalchemy.Date,),
}


_SAME_IN_PYTHON = (
    sqlalchemy.String,
    sqlalchemy.Integer,
    sqlalchemy.Boolean,
    sqlalchemy.DateTime,
    sqlalchemy.Date,
    sqlalchemy.Time,
    sqlalchemy.LargeBinary,
    sqlalchemy.Float,
    sqlalchemy.Numeric,
)
"""Types of which the driver gives what SQLAlchemy gives."""

_FROM_TEXT: dict[type[TypeEngine[Any]], Convert] = {
    sqlalchemy.Integer: int,
    sqlalchemy.Boolean: lambda text: text == "true",
    sqlalchemy.DateTime: datetime.fromisoformat,
}
"""What makes of the text of a value in an array what SQLAlchemy makes of the value."""

_PLAIN = {
    "String": "type({0}) is str",
    "ID": "type({0}) is str",
    "Boolean": "type({0}) is bool",
    "Int": "type({0}) is int and -0x80000000 <= {1} <= 0x7FFFFFFF",
}
"""Scalars, and the test of Python values that are their own serialization."""


def unless_null(value: Any) -> Any:
    """A value that must be there.

    Raises: Unplanned where it isn't: ordinary execution knows what becomes null for it.
    """
    if value is None:
        raise Unplanned("null where there must be something")
    return value


def missing() -> None:
    """Stands where a row must be and none is to be seen.

    Raises: Unplanned.
    """
    unless_null(None)


def column_leaf(source: Source, place: str, column: Any, kind: Any) -> str:
    """The expression for a column's value in the answer.

    Parameters:
        place: the expression for what the driver gave.
        column: the declared column.
        kind: the field's GraphQL type.
    """
    required = is_required(kind)
    if required and column.property.columns[0].nullable:
        place = f"{source.constant(unless_null)}({place})"
        return _leaf(source, place, column.type, nullable(kind), held=True)
    return _leaf(source, place, column.type, nullable(kind), held=required)


@dataclass(frozen=True)
class Written:
    """How the text that PostgreSQL writes of a value becomes a leaf.

    Parameters:
        usual: the test of a text ``{0}`` as almost all are; ``{1}`` is the same once more.
        shown: what that becomes.
        otherwise: what makes a leaf of any other.
    """

    usual: str
    shown: str
    otherwise: Convert


def _moment(text: str) -> str:
    """A moment with a fraction of a second that PostgreSQL has cut short: ``… 07:53:32.12+00``."""
    if text[10:11] != " " or not text.endswith("+00"):
        raise Unplanned("a moment that no datetime holds")
    fraction = text[19:-3].ljust(7, "0")
    return f"{text[:10]}T{text[11:19]}{fraction}+00:00"


def _day(text: str) -> str:
    raise Unplanned(f"{text} is a day that no date holds")


_WRITTEN: dict[tuple[str, str], Written] = {
    ("DateTime", "DateTime"): Written(
        # With microseconds or without any. A year has more digits than four after 9999, and " BC"
        # stands last.
        'len({0}) in (29, 22) and {1}[10] == " " and {1}[-3] == "+"',
        '{0}[:10] + "T" + {0}[11:] + ":00"',
        _moment,
    ),
    ("Date", "Date"): Written("len({0}) == 10", "{0}", _day),
    ("Numeric", "Decimal"): Written("True", "{0}", str),
}
"""By SQL's type and GraphQL's: values that are quicker as PostgreSQL's text."""


def written_leaf(source: Source, text: Callable[[], str], column: Any, kind: Kind) -> str | None:
    """The expression for a column that PostgreSQL writes faster than the driver reads it; None for
    others.

    Parameters:
        text: gives the place of the column's text.
    """
    written = _WRITTEN.get((type(column.type).__name__, nullable(kind).name))
    if written is None or (written.usual == "True" and not column.type.scale):
        return None
    value, place, can_be_null = source.fresh("x"), text(), column.property.columns[0].nullable
    if can_be_null and is_required(kind):
        place = f"{source.constant(unless_null)}({place})"
    held = f"({value} := {place})"
    absent = f"None if {held} is None else " if can_be_null and not is_required(kind) else ""
    usual = written.usual.format(value if absent else held, value)
    otherwise = f"{source.constant(written.otherwise)}({value})"
    if usual == "True":
        return f"({absent}{written.shown.format(value if absent else place)})"
    return f"({absent}{written.shown.format(value)} if {usual} else {otherwise})"


def _leaf(source: Source, place: str, stored: Any, kind: Kind, *, held: bool) -> str:
    if not is_leaf_type(kind):
        raise Unplanned("a column is a leaf")
    convert = _conversion(stored, kind)
    if convert is None:
        return place
    name = source.constant(convert)
    if held:
        return f"{name}({place})"
    value = source.fresh("x")
    return f"(None if ({value} := {place}) is None else {name}({value}))"


def _conversion(stored: Any, kind: Any) -> Convert | None:
    """None where the value passes as it is."""
    if isinstance(stored, sqlalchemy.TypeDecorator):  # SQLModel's for text
        return _conversion(cast(Any, stored).impl_instance, kind)
    if isinstance(stored, sqlalchemy.Enum) and isinstance(kind, GraphQLEnumType):
        names = {getattr(one.value, "value", one.value): name for name, one in kind.values.items()}
        return None if all(key == name for key, name in names.items()) else names.__getitem__
    if isinstance(stored, sqlalchemy.BigInteger):
        return leaf_of(kind)
    if isinstance(stored, _AS_IT_IS.get(kind.name, ())) and not isinstance(stored, sqlalchemy.Enum):
        return None
    if isinstance(stored, sqlalchemy.Double | sqlalchemy.Float) and kind.name == "Float":
        return _finite
    if isinstance(stored, sqlalchemy.Numeric) and kind.name == "Decimal":
        return str
    converted, serialized = python_value(stored), leaf_of(kind)
    return serialized if converted is None else lambda value: serialized(converted(value))


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise Unplanned("a number that JSON cannot hold")
    return value


def python_value(stored: Any) -> Convert | None:
    """What makes of a value from the driver what SQLAlchemy's type makes of it; None where that is
    the same. Null stays null."""
    if isinstance(stored, sqlalchemy.Enum) and stored.enum_class is not None:
        members = {None: None, **{one.value: one for one in stored.enum_class}}
        return members.__getitem__
    if isinstance(stored, sqlalchemy.Uuid):
        return lambda value: None if value is None else UUID(value)
    if isinstance(stored, sqlalchemy.JSON):
        return lambda value: None if value is None else json.loads(value)
    if isinstance(stored, sqlalchemy.TypeDecorator):  # SQLModel's for text
        return python_value(cast(Any, stored).impl_instance)
    if isinstance(stored, sqlalchemy.ARRAY):
        return _values_of(cast(Any, stored).item_type)
    if not isinstance(stored, _SAME_IN_PYTHON):
        raise Unplanned(f"what Python holds for {stored} is not known")
    return None


def _values_of(item: Any) -> Convert | None:
    """The same for an array, whose values come as texts."""
    for stored, convert in _FROM_TEXT.items():
        if isinstance(item, stored):
            return lambda texts: None if texts is None else [convert(one) for one in texts]
    return python_value(item)


def leaf_of(kind: GraphQLScalarType | GraphQLEnumType) -> Convert:
    """A leaf type's serialization of a Python value that is not None."""
    if isinstance(kind, GraphQLEnumType):
        names: dict[Any, str] = {one.value: name for name, one in kind.values.items()}
        members = {getattr(value, "value", value): name for value, name in names.items()}

        def enumerated(value: Any) -> Any:
            return members[value.value if isinstance(value, Enum) else value]

        return enumerated
    return kind.coerce_output_value


def python_leaf(source: Source, made: str, kind: Kind) -> str:
    """The expression for a leaf, or a list of leaves, that Python made.

    Parameters:
        made: the expression for the Python value.
    """
    complete = source.constant(completer(kind))
    plain = None if is_list(kind) else _PLAIN.get(innermost(kind).name)
    if plain is None:
        return f"{complete}({made})"
    value = source.fresh("x")
    return f"({value} if {plain.format(f'({value} := {made})', value)} else {complete}({value}))"


def completer(kind: Any) -> Convert:
    """What makes the answer of a Python value of a leaf type, or of a list of them.

    Its function raises Unplanned where ordinary execution would report an error.
    """
    if is_required(kind):
        inner = completer(nullable(kind))
        return lambda value: inner(unless_null(value))
    if is_list(kind):
        each = completer(element(kind))
        return lambda value: None if value is None else [each(one) for one in value]
    serialize = leaf_of(kind)
    return lambda value: None if value is None else serialize(value)

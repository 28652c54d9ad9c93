"""Criteria: what one field of a filter asks of a row, in SQL.

Which field asks what, filters declare (``filters.py``).
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    Double,
    Integer,
    LargeBinary,
    String,
    Text,
    Uuid,
    any_,
    not_,
    true,
)
from sqlalchemy import Enum as EnumType
from sqlalchemy.types import TypeEngine

from api.geo import NearInput
from api.plan.keyed import Keyed
from api.relay import key_of
from domain.access import Actor
from domain.geo import Circle, near
from domain.tables import Subtree, within

Bounds: TypeAlias = Sequence[Any]
"""SQL for values, in the order in which a criterion reads them."""

Condition: TypeAlias = Callable[[Actor, Bounds], ColumnElement[bool]]
"""What a row must fulfil."""

_ESCAPE = "/"
_DOUBLE: TypeEngine[Any] = Double()


class Planning(Enum):
    """What PostgreSQL has to know of a criterion's values to plan well."""

    NOTHING = "any value is one row, or few"
    WORDS = "there are few values, and some are frequent"
    REGION = "a region may be wide or narrow"
    ANEW = "anything"


@dataclass(frozen=True, eq=False)
class Criterion:
    """What one field of a filter asks of a row.

    Parameters:
        types: of the bounds.
        read: a field's value -> the bounds' values, as the driver takes them. Raises InvalidInput
            for one that no row could have.
        conditions: what holds, by ``shape``; usually one for all values, under None.
        make: makes the field's value of a coerced input object; None for a leaf.
        planning: what PostgreSQL has to know of the values to plan well.
        keyed: whether the bounds are of the class ``Keyed``.
        dated: whether the last bound is the day that the filter asks about.
    """

    types: tuple[TypeEngine[Any], ...]
    read: Callable[[Any], tuple[Any, ...]]
    conditions: Mapping[Hashable, Condition]
    make: Callable[..., Any] | None = None
    planning: Planning = Planning.ANEW
    keyed: bool = False
    dated: bool = False

    def shape(self, value: Any) -> Hashable:
        """What of a value changes the SQL; None where every value is a bound."""
        return None if None in self.conditions else value

    def condition(
        self, actor: Actor, *bounds: ColumnElement[Any], shape: Hashable = None
    ) -> ColumnElement[bool]:
        """The SQL, for bounds that may be parameters."""
        return self.conditions[shape](actor, bounds)


def equal(column: Any) -> Any:
    """Rows that have this value in a column."""
    few = isinstance(column.type, EnumType | Boolean)
    planning = Planning.WORDS if few else Planning.NOTHING
    return _always((_stored_type(column),), _one, lambda _, bounds: column == bounds[0], planning)


def equal_id(column: Any, prefix: str) -> Any:
    """Rows whose foreign key is that of a global id.

    Parameters:
        prefix: of the ids, and the name of the filter's field.
    """

    def read(value: str) -> tuple[Any, ...]:
        return (key_of(value, prefix, field=prefix),)

    return _always((Uuid(),), read, lambda _, bounds: column == bounds[0], Planning.NOTHING)


def one_of(column: Any) -> Any:
    """Rows that have one of these values in a column; of an empty list, none."""

    def read(values: Sequence[Any]) -> tuple[Any, ...]:
        return ([_stored(value) for value in values],)

    return _always(
        (ARRAY(_stored_type(column)),),
        read,
        lambda _, bounds: column == any_(bounds[0]),
        Planning.WORDS,
    )


def has_all(column: Any) -> Any:
    """Rows whose array has all of these values; of an empty list, all rows."""

    def read(values: Sequence[Any]) -> tuple[Any, ...]:
        return ([_stored(value) for value in values],)

    return _always((ARRAY(Text()),), read, lambda _, bounds: column.op("@>")(bounds[0]))


def under(column: Any) -> Any:
    """Rows of the subtree of a division.

    Parameters:
        column: the region's code.
    """

    def read(value: str) -> tuple[Any, ...]:
        subtree = Subtree.of(value)
        return subtree.first, subtree.beyond

    return _always(
        (column.type, column.type),
        read,
        lambda _, bounds: within(column, Subtree(*bounds)),
        Planning.REGION,
    )


def holds(condition: Callable[[Actor], ColumnElement[bool]]) -> Any:
    """Rows of which something holds; or, if false, of which it doesn't."""
    return Criterion(
        (),
        lambda _: (),
        {
            True: lambda actor, _: condition(actor),
            False: lambda actor, _: not_(condition(actor)),
        },
    )


def by_number(condition: Callable[[Any], ColumnElement[bool]]) -> Any:
    """Rows of which something holds for this whole number."""
    return _always((Integer(),), _one, lambda _, bounds: condition(bounds[0]))


def among(column: Any, values: Sequence[Enum]) -> Any:
    """Rows that have one of these fixed values in a column; or, if false, another one."""
    return holds(lambda _: column.in_(values))


def of_oneself(column: Any) -> Any:
    """Rows that name the actor's account in a column; or, if false, another one or none."""
    # IS TRUE, for its opposite is to hold where the column is empty.
    return holds(lambda actor: (column == actor.id).is_(true()))


def since(column: Any) -> Any:
    """Rows whose moment is this one or a later one."""
    return _always((column.type,), _one, lambda _, bounds: column >= bounds[0], Planning.NOTHING)


def until(column: Any) -> Any:
    """Rows whose moment is before this one."""
    return _always((column.type,), _one, lambda _, bounds: column < bounds[0], Planning.NOTHING)


def at_moment(
    types: tuple[TypeEngine[Any], ...],
    read: Callable[[Any], tuple[Any, ...]],
    condition: Callable[[Bounds], ColumnElement[bool]],
) -> Any:
    """Rows of which something holds at this moment.

    Parameters:
        types: of the bounds.
        read: what the bounds are, of the moment.
        condition: made of the bounds.
    """
    return _always(types, read, lambda _, bounds: condition(bounds))


def contains(column: Any) -> Any:
    """Rows whose text contains this one, letter by letter."""

    def read(value: str) -> tuple[Any, ...]:
        for special in (_ESCAPE, "%", "_"):
            value = value.replace(special, _ESCAPE + special)
        return (f"%{value}%",)

    return _always((String(),), read, lambda _, bounds: column.like(bounds[0], escape=_ESCAPE))


def sought_by(
    kind: TypeEngine[Any],
    read: Callable[[str], Any],
    condition: Callable[[Any], ColumnElement[bool]],
) -> Any:
    """Rows that are found by a text.

    Parameters:
        kind: of the bound.
        read: what the bound is, of the text.
        condition: made of the bound.
    """
    return _always((kind,), lambda value: (read(value),), lambda _, bounds: condition(bounds[0]))


def looked_up(
    read: Callable[[str], tuple[str, str]],
    condition: Callable[[Actor, Any], ColumnElement[bool]],
) -> Any:
    """Rows that have a keyed hash.

    Parameters:
        read: of the text what is hashed, and the column of the hashes.
        condition: made of the actor and the hash.
    """
    return Criterion(
        (LargeBinary(),),
        lambda value: (Keyed(*read(value)),),
        {None: lambda actor, bounds: condition(actor, bounds[0])},
        planning=Planning.NOTHING,
        keyed=True,
    )


def in_circle(longitude: Any, latitude: Any) -> Any:
    """Rows whose place lies in this circle."""

    def read(value: NearInput) -> tuple[Any, ...]:
        return value.circle()

    return Criterion(
        (_DOUBLE,) * len(Circle._fields),
        read,
        {None: lambda _, bounds: near(longitude, latitude, Circle(*bounds))},
        NearInput.of,
    )


def through(criterion: Any, condition: Callable[[Actor, Any], ColumnElement[bool]]) -> Any:
    """Rows that have to do with rows of another table, of which a criterion holds.

    Parameters:
        criterion: on the other table.
        condition: made of the actor and the criterion's SQL. It asks only about rows that the
            actor sees: else a filter would tell what no field does.
    """
    inner: Criterion = criterion
    return _always(
        inner.types,
        inner.read,
        lambda actor, bounds: condition(actor, inner.condition(actor, *bounds)),
    )


def on_day(condition: Callable[[Any], ColumnElement[bool]]) -> Any:
    """Rows of which something holds on this day."""
    return _always((Date(),), _one, lambda _, bounds: condition(bounds[0]))


def whether(
    condition: Callable[[Any], ColumnElement[bool]], kind: TypeEngine[Any], now: Callable[[], Any]
) -> Any:
    """Rows of which something holds at the time of asking; or, if false, of which it doesn't.

    Parameters:
        condition: made of one bound.
        kind: the bound's type.
        now: what the bound is at each asking.
    """
    return Criterion(
        (kind,),
        lambda _: (now(),),
        {
            True: lambda _, bounds: condition(bounds[0]),
            False: lambda _, bounds: not_(condition(bounds[0])),
        },
    )


def in_words(condition: Callable[[Any, Actor], ColumnElement[bool]], words: type[Enum]) -> Any:
    """Rows of which a word holds, each word with SQL of its own.

    Parameters:
        condition: made of the word and the actor.
        words: all that there are.
    """

    def means(word: Enum) -> Condition:
        return lambda actor, _: condition(word, actor)

    return Criterion((), lambda _: (), {word: means(word) for word in words})


def _always(
    types: tuple[TypeEngine[Any], ...],
    read: Callable[[Any], tuple[Any, ...]],
    condition: Condition,
    planning: Planning = Planning.ANEW,
) -> Criterion:
    return Criterion(types, read, {None: condition}, planning=planning)


def _one(value: Any) -> tuple[Any, ...]:
    return (_stored(value),)


def _stored(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _stored_type(column: Any) -> TypeEngine[Any]:
    """What the driver is told of a column's values: an enum is stored as text."""
    return String() if isinstance(column.type, EnumType) else column.type

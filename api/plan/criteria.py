"""Filters, declared: for each field of a filter input, which SQL it turns into.

    @filter_input
    class AlarmFilter(Filter):
        \"\"\"Which alarms.\"\"\"

        state: list[AlarmState] | None = one_of(models.Alarm.state)
        \"\"\"Only those in one of these states.\"\"\"

The SQL follows from which fields are given (the filter's shape), not from what they say: values
are bounds, and the same statement serves any of them.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from inspect import get_annotations
from typing import Any, ClassVar, Self, TypeAlias, TypeVar, dataclass_transform

import strawberry
from sqlalchemy import ARRAY, Boolean, ColumnElement, Double, String, Uuid, any_, literal, not_
from sqlalchemy import Enum as EnumType
from sqlalchemy.types import TypeEngine
from strawberry.utils.str_converters import to_camel_case

from api.describe import input_object
from api.geo import NearInput
from api.plan.arguments import Arguments
from api.relay import key_of
from domain.access import Actor
from domain.geo import Circle, near
from domain.tables import Subtree, within

Bounds: TypeAlias = Sequence[Any]
"""SQL for values, in the order in which a criterion reads them."""

Condition: TypeAlias = Callable[[Actor, Bounds], ColumnElement[bool]]
"""What a row must fulfil."""

Shape: TypeAlias = tuple[tuple[str, Hashable], ...]
"""The given fields of a filter, each with what of its value changes the SQL."""

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
    """

    types: tuple[TypeEngine[Any], ...]
    read: Callable[[Any], tuple[Any, ...]]
    conditions: Mapping[Hashable, Condition]
    make: Callable[..., Any] | None = None
    planning: Planning = Planning.ANEW

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


def since(column: Any) -> Any:
    """Rows whose moment is this one or a later one."""
    return _always((column.type,), _one, lambda _, bounds: column >= bounds[0], Planning.NOTHING)


def until(column: Any) -> Any:
    """Rows whose moment is before this one."""
    return _always((column.type,), _one, lambda _, bounds: column < bounds[0], Planning.NOTHING)


def contains(column: Any) -> Any:
    """Rows whose text contains this one, letter by letter."""

    def read(value: str) -> tuple[Any, ...]:
        for special in (_ESCAPE, "%", "_"):
            value = value.replace(special, _ESCAPE + special)
        return (f"%{value}%",)

    return _always((String(),), read, lambda _, bounds: column.like(bounds[0], escape=_ESCAPE))


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


class Filter:
    """The base of filter inputs; every field that is null is one that is not given."""

    criteria: ClassVar[Mapping[str, Criterion]]
    """By the fields' names, in their order."""
    shown: ClassVar[Mapping[str, tuple[str, Callable[..., Any] | None]]]
    """By the fields' names in the schema: the field's name, and what makes its value where that is
    an input object."""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """A filter as graphql-core has coerced it; Strawberry's own conversion takes 20 times as
        long."""
        values: dict[str, Any] = {}
        for name, value in given.items():
            field, make = cls.shown[name]
            values[field] = value if make is None or value is None else make(value)
        return cls(**values)

    def shape(self) -> Shape:
        """Which fields are given: filters of one shape have one SQL."""
        return tuple((name, criterion.shape(value)) for name, criterion, value in self._given())

    def values(self) -> list[Any]:
        """The values of the bounds, field by field. Raises: InvalidInput."""
        return [bound for _, criterion, value in self._given() for bound in criterion.read(value)]

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        """The predicates with these values in them. Raises: InvalidInput."""
        shape = self.shape()
        pairs = zip(self.values(), self.types_for(shape), strict=True)
        bounds = [literal(value, kind) for value, kind in pairs]
        return self.conditions_for(actor, shape, bounds)

    @classmethod
    def types_for(cls, shape: Shape) -> list[TypeEngine[Any]]:
        """The types of a shape's bounds, in the order of ``values``."""
        return [kind for name, _ in shape for kind in cls.criteria[name].types]

    @classmethod
    def conditions_for(
        cls, actor: Actor, shape: Shape, bounds: Sequence[ColumnElement[Any]]
    ) -> list[ColumnElement[bool]]:
        """The predicates of a shape.

        Parameters:
            bounds: SQL for the values, as many as ``types_for`` has.
        """
        conditions: list[ColumnElement[bool]] = []
        rest = iter(bounds)
        for name, of_value in shape:
            criterion = cls.criteria[name]
            own = [next(rest) for _ in criterion.types]
            conditions.append(criterion.condition(actor, *own, shape=of_value))
        return conditions

    @classmethod
    def note_planning(cls, shape: Shape, start: int, arguments: Arguments) -> None:
        """Note what PostgreSQL has to know of a shape's values.

        Parameters:
            start: the place of the first of them.
        """
        for name, _ in shape:
            criterion = cls.criteria[name]
            match criterion.planning:
                case Planning.WORDS:
                    arguments.few.add(start)
                case Planning.REGION:
                    arguments.regions.append((start, start + 1))
                case Planning.ANEW:
                    arguments.anew = True
                case Planning.NOTHING:
                    pass
            start += len(criterion.types)

    def _given(self) -> Iterator[tuple[str, Criterion, Any]]:
        for name, criterion in self.criteria.items():
            value = getattr(self, name)
            if value is not None:
                yield name, criterion, value


F = TypeVar("F", bound=Filter)


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def filter_input(cls: type[F]) -> type[F]:
    """An input type whose fields are criteria; each is null by default."""
    found: dict[str, Criterion] = {}
    for name in get_annotations(cls):
        found[name] = cls.__dict__[name]
        setattr(cls, name, None)
    cls.criteria = found
    cls.shown = {to_camel_case(name): (name, found[name].make) for name in found}
    return input_object(cls)


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

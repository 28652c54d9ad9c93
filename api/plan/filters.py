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
from datetime import date
from inspect import get_annotations
from typing import Any, ClassVar, Self, TypeAlias, TypeVar, dataclass_transform

import strawberry
from sqlalchemy import ColumnElement, literal
from sqlalchemy.types import TypeEngine
from strawberry.utils.str_converters import to_camel_case

from api.describe import input_object
from api.plan.arguments import Arguments
from api.plan.criteria import Criterion, Planning
from api.plan.days import day_asked_for
from api.plan.keyed import hashed
from domain.access import Actor
from domain.crypto import Vault

Shape: TypeAlias = tuple[tuple[str, Hashable], ...]
"""The given fields of a filter, each with what of its value changes the SQL."""


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

    as_of: date | None = None
    """The day that dated criteria ask about, of filters that have any."""

    def shape(self) -> Shape:
        """Which fields are given: filters of one shape have one SQL."""
        return tuple((name, criterion.shape(value)) for name, criterion, value in self._given())

    def values(self) -> list[Any]:
        """The values of the bounds, field by field. Raises: InvalidInput."""
        bounds: list[Any] = []
        for _, criterion, value in self._given():
            bounds += criterion.read(value)
            if criterion.dated:
                bounds.append(day_asked_for(self.as_of))
        return bounds

    def conditions(self, actor: Actor, vault: Vault | None = None) -> list[ColumnElement[bool]]:
        """The predicates with these values in them.

        Parameters:
            vault: hashes the values that are looked up by their hashes; None where there are none.

        Raises: InvalidInput.
        """
        shape = self.shape()
        values = [hashed(value, vault) if vault else value for value in self.values()]
        pairs = zip(values, self.types_for(shape), strict=True)
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
            arguments.keyed = arguments.keyed or criterion.keyed
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

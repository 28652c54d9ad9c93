"""Writes the answer for values that Python made: what a field computes, a payload, an event.

Where such a value points to a row, the row is read by a plan of its own. The value is walked
through twice for that: first to learn which rows it points to, then to show them.
"""

from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from graphql import (
    GraphQLObjectType,
    is_leaf_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from api.context import Context
from api.plan.kinds import Kind, element, innermost, is_list, is_required, nullable
from api.plan.leaves import python_leaf, unless_null
from api.plan.running import Path, Run
from api.plan.selection import Picked, Unplanned
from api.plan.shapes import RowType, row_type_of_class
from api.plan.source import Source

if TYPE_CHECKING:
    from api.plan.plans import Plans


@dataclass(frozen=True)
class Later(Awaitable[Any]):
    """A row that a payload shows: read when the answer is made, by a plan or by awaiting it.

    Parameters:
        load: reads it for ordinary execution.
    """

    row_type: RowType
    key: Any
    load: Callable[[Any], Awaitable[Any]]

    def __await__(self) -> Generator[Any, None, Any]:
        return self._loaded().__await__()

    async def _loaded(self) -> Any:
        return None if self.key is None else await self.load(self.key)


def later(context: Context, row_type: RowType, key: Any) -> Any:
    """A row for the answer, as far as the actor sees it.

    Parameters:
        key: of the row; None for no row.
    """
    return Later(row_type, key, lambda wanted: context.loaders.by_key(row_type).load(wanted))


class Reference:
    """Where a value points to a row.

    Parameters:
        single: plans that read and show such a row.
        several: plans that read several at once.
        required: whether the answer has no place for null there.
    """

    def __init__(
        self, row_type: RowType, single: "Plans", several: "Plans", *, required: bool
    ) -> None:
        self._row_type = row_type
        self.single = single
        self.several = several
        self._required = required

    def show(self, value: Any, path: Path, run: Run) -> Any:
        """The row's object; nothing while rows are still looked for."""
        key = self._key(value)
        if run.wanted is not None:
            if key is not None:
                run.wanted[self][key] = None
            return None
        found = None if key is None else run.rows[self].shown(key, path, run)
        return unless_null(found) if self._required else found

    def _key(self, value: Any) -> Any:
        if value is None or isinstance(value, Later):
            return value and value.key
        return getattr(value, self._row_type.key.key)


class ValueWriter:
    """Writes the expressions for Python values.

    Parameters:
        keyed: makes the plans for the rows that values point to; None where they point to none.
    """

    def __init__(self, source: Source, keyed: Any = None) -> None:
        self._source = source
        self._keyed = keyed
        self.references: list[Reference] = []

    def value(self, kind: Kind, picked: Picked, made: str, path: str) -> str:
        """The expression for a value in the answer.

        Parameters:
            kind: its GraphQL type.
            made: the expression for the value.
            path: the expression for its path.
        """
        if is_leaf_type(innermost(kind)):
            return python_leaf(self._source, made, kind)
        required, inner = is_required(kind), nullable(kind)
        if is_list(inner):
            written = self._list(inner, picked, made, path)
        elif not isinstance(inner, GraphQLObjectType):
            raise Unplanned(f"{picked.parent.name}.{picked.name} is of an abstract type")
        elif (row_type := _row_type(inner)) is not None:
            return self._reference(row_type, picked, made, path, required=required)
        else:
            written = f"{self._object(inner, picked)}({made}, {path}, o)"
        return f"{self._source.constant(unless_null)}({written})" if required else written

    def _list(self, kind: Kind, picked: Picked, made: str, path: str) -> str:
        each, number = self._source.fresh("x"), self._source.fresh("i")
        shown = self.value(element(kind), picked, each, f"({path}, {number})")
        held = self._source.fresh("x")
        listed = f"[{shown} for {number}, {each} in enumerate({held})]"
        return f"(None if ({held} := {made}) is None else {listed})"

    def _reference(
        self, row_type: RowType, picked: Picked, made: str, path: str, *, required: bool
    ) -> str:
        if self._keyed is None:
            raise Unplanned(f"{picked.parent.name}.{picked.name} points to a row")
        single, several = (self._keyed(row_type, picked, several=one) for one in (False, True))
        reference = Reference(row_type, single, several, required=required)
        self.references.append(reference)
        return f"{self._source.constant(reference.show)}({made}, {path}, o)"

    def _object(self, kind: GraphQLObjectType, picked: Picked) -> str:
        """A function that shows objects of a type that stands for no row."""
        entries: list[str] = []
        picks = picked.below(kind)
        self._source.spend(fields=len(picks))
        for one in picks:
            if one.name == "__typename":
                entries.append(f"{one.key!r}: {kind.name!r}")
                continue
            field = one.strawberry
            if field is None or cast(Any, field).base_resolver is not None:
                raise Unplanned(f"{kind.name}.{one.name} has a resolver of its own")
            made = f"s.{field.python_name}"
            entries.append(f"{one.key!r}: {self.value(one.kind, one, made, f'(p, {one.key!r})')}")
        return self._source.function(
            "s, p, o", "return None if s is None else {" + ", ".join(entries) + "}"
        )


def _row_type(kind: GraphQLObjectType) -> RowType | None:
    definition: Any = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return row_type_of_class(definition.origin) if definition else None

"""What an operation costs: nothing for a scalar, a point for each object of its answer, or what the
object's field says (``prices``).

Before it is executed that is what it may at most hold (a page is full); afterwards, what it holds.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
)

from api.complexity import Measure, parent_within, selections_of
from api.plan.source import Source
from api.prices import OBJECT, price_of
from domain.errors import QueryTooLarge

if TYPE_CHECKING:
    from api.buckets import Purse

Count = Callable[[Mapping[str, Any]], int]
"""The points of an answer's data."""

_NESTED = 15
"""Loops within loops in one function; Python has twenty at most."""

NEW_TEXT = 400
"""Points of a document that a process has to parse and check; what has errors is new each time."""

TEXTS_AT_ONCE = 100
"""How many of them the smallest bucket holds."""

LEAST = 1
"""Points of an operation that answers with no object at all."""


@dataclass(slots=True)
class Shape:
    """Where an answer may hold objects.

    Parameters:
        points: what each costs that lies here.
        below: the same of the objects within them, by response keys.
    """

    points: int = OBJECT
    below: dict[str, "Shape"] = field(default_factory=dict[str, "Shape"])


@dataclass(frozen=True, slots=True)
class Charge:
    """What an operation costs a client.

    Parameters:
        purse: of the client; None for ourselves.
        requested: points that were taken before it was executed.
    """

    purse: "Purse | None"
    requested: int

    @classmethod
    async def of(cls, points: int, purse: "Purse | None") -> "Charge":
        """Take what an operation may cost.

        Raises: Refusal where the bucket does not hold it now; QueryTooLarge where it never will.
        """
        points = max(LEAST, points)
        if purse is not None:
            if points > purse.size:
                raise QueryTooLarge(reason=f"{points} points, at most {purse.size}")
            await purse.take(points)
        return cls(purse, points)

    def settle(self, data: Mapping[str, Any] | None, count: Count) -> int:
        """Give back what was not used; how much was.

        Parameters:
            data: of the answer; None where nobody knows what was read: nothing is given back.
        """
        used = self.requested if data is None else max(LEAST, count(data))
        if self.purse is not None:
            self.purse.settle(self.requested - used)
        return used

    def report(self, used: int) -> dict[str, Any]:
        """What the client is told."""
        told: dict[str, Any] = {"requested": self.requested, "actual": used}
        if self.purse is not None:
            told["throttle"] = self.purse.throttle()
        return told


def shape_of(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
) -> Shape:
    """Where an answer may hold objects.

    Parameters:
        operation: not a large one: a fragment is looked at wherever it is spread.
        fragments: the document's, by name.
    """
    shape = Shape()
    waiting: list[tuple[Any, Any, Shape]] = [
        (operation, schema.get_root_type(operation.operation), shape)
    ]
    while waiting:
        node, parent, within = waiting.pop()
        for one in selections_of(node):
            if not isinstance(one, FieldNode):
                spread = isinstance(one, FragmentSpreadNode)
                fragment = fragments[one.name.value] if spread else one
                waiting.append((fragment, parent_within(schema, fragment, parent), within))
            elif one.selection_set:
                waiting.append((one, *_part(schema, one, parent, within)))
    return shape


def _part(schema: GraphQLSchema, node: FieldNode, parent: Any, within: Shape) -> tuple[Any, Shape]:
    """The type of a field's objects, and where they lie."""
    definition: Any = schema.get_field(parent, node.name.value)
    part = within.below.setdefault((node.alias or node.name).value, Shape())
    # Types that exclude each other may have different fields of one key.
    part.points = max(part.points, price_of(definition))
    return cast(Any, get_named_type(definition.type)), part


def counter(shape: Shape) -> Count:
    """What adds up the points of what an answer holds below its root.

    Written code for each operation: to go by the shape at each object took a seventh of the time of
    a page of 50.
    """
    source = Source()
    name = _counting(source, shape)
    return source.compiled()(name)


def _counting(source: Source, shape: Shape) -> str:
    return source.function("data", "n = 0", *_lines(source, shape, "data"), "return n")


def _lines(source: Source, shape: Shape, holder: str, depth: int = 0) -> Iterator[str]:
    within = "        " * depth
    for key, part in shape.below.items():
        value, each = source.fresh("v"), source.fresh("e")
        yield f"{within}{value} = {holder}.get({key!r})"
        if not part.below:
            yield f"{within}if {value} is not None:"
            several = f"len({value}) - {value}.count(None)"
            yield f"{within}    n += {part.points} * ({several} if type({value}) is list else 1)"
            continue
        yield f"{within}for {each} in {value} if type({value}) is list else ({value},):"
        yield f"{within}    if {each} is not None:"
        yield f"{within}        n += {part.points}"
        if depth < _NESTED:
            yield from _lines(source, part, each, depth + 1)
        else:
            yield f"{within}        n += {_counting(source, part)}({each})"


def costs_by_field(measure: Measure, operation: OperationDefinitionNode) -> list[dict[str, Any]]:
    """What each field of an operation costs at most, with all that is below it.

    Parameters:
        operation: as for ``shape_of``.
    """
    costs: dict[str, int] = {}
    root = measure.schema.get_root_type(operation.operation)
    _note_costs(measure, operation, (root, 1, 1), "", costs)
    return [{"path": path, "cost": cost} for path, cost in costs.items()]


def _note_costs(
    measure: Measure, node: Any, place: tuple[Any, int, int], path: str, costs: dict[str, int]
) -> None:
    """Parameters: place: the type there, how many objects, and the size of their pages."""
    parent, times, page = place
    for one in selections_of(node):
        if not isinstance(one, FieldNode):
            spread = isinstance(one, FragmentSpreadNode)
            fragment = measure.fragments[one.name.value] if spread else one
            within = parent_within(measure.schema, fragment, parent)
            _note_costs(measure, fragment, (within, times, page), path, costs)
            continue
        key = f"{path}{(one.alias or one.name).value}"
        points = measure.of_selection(one, parent, page)
        if not points:
            continue
        costs[key] = costs.get(key, 0) + times * points
        found = measure.objects_of(one, parent, page)
        place_below = found.kind, times * found.number, found.page
        _note_costs(measure, one, place_below, f"{key}.", costs)

"""What an operation costs: nothing for a scalar, one point for each object of its answer.

Before it is executed that is what it may at most hold (a page is full); afterwards, what it holds.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
)

from api.complexity import Measure, selections_of
from api.plan.source import Source
from domain.errors import QueryTooLarge

if TYPE_CHECKING:
    from api.buckets import Purse

Shape = dict[str, "Shape"]
"""Response keys that hold objects, and the shapes of these."""

Count = Callable[[Mapping[str, Any]], int]
"""The objects in an answer's data."""

_NESTED = 15
"""Loops within loops in one function; Python has twenty at most."""

NEW_TEXT = 400
"""Points of a document that a process has to parse and check; what has errors is new each time."""

TEXTS_AT_ONCE = 100
"""How many of them the smallest bucket holds."""

LEAST = 1
"""Points of an operation that answers with no object at all."""


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
    async def of(cls, objects: int, purse: "Purse | None") -> "Charge":
        """Take what an operation may cost.

        Parameters:
            objects: that its answer may hold.
        Raises: Refusal where the bucket does not hold it now; QueryTooLarge where it never will.
        """
        points = max(LEAST, objects)
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
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
) -> Shape:
    """Where an answer may hold objects, whatever their types.

    Parameters:
        operation: not a large one: a fragment is looked at wherever it is spread.
        fragments: the document's, by name.
    """
    shape: Shape = {}
    waiting: list[tuple[Any, Shape]] = [(operation, shape)]
    while waiting:
        node, within = waiting.pop()
        for one in selections_of(node):
            if isinstance(one, FragmentSpreadNode):
                waiting.append((fragments[one.name.value], within))
            elif isinstance(one, InlineFragmentNode):
                waiting.append((one, within))
            elif one.selection_set:
                waiting.append((one, within.setdefault((one.alias or one.name).value, {})))
    return shape


def counter(shape: Shape) -> Count:
    """What counts the objects that an answer holds below its root.

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
    for key, below in shape.items():
        value, each = source.fresh("v"), source.fresh("e")
        yield f"{within}{value} = {holder}.get({key!r})"
        if not below:
            yield f"{within}if {value} is not None:"
            several = f"len({value}) - {value}.count(None)"
            yield f"{within}    n += {several} if type({value}) is list else 1"
            continue
        yield f"{within}for {each} in {value} if type({value}) is list else ({value},):"
        yield f"{within}    if {each} is not None:"
        yield f"{within}        n += 1"
        if depth < _NESTED:
            yield from _lines(source, below, each, depth + 1)
        else:
            yield f"{within}        n += {_counting(source, below)}({each})"


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
            condition = fragment.type_condition
            within = measure.schema.get_type(condition.name.value) if condition else parent
            _note_costs(measure, fragment, (within, times, page), path, costs)
            continue
        key = f"{path}{(one.alias or one.name).value}"
        objects = measure.of_selection(one, parent, page)
        if not objects:
            continue
        costs[key] = costs.get(key, 0) + times * objects
        named, rows, size_below = measure.rows_of(one, parent, page)
        _note_costs(measure, one, (named, times * rows, size_below), f"{key}.", costs)

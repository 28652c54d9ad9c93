"""What an operation costs: nothing for a scalar, one point for each object of its answer.

Before it is executed that is what it may at most hold (a page is full); afterwards, what it holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
)

from api.complexity import Measure, selections_of
from domain.errors import QueryTooLarge

if TYPE_CHECKING:
    from api.buckets import Purse

Shape = dict[str, "Shape"]
"""Response keys that hold objects, and the shapes of these."""

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

    def settle(self, data: Mapping[str, Any] | None, shape: Shape) -> int:
        """Give back what was not used; how much was.

        Parameters:
            data: of the answer; None where nobody knows what was read: nothing is given back.
        """
        used = self.requested if data is None else max(LEAST, objects_in(data, shape))
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


def objects_in(data: Mapping[str, Any], shape: Shape) -> int:
    """How many objects an answer holds below its root."""
    found = 0
    for key, below in shape.items():
        value = data.get(key)
        if value is None:
            continue
        if not isinstance(value, list):
            found += 1 + objects_in(value, below) if below else 1
        elif below:
            for one in cast(list[Any], value):
                if one is not None:
                    found += 1 + objects_in(one, below)
        else:
            rows = cast(list[Any], value)
            found += len(rows) - rows.count(None)
    return found


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

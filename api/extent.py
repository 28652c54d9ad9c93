"""How far a document goes, before anybody validates it: all that can be told without the schema.

Validation takes longer the more a document repeats itself, so what is too far is refused before.
Each fragment is looked at once, however often it is spread.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    IntValueNode,
    SelectionSetNode,
)

MAX_REPEATS = 10
"""How often one selection set may name the same response key: comparing them is quadratic."""

MAX_DIGITS = 40

_SCHEMA = ("__schema", "__type")


class TooFar(Exception):
    """Something stands in the document that may stand in none; its text says what."""


@dataclass(frozen=True, slots=True)
class Extent:
    """What an operation, or a part of it, names: each fragment counts wherever it is spread.

    Parameters:
        side_by_side: fields of the uppermost level.
        introspects: whether the schema is asked about itself.
    """

    levels: int = 0
    side_by_side: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    introspects: bool = False


@dataclass
class Survey:
    """Looks at the operations of one document.

    Parameters:
        fragments: the document's, by name. They may spread each other in a circle, or be missing:
            that is for validation to say.

    Attributes:
        visited: how many selections have been looked at.
    """

    fragments: Mapping[str, FragmentDefinitionNode]
    visited: int = 0
    _known: dict[str, Extent] = field(default_factory=dict[str, Extent])

    def of(self, node: Any) -> Extent:
        """How far the selections below a node go, with the node's own directives.

        Raises: TooFar.
        """
        selections: SelectionSetNode | None = node.selection_set
        parts = [self._of_selection(one) for one in selections.selections] if selections else []
        if len(parts) > MAX_REPEATS and selections:
            _check_repeats(selections.selections)
        return Extent(
            max((one.levels for one in parts), default=0),
            sum(one.side_by_side for one in parts),
            sum(one.fields for one in parts),
            sum(one.aliases for one in parts),
            sum(one.directives for one in parts) + _directives(node),
            any(one.introspects for one in parts),
        )

    def of_fragment(self, name: str) -> Extent:
        """How far a fragment goes. Raises: TooFar."""
        known = self._known.get(name)
        if known is None:
            # Where it comes to itself again it goes no further.
            self._known[name] = Extent()
            fragment = self.fragments.get(name)
            known = self._known[name] = self.of(fragment) if fragment else Extent()
        return known

    def _of_selection(self, node: Any) -> Extent:
        self.visited += 1
        if isinstance(node, FieldNode):
            _check_values(node.arguments or ())
            below = self.of(node)
            return Extent(
                below.levels + 1,
                1,
                below.fields + 1,
                below.aliases + (node.alias is not None),
                below.directives,
                below.introspects or node.name.value in _SCHEMA,
            )
        if not isinstance(node, FragmentSpreadNode):
            return self.of(node)
        within, own = self.of_fragment(node.name.value), _directives(node)
        if not own:
            return within
        return Extent(
            within.levels,
            within.side_by_side,
            within.fields,
            within.aliases,
            within.directives + own,
            within.introspects,
        )


def _directives(node: Any) -> int:
    directives: Sequence[Any] = node.directives or ()
    for one in directives:
        _check_values(one.arguments or ())
    return len(directives)


def _check_values(waiting: Sequence[Any]) -> None:
    """Raises: TooFar for a number that takes long to read."""
    rest = list(waiting)
    while rest:
        node = rest.pop()
        if isinstance(node, IntValueNode) and len(node.value) > MAX_DIGITS:
            raise TooFar(f"a number of more than {MAX_DIGITS} digits")
        # An argument's, a field's of an object; a list's; an object's.
        rest += (getattr(node, "values", None) or ()) or (getattr(node, "fields", None) or ())
        value = getattr(node, "value", None)
        if value is not None and not isinstance(value, str | bool):
            rest.append(value)


def _check_repeats(selections: Sequence[Any]) -> None:
    """Raises: TooFar."""
    keys = Counter(
        (one.alias or one.name).value for one in selections if isinstance(one, FieldNode)
    )
    if max(keys.values(), default=0) > MAX_REPEATS:
        raise TooFar(f"a field named more than {MAX_REPEATS} times side by side")

"""Writes arguments, and declares the variables in them."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLInputType,
    GraphQLNonNull,
    Undefined,
    get_named_type,
    is_input_object_type,
    is_required_argument,
)

from api.relay import MAX_PAGE
from tests.plans.shape import named, node_of
from tests.plans.values import ID_OF, Place, Ref, Values, literal

_USUAL_LENGTH = 5


@dataclass(frozen=True)
class Variable:
    """A variable of an operation.

    Parameters:
        definition: as it stands in the operation's head.
    """

    name: str
    kind: GraphQLInputType
    place: Place
    definition: str

    @property
    def has_default(self) -> bool:
        """Whether it may be left out, whatever its type."""
        return "=" in self.definition


@dataclass
class Arguments:
    """Writes the arguments of one operation's fields and directives.

    Parameters:
        values: for literals.
    """

    values: Values
    variables: list[Variable] = field(default_factory=list[Variable])
    _said: dict[tuple[str, str], list[str]] = field(
        default_factory=dict[tuple[str, str], list[str]]
    )

    def of_field(self, parent: str, name: str) -> str:
        """``(…)`` of a field; quite often what was said of that field before."""
        declared = named(parent).fields[name].args
        if not declared:
            return ""
        said = self._said.setdefault((parent, name), [])
        if said and self.values.tape.chance(30):
            return self.values.tape.pick(said)
        about = _about(parent, name)
        chosen = self._chosen(declared)
        given = [
            f"{one}: {self._given(declared[one], Place(one, ID_OF.get(one, about)))}"
            for one in chosen
        ]
        said.append(f"({', '.join(given)})" if given else "")
        return said[-1]

    def _chosen(self, declared: dict[str, Any]) -> Collection[str]:
        tape = self.values.tape
        if "last" not in declared or tape.chance(2):
            return [
                name
                for name, one in declared.items()
                if tape.chance(99 if is_required_argument(one) else 50)
            ]
        chosen = tape.pick([["first"], ["first", "after"], ["last"], ["last", "before"]])
        more = tape.pick(["after", "before", "first"]) if tape.chance(3) else None
        filtered = ["filter"] if "filter" in declared and tape.chance(45) else []
        needed = [name for name, one in declared.items() if is_required_argument(one)]
        return dict.fromkeys([*needed, *chosen, *([more] if more else []), *filtered])

    def _given(self, declared: Any, place: Place) -> str:
        tape = self.values.tape
        if tape.chance(45 if is_input_object_type(get_named_type(declared.type)) else 25):
            return literal(self.reference(declared.type, place, declared.default_value))
        value = self.values.of(declared.type, place, self.reference)
        if type(value) is str and value.isalnum() and tape.chance(5):
            return f'"""{value}"""'
        return literal(value)

    def directives(self) -> str:
        """``@include`` and ``@skip``, sometimes."""
        tape = self.values.tape
        if not tape.chance(7):
            return ""
        chosen = tape.pick([["include"], ["skip"], ["include", "skip"], ["skip", "include"]])
        return "".join(f" @{which}(if: {self._condition(which)})" for which in chosen)

    def _condition(self, which: str) -> str:
        tape = self.values.tape
        if tape.chance(60):
            kind = GraphQLNonNull(named("Boolean"))
            return literal(self.reference(kind, Place("if"), Undefined))
        return literal((which == "include") is not tape.chance(25))

    def reference(self, kind: GraphQLInputType, place: Place, default: Any) -> Ref:
        """A variable that may stand where a type is asked for, new or known.

        Parameters:
            default: of the place, which allows a nullable variable there.
        """
        fitting = [one for one in self.variables if one.place == place and one.kind == kind]
        if fitting and self.values.tape.chance(40):
            return Ref(self.values.tape.pick(fitting).name)
        declared, usual = self._declared(kind, place, default)
        name = f"v{len(self.variables)}"
        self.variables.append(Variable(name, declared, place, f"${name}: {declared}{usual}"))
        return Ref(name)

    def _declared(self, kind: Any, place: Place, default: Any) -> tuple[Any, str]:
        """A type for a variable, and perhaps a default; a default lets it be nullable."""
        tape, required = self.values.tape, isinstance(kind, GraphQLNonNull)
        if tape.chance(30):
            value = self.values.of(kind, place)
            nullable = required and value is not None and tape.chance(50)
            return kind.of_type if nullable else kind, f" = {literal(value)}"
        if required:
            return kind.of_type if default is not Undefined and tape.chance(50) else kind, ""
        return GraphQLNonNull(kind) if tape.chance(25) else kind, ""


def _about(parent: str, name: str) -> str | None:
    """Whose id or cursor a field's arguments are about."""
    target = node_of(parent, name)
    if target.endswith("Connection"):
        return node_of(target, "nodes")
    if target == "AlarmChangePage":
        return "AlarmChanged"
    return None if target == "Node" else target


def length(parent: str, name: str, arguments: str) -> int:
    """How many rows a field is taken to have."""
    definition = named(parent).fields[name]
    if "first" in definition.args:
        sizes = [int(size) for size in re.findall(r"(?:first|last): (\d+)", arguments)]
        return min(max(sizes, default=_USUAL_LENGTH), MAX_PAGE)
    if not str(definition.type).rstrip("!").endswith("]"):
        return 1
    return {"nodes": MAX_PAGE, "menu": 70}.get(name, _USUAL_LENGTH)

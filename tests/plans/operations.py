"""What is asked: a document, and each time by whom, with which variables, by which name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLNonNull
from hypothesis import strategies as st

from api.texts import Language
from domain.access import Actor
from tests.plans.arguments import Arguments, Variable
from tests.plans.shape import branches
from tests.plans.spoiled import spoiled
from tests.plans.supply import Supply
from tests.plans.tape import Tape, decisions
from tests.plans.values import Values, Word
from tests.plans.writer import Room, Writer

INTROSPECTION = [
    "__schema { queryType { name } }",
    '__type(name: "Elder") { name kind fields { name type { kind ofType { name } } } }',
    '__type(name: "Missing") { name }',
    "__schema { directives { name locations } } __typename",
    'other: __type(name: "AlarmState") { enumValues { name description } __typename }',
]

OTHERS = [
    "query Other { viewer { id name } }",
    "query Other($first: Int = 2) { elders(first: $first) { nodes { name } } }",
    'mutation Other { visitClaim(input: {id: "x"}) { userErrors { code } } }',
    "query Other { __typename }",
]


@dataclass(frozen=True)
class Asking:
    """Who asks how."""

    actor: Actor
    language: Language
    variables: dict[str, Any] | None
    operation_name: str | None


@dataclass(frozen=True)
class Asked:
    """A document, asked several times: what was remembered of the first must not show in the
    others.

    Parameters:
        visited: the type and the name of each field in it.
    """

    document: str
    is_mutation: bool
    visited: frozenset[tuple[str, str]]
    askings: Sequence[Asking]


def asked(supply: Supply) -> st.SearchStrategy[Asked]:
    """An operation over the whole schema, and who asks it."""
    return decisions().map(lambda chosen: _asked(supply, *chosen))


def _asked(supply: Supply, tape: Tape, others: Sequence[Tape]) -> Asked:
    actor = tape.pick(supply.actors)
    is_mutation = tape.chance(15)
    writer = Writer(
        Arguments(Values(tape, supply, actor)),
        mixed=tape.chance(25),
        left=tape.pick([18, 12, 28, 7, 50]),
    )
    document, names = _document(writer, is_mutation)
    if tape.chance(5):
        document = spoiled(tape, document)
    variables = writer.arguments.variables
    askings = [_asking(other, supply, actor, variables, names) for other in others]
    return Asked(document, is_mutation, frozenset(writer.visited), askings)


def _document(writer: Writer, is_mutation: bool) -> tuple[str, list[str]]:
    """The text, and the names of its operations."""
    tape = writer.arguments.values.tape
    room = Room(tape.pick([3, 4, 2, 5, 7]), tape.pick([300, 100, 1000, 20_000]))
    body = _mutations(writer, room) if is_mutation else writer.selection_set("Query", room)
    if not is_mutation and tape.chance(4):
        body = "{ " + tape.pick(INTROSPECTION) + " " + body[2:]
    definitions = ", ".join(one.definition for one in writer.arguments.variables)
    names: list[str] = []
    if is_mutation or definitions or tape.chance(60):
        kind = "mutation" if is_mutation else "query"
        names = ["Main"] if tape.chance(60) else []
        body = f"{kind} {''.join(names)}{f'({definitions})' if definitions else ''} {body}"
    parts = [body, *(fragment.text for fragment in writer.fragments)]
    if names and tape.chance(12):
        parts.insert(tape.pick([1, 0]), tape.pick(OTHERS))
        names.append("Other")
    return "\n".join(parts), names


def _mutations(writer: Writer, room: Room) -> str:
    tape = writer.arguments.values.tape
    chosen = [tape.pick(branches("Mutation")) for _ in range(tape.pick([1, 1, 1, 2]))]
    return "{ " + " ".join(writer.field("Mutation", name, room) for name in chosen) + " }"


def _asking(
    tape: Tape, supply: Supply, writer: Actor, variables: Sequence[Variable], names: list[str]
) -> Asking:
    """One of those who ask: mostly whom it was written for."""
    actor = tape.pick(supply.actors) if tape.chance(40) else writer
    name = names[0] if len(names) > 1 else tape.pick([None, *names])
    if tape.chance(3):
        name = tape.pick([None, "Missing", "", *names])
    values = Values(tape, supply, actor)
    given = {
        one.name: _plain(_value(values, one))
        for one in variables
        if tape.chance(50 if one.has_default else 98 if _required(one) else 88)
    }
    if tape.chance(3):
        given["extra"] = 1
    language = tape.pick(list(Language))
    return Asking(actor, language, given or tape.pick([None, {}]), name)


def _required(variable: Variable) -> bool:
    return isinstance(variable.kind, GraphQLNonNull)


def _value(values: Values, variable: Variable) -> Any:
    if variable.place.name in ("first", "last") and not values.tape.chance(5):
        return values.tape.pick([2, 1, 3, 4, 5])
    return values.of(variable.kind, variable.place)


def _plain(value: Any) -> Any:
    """As JSON brings it: an enum's value is a string."""
    match value:
        case Word():
            return str(value)
        case list():
            return [_plain(one) for one in value]
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case _:
            return value

"""Documents that are none, or not valid ones: both executions must refuse them alike."""

from tests.plans.tape import Tape

_INSERTED = [
    "nonsense",
    "viewer",
    "viewer { nonsense }",
    "viewer { name { first } }",
    "viewer(id: 1) { id }",
    "elder { id }",
    'elder(id: "x", name: "y") { id }',
    "elders(first: three) { totalCount }",
    'elders(first: "3") { totalCount }',
    "elders(first: $undefined) { totalCount }",
    "same: viewer { id } same: viewer { name: id id: name }",
    "same: elders(first: 1) { totalCount } same: elders(first: 2) { totalCount }",
    "...Missing",
    "... on Elder { id }",
    "... on Missing { id }",
    "viewer @skip { id }",
    "viewer @unknown { id }",
    "viewer @include(if: true) @include(if: true) { id }",
    "alarms(first: 1, filter: {state: [LOST]}) { totalCount }",
    "alarms(first: 1, filter: {unknown: 1}) { totalCount }",
    "canteens(first: 1, filter: {near: {longitude: 1, latitude: 1}}) { totalCount }",
    "node(id: {}) { id }",
    "nodes(ids: [null]) { id }",
    "} {",
    "{",
    "\u0000",
    '"',
    "alarms(first: 1) { nodes { ...Circle } }",
    " ".join(["viewer { id }"] * 12),
]

_APPENDED = [
    " fragment Unused on Elder { id }",
    " fragment Circle on Alarm { elder { alarms(first: 1) { nodes { ...Circle } } } }",
    " fragment Twice on Elder { id } fragment Twice on Elder { id }",
    " fragment OnScalar on String { length }",
    " type Elder { id: ID }",
    " query Main { viewer { id } }",
    " { viewer { id } }",
    " }",
    " #",
    " " + "fragment F on Elder { id } " * 31,
]


def spoiled(tape: Tape, document: str) -> str:
    """The document with something wrong in it, or something after it."""
    if tape.chance(60):
        head, brace, rest = document.partition("{ ")
        return f"{head}{brace}{tape.pick(_INSERTED)} {rest}"
    if tape.chance(70):
        return document + tape.pick(_APPENDED)
    return document[: tape.number(len(document))]

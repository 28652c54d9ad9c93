"""Operations that are easy to get wrong, by what is hard about them.

Words in capitals stand for ids and cursors of the district at hand.
"""

from dataclasses import dataclass
from typing import Any

from domain.access import Role


@dataclass(frozen=True)
class Known:
    """An operation.

    Parameters:
        role: who asks.
        variables: once for each of these; in all of them words in capitals are replaced.
        shows: texts that its answers must contain, so that it tries what it says.
        planned: whether a plan must have made the answers.
    """

    document: str
    role: Role = Role.ADMIN
    variables: tuple[dict[str, Any] | None, ...] = (None,)
    shows: tuple[str, ...] = ()
    planned: bool = True


def either(*names: str) -> tuple[dict[str, Any], ...]:
    """Every combination of true and false."""
    combined: list[dict[str, Any]] = [{}]
    for name in names:
        combined = [{**one, name: value} for one in combined for value in (True, False)]
    return tuple(combined)


MERGED = {
    "the same field twice": Known("{ viewer { id id } viewer { name id } }"),
    "objects with parts of each": Known(
        """{ elder(id: "MOTHER") { region { code } name region { name code } } }""",
        shows=('"region":{"code"',),
    ),
    "three levels deep": Known("""{
        elder(id: "MOTHER") { visits(first: 2) { nodes { volunteer { name } } } }
        elder(id: "MOTHER") { visits(first: 2) { nodes { volunteer { region { code } } kind } } }
    }"""),
    "edges, nodes and page of one page": Known("""{
        visitTasks(first: 3) { nodes { id } }
        visitTasks(first: 3) { edges { node { kind } cursor } pageInfo { endCursor } }
        visitTasks(first: 3) { nodes { state } edges { node { id } } totalCount }
    }"""),
    "through fragments": Known("""
        query { elder(id: "MOTHER") { ...A ...B region { name } } }
        fragment A on Elder { region { code } devices { kind } ...C }
        fragment B on Elder { ...C devices { id online } name }
        fragment C on Elder { region { level } devices { elder { name } } }
    """),
    "a fragment in two places": Known("""
        { a: elder(id: "MOTHER") { ...E } b: elder(id: "WARD") { ...E region { level } } }
        fragment E on Elder { name region { code name } contacts { name phone } }
    """),
    "the same arguments by variables": Known(
        """query ($n: Int, $f: AlarmFilter) {
            alarms(first: $n, filter: $f) { nodes { id } }
            alarms(first: $n, filter: $f) { nodes { state level } }
        }""",
        variables=({"n": 2, "f": None}, {"n": 3, "f": {"state": "RAISED"}}),
    ),
    "keys in the order of their first mention": Known("""{
        elder(id: "MOTHER") { name ... { gender } ...A careLevel name address } __typename
    } fragment A on Elder { age name birthDate gender }"""),
    "the mask of a merged field once": Known(
        "{ mealOrders(first: 2) { nodes { recipient } edges { node { recipient recipient } } } }",
        role=Role.AUDITOR,
        shows=('"NOT_PERMITTED"',),
    ),
}

ON_INTERFACES = {
    "a row of one of its types": Known(
        """query ($id: ID!) { node(id: $id) { __typename id
            ... on Elder { name region { name } } ... on Alarm { state elder { name } }
            ... on Station { beds(first: 2) { nodes { label } } } ... on Account { role } } }""",
        variables=({"id": "MOTHER"}, {"id": "ALARM"}, {"id": "STATION"}, {"id": "DAUGHTER"}),
    ),
    "a fragment on the interface within a type": Known(
        """{ elder(id: "MOTHER") { ...N region { name } devices { ...N } } }
        fragment N on Node { id __typename ... on Device { kind online } ... on Elder { name } }""",
        shows=('"SOS_BUTTON"',),
    ),
    "narrowed and widened again": Known("""{ node(id: "MOTHER") {
        ... on Elder { ... on Node { ... on Elder { name ... on Node { id } } ... on Alarm { id } }
    } } }"""),
    "a type that it is not": Known('{ node(id: "MOTHER") { ... on Alarm { state } } }'),
    "one key, two types": Known(
        """{ nodes(ids: ["MOTHER", "ALARM", "DAUGHTER", "STATION"]) {
            ... on Elder { shown: name } ... on Alarm { shown: spokenText }
            ... on Account { shown: name } ... on Station { shown: address } } }"""
    ),
    "mixed, hidden, absent, twice": Known(
        """query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename
            ... on Elder { name fullAddress } ... on MealOrder { recipient elder { id } }
            ... on VisitTask { elder { name } history { account { name } action } } } }""",
        role=Role.CANTEEN,
        variables=(
            {"ids": ["ORDER", "MOTHER", "VISIT", "ABSENT", "ORDER", "STATION", "CANTEEN"]},
            {"ids": []},
            {"ids": "STATION"},
        ),
        shows=("null,null", '"NOT_VISIBLE"'),
    ),
    "no id among ids": Known(
        '{ nodes(ids: ["MOTHER", "rubbish", "STATION"]) { id } viewer { name } }',
        shows=('"INVALID_INPUT"',),
        planned=False,
    ),
}

LEFT_OUT = {
    "by variables, several at once": Known(
        """query ($a: Boolean!, $b: Boolean!, $c: Boolean! = true) { elder(id: "MOTHER") {
            name @include(if: $a) gender @skip(if: $b) age @include(if: $a) @skip(if: $b)
            region @include(if: $c) { name @skip(if: $a) code } } }""",
        variables=(*either("a", "b"), *either("a", "b", "c")),
    ),
    "a list with all below it": Known(
        """query ($with: Boolean!) { elders(first: 2) { nodes { name
            visits(first: 1) @include(if: $with) { nodes { id volunteer { name } } } } } }""",
        variables=either("with"),
    ),
    "here but not there": Known(
        """query ($x: Boolean!) { elder(id: "MOTHER") { region @skip(if: $x) { name }
            ...R @include(if: $x) ... @include(if: $x) { devices { id } } devices { kind } } }
        fragment R on Elder { region { code } }""",
        variables=either("x"),
    ),
    "everything": Known(
        """query ($x: Boolean!) { viewer @skip(if: $x) { name @skip(if: true) }
            elder(id: "MOTHER") { region { name @include(if: $x) } } }""",
        variables=either("x"),
    ),
    "a masked field": Known(
        """query ($x: Boolean!) { mealOrders(first: 1) { nodes {
            state recipient @include(if: $x) elder @skip(if: $x) { name } } } }""",
        role=Role.AUDITOR,
        variables=either("x"),
        shows=('"NOT_PERMITTED"', '"NOT_VISIBLE"'),
    ),
    "a wrong id that nobody asks for": Known(
        '{ elder(id: "x") @skip(if: true) { name } viewer { name } }'
    ),
    "all of a root that is declared": Known("{ alarms(first: 1) { totalCount @skip(if: true) } }"),
}

PAGES = {
    "each with its own cursor": Known("""{ elders(first: 2, after: "CURSOR_OF_ELDERS") {
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { cursor node { name
            visits(first: 2, after: "CURSOR_OF_VISITS") { totalCount
                pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
                edges { cursor node { id volunteer { visits(last: 2, before: "CURSOR_OF_VISITS") {
                    edges { cursor node { kind } } pageInfo { hasPreviousPage hasNextPage }
    } } } } } } } } }"""),
    "forward and backward": Known(
        """query ($f: Int, $a: String, $l: Int, $b: String) {
            visitTasks(first: $f, after: $a, last: $l, before: $b) {
                nodes { id } totalCount
                pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }""",
        variables=(
            {"f": 2},
            {"l": 2},
            {"f": 2, "a": "CURSOR_OF_VISITS"},
            {"l": 2, "b": "CURSOR_OF_VISITS"},
            {"f": 2, "b": "CURSOR_OF_VISITS"},
            {"l": 2, "a": "CURSOR_OF_VISITS"},
            {"f": 1, "a": "CURSOR_OF_VISITS", "b": "CURSOR_OF_VISITS"},
            {"f": 0},
            {"l": 0, "b": "CURSOR_OF_VISITS"},
            {"f": 200},
            {"f": 3, "a": None, "l": None},
        ),
        shows=('"hasNextPage":true', '"hasPreviousPage":true'),
    ),
    "refused": Known(
        """query ($f: Int, $a: String, $l: Int) { viewer { name }
            elder(id: "MOTHER") { name visits(first: $f, after: $a, last: $l) { totalCount } } }""",
        variables=(
            {},
            {"f": 1, "l": 1},
            {"f": -1},
            {"l": 201},
            {"f": 1, "a": ""},
            {"f": 1, "a": "CURSOR_OF_ELDERS"},
        ),
        shows=('"INVALID_INPUT"', '"elder":null'),
        planned=False,
    ),
    "only what needs no rows": Known(
        """{ elders(first: 2) { totalCount pageInfo { hasNextPage } } stations(first: 1) {
            totalCount } elder(id: "MOTHER") { visits(first: 1) { totalCount } } }"""
    ),
    "a list of texts within a row within a list": Known(
        """{ elder(id: "MOTHER") { devices { elder { tags } } visits(first: 2) { nodes {
            elder { tags } } } } elders(first: 2) { nodes { devices { elder { tags name } } } } }"""
    ),
    "nothing on it": Known(
        "{ alarms(first: 2) { nodes { id } edges { cursor } totalCount pageInfo { endCursor } } }",
        role=Role.CANTEEN,
        shows=('"totalCount":0',),
    ),
    "the same list with other arguments": Known("""{
        a: elders(first: 1) { nodes { ...L } } b: elders(last: 1) { nodes { ...L } }
        elder(id: "MOTHER") { x: alarms(first: 1) { nodes { id } } y: alarms(last: 1) {
            nodes { state } } z: alarms(first: 1, after: "CURSOR_OF_ALARMS") { totalCount } }
    } fragment L on Elder { c: visits(first: 1) { nodes { id } } d: visits(last: 2) { nodes { id } }
        visits(first: 3) { nodes { kind } } }"""),
    "the stream's cursor below one row": Known(
        '{ elder(id: "MOTHER") { alarms(first: 1) { streamCursor totalCount } } }'
    ),
    "the stream's cursor alone": Known("{ alarms(first: 1) { streamCursor } }"),
    "the stream's cursor": Known("""{ alarms(first: 1) { streamCursor nodes { id } }
        elders(first: 2) { nodes { alarms(first: 1) { streamCursor totalCount } } }
        elder(id: "MOTHER") { alarms(first: 1) { streamCursor nodes { elder {
            alarms(last: 1) { streamCursor } } } } } }"""),
}

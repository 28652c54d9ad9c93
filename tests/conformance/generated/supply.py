"""What schemathesis makes operations of: the schema, values that mean something, ids that exist."""

from pathlib import Path

import schemathesis
from graphql import ArgumentNode, FieldNode, Visitor, parse, print_ast, visit
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.graphql import nodes

from domain.access import Role
from tests.conformance.served import Served

SDL = Path(__file__).resolve().parents[3] / "api" / "schema.graphql"
LISTS = "elders devices stations volunteers visitTasks beds canteens mealOrders assistanceCases"
LARGEST = 2**31 - 1

ids: list[str] = []
"""Of rows that the server has; filled before anything is generated."""


def learn_ids(server: Served) -> None:
    """Ask the server for some ids of each kind."""
    lists = " ".join(f"{name}(first: 4) {{ nodes {{ id }} }}" for name in LISTS.split())
    answer = server.http.post(
        server.url,
        json={"query": f"{{ {lists} }}"},
        headers={"Authorization": f"Bearer {server.token(Role.ADMIN)}"},
    ).json()
    ids[:] = [row["id"] for page in answer["data"].values() for row in page["nodes"]]
    assert ids


_known = st.deferred(lambda: st.sampled_from(ids)) | st.text(max_size=40)
_sizes = st.integers(1, 5) | st.integers(-1, 250) | st.integers(-LARGEST - 1, LARGEST)
_amounts = st.decimals(0, 100, places=2).map(str) | st.sampled_from(["NaN", "-0", "1e999", "x"])

schemathesis.graphql.scalar("ID", _known.map(nodes.String))
schemathesis.graphql.scalar("Int", _sizes.map(nodes.Int))
schemathesis.graphql.scalar("Decimal", _amounts.map(nodes.String))

SCHEMA = schemathesis.graphql.from_path(SDL)
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)]
"""One for each field of Query and Mutation."""


class _OneDirection(Visitor):
    """Pages from one end: who asks for both ends is refused, and nothing more is learned."""

    def enter_field(self, field: FieldNode, *_: object) -> FieldNode | None:
        """Drop the other end of a connection, and its cursor."""
        names = {argument.name.value for argument in field.arguments or ()}
        if not names & {"first", "last"}:
            return None
        other = {"last", "before", "after"} if "first" in names else {"before", "after"}
        return _without(field, other)


def _without(field: FieldNode, names: set[str]) -> FieldNode:
    kept: tuple[ArgumentNode, ...] = tuple(
        argument for argument in field.arguments or () if argument.name.value not in names
    )
    return FieldNode(
        alias=field.alias,
        name=field.name,
        arguments=kept,
        directives=field.directives,
        selection_set=field.selection_set,
    )


def from_one_end(document: str) -> str:
    """The document with each connection read from one end."""
    return print_ast(visit(parse(document), _OneDirection()))

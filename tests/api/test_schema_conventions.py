"""Relay's rules and our own, over the whole schema."""

from collections.abc import Iterator

from graphql import (
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLObjectType,
    get_nullable_type,
    is_enum_type,
    is_list_type,
)

from api.schema import core

OBJECTS = [
    kind
    for name, kind in core.type_map.items()
    if isinstance(kind, GraphQLObjectType) and not name.startswith("__")
]
PAGES = [kind for kind in OBJECTS if kind.name.endswith("Connection")]
PAGED = {"first": "Int", "after": "String", "last": "Int", "before": "String"}
OF_SOMEBODY = {
    "Query.whoHasSeen": {"elder", "since", "until"},
    "Query.measurements": {"elder", "kind", "takenFrom", "takenBefore"},
    "Query.bedsNear": {"near", "filter"},
    "Query.nearby": {"point", "kinds", "withinMinutes", "openAt"},
    "Query.stationGaps": {"region", "asOf"},
    "Query.stationOverlaps": {"region", "asOf"},
}
"""Lists that mean nothing without whose they are, or where: these are arguments of their own."""


def fields_that_page() -> Iterator[tuple[str, dict[str, str]]]:
    """Fields that give a connection, and their arguments."""
    for kind in OBJECTS:
        for name, field in kind.fields.items():
            if str(field.type).rstrip("!").endswith("Connection"):
                yield f"{kind.name}.{name}", {key: str(one.type) for key, one in field.args.items()}


def test_a_connection_has_edges_nodes_and_where_it_is() -> None:
    assert PAGES
    for kind in PAGES:
        target = kind.name.removesuffix("Connection")
        shape = {name: str(field.type) for name, field in kind.fields.items()}
        assert shape["edges"] == f"[{target}Edge!]!"
        assert shape["nodes"] == f"[{target}!]!"
        assert shape["pageInfo"] == "PageInfo!"
        assert shape["totalCount"] == "Int!"
        edge = core.type_map[f"{target}Edge"]
        assert isinstance(edge, GraphQLObjectType)
        assert {name: str(field.type) for name, field in edge.fields.items()} == {
            "cursor": "String!",
            "node": f"{target}!",
        }


def test_a_connection_is_asked_for_from_either_end() -> None:
    paging = dict(fields_that_page())
    assert len(paging) > 10
    for where, arguments in paging.items():
        assert PAGED.items() <= arguments.items(), where
        own = arguments.keys() - PAGED.keys()
        assert own == OF_SOMEBODY.get(where, own & {"filter"}), where


def test_a_mutation_has_one_input_and_a_payload_of_its_own() -> None:
    assert core.mutation_type
    seen: set[str] = set()
    for name, field in core.mutation_type.fields.items():
        own = f"{name[0].upper()}{name[1:]}"
        assert {key: str(one.type) for key, one in field.args.items()} == {"input": f"{own}Input!"}
        assert str(field.type) == f"{own}Payload!"
        seen |= {f"{own}Input", f"{own}Payload"}
        given, payload = core.type_map[f"{own}Input"], core.type_map[f"{own}Payload"]
        assert isinstance(given, GraphQLInputObjectType)
        controls = {key: str(one.type) for key, one in list(given.fields.items())[-3:]}
        assert controls == {
            "clientMutationId": "String",
            "idempotencyKey": "String",
            "dryRun": "Boolean!",
        }
        assert isinstance(payload, GraphQLObjectType)
        (_, thing), *rest = ((key, str(one.type)) for key, one in payload.fields.items())
        assert not thing.endswith("!"), "there may be none to be seen"
        assert rest == [("userErrors", "[UserError!]!"), ("clientMutationId", "String")]
    assert {name for name in core.type_map if name.endswith("Payload")} <= seen


def test_lists_hold_no_nulls_but_those_of_nodes() -> None:
    for kind in OBJECTS:
        for name, field in kind.fields.items():
            inner = get_nullable_type(field.type)
            if is_list_type(inner) and (kind.name, name) != ("Query", "nodes"):
                assert isinstance(inner.of_type, GraphQLNonNull), f"{kind.name}.{name}"


COMMON = {"ErrorCode", "Role", "Gender", "CareLevel", "Meal"}
"""Enums that are no one type's: their word says all there is."""


def test_an_enum_is_named_after_what_it_is_of() -> None:
    enums = {
        name for name, kind in core.type_map.items() if is_enum_type(kind) and name[:2] != "__"
    }
    owners = {kind.name for kind in OBJECTS} | {"Assistance", "Visit", "Meal", "Alarm"}
    unclear = {
        name
        for name in enums - COMMON
        if not any(name.startswith(owner) and name != owner for owner in owners)
    }
    assert unclear == set()

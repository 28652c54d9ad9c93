"""Variables are to the last detail what graphql-core makes of them, also where it is not asked."""

from typing import Any

from graphql import (
    GraphQLError,
    OperationDefinitionNode,
    VariableValues,
    get_variable_values,
    parse,
)
from hypothesis import example, given
from hypothesis import strategies as st

from api.schema import core
from api.variables import MAX_ERRORS, Variables

KINDS = [
    *("ID", "ID!", "String", "String!", "Int", "Int!", "Boolean", "Boolean!"),
    *("[ID!]", "[ID!]!", "Float", "AlarmState", "ElderFilter", "AlarmResolveInput!"),
    *('ID = "a"', "Int = 3", "Int! = 3", "Int = null", "Boolean! = true", 'String = ""'),
    *("[Int!] = [1]", "AlarmState = RAISED", "ElderFilter = {}"),
]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**31) - 1, 2**31),
    st.sampled_from([2**31, 2**31 - 1, -(2**31), -(2**31) - 1, 2**70]),
    st.floats(allow_nan=False),
    st.text(max_size=3),
    st.lists(st.text(max_size=2), max_size=2),
    st.sampled_from([{}, {"id": "alarm_1", "reason": "TEST"}, {"x": 1}, "RAISED"]),
)


def definitions(kinds: list[str]) -> OperationDefinitionNode:
    declared = " ".join(f"$v{place}: {kind}" for place, kind in enumerate(kinds))
    (node,) = parse(f"query ({declared}) {{ viewer {{ id }} }}").definitions
    assert isinstance(node, OperationDefinitionNode)
    return node


def shown(result: VariableValues | list[GraphQLError]) -> Any:
    if isinstance(result, list):
        return [error.formatted for error in result]
    sources = [
        (name, source.signature.name, str(source.signature.type), source.value)
        for name, source in result.sources.items()
    ]
    literals = [
        source.signature.default and source.signature.default.literal
        for source in result.sources.values()
    ]
    return sources, literals, [(name, type(one), one) for name, one in result.coerced.items()]


@given(
    st.lists(
        st.tuples(st.sampled_from(KINDS), st.none() | st.tuples(VALUES)), min_size=1, max_size=4
    )
)
@example([("ID!", ("a",)), ("Int! = 3", None), ("Int", (True,)), ("String", None)])
@example([("Boolean", (1,))])
@example([("ID!", None)])
@example([("Int!", (None,))])
def test_the_same_as_graphql_core(drawn: list[tuple[str, tuple[Any] | None]]) -> None:
    node = definitions([kind for kind, _ in drawn])
    values = {f"v{place}": value[0] for place, (_, value) in enumerate(drawn) if value}
    values["unknown"] = 1
    declared = node.variable_definitions or ()
    expected = get_variable_values(core, declared, values, max_errors=MAX_ERRORS)
    mine = Variables(core, declared)
    assert shown(mine.coerced(values)) == shown(expected)
    assert shown(mine.coerced(values)) == shown(expected), "the second time, too"


def test_no_request_changes_the_next_ones_defaults() -> None:
    mine = Variables(core, definitions(["[Int!] = [1]", "Int = 3"]).variable_definitions)
    for _ in range(2):
        values = mine.coerced({})
        assert isinstance(values, VariableValues)
        assert values.coerced == {"v0": [1], "v1": 3}
        values.coerced["v0"].append(2)
        values.coerced["v1"] = 4


def test_at_most_fifty_errors_and_their_end() -> None:
    mine = Variables(core, definitions(["Int!"] * 60).variable_definitions)
    errors = mine.coerced({})
    assert isinstance(errors, list)
    assert len(errors) == MAX_ERRORS + 1

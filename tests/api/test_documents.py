"""What is kept of a document is the same for whoever sends its text again."""

from typing import Any

import pytest
from graphql import OperationType
from hypothesis import given
from hypothesis import strategies as st

from api.complexity import Measure, given_pages, page_variables
from api.documents import MAX_ERRORS, Document, NoSuchOperation, known, prepared
from api.limits import excessive
from api.operations import MEASURES, Operation
from api.schema import core

PAGES = """query ($n: Int = 150, $m: Int) {
  stations(first: $n) { nodes { beds(first: $m) { nodes { ...B } } } } }
fragment B on Bed { station { beds(first: $m) { nodes { id } } } }"""


def test_the_same_text_is_prepared_once() -> None:
    text = "{ viewer { id } }"
    assert prepared(text) is prepared("".join(list(text)))
    assert prepared(text).operation(None) is prepared(text).operation(None)
    assert prepared(text) is not prepared(text + " ")


@pytest.mark.parametrize("text", ["", "{", "{ nothing }", "fragment F on Account { id }"])
def test_a_document_with_errors_has_no_operation(text: str) -> None:
    document = prepared(text)
    assert len(document.errors) == 1
    with pytest.raises(NoSuchOperation):
        document.operation(None)


@pytest.mark.parametrize("text", ["{ viewer", "{ nothing }"])
def test_a_document_with_errors_is_not_kept(text: str) -> None:
    assert prepared(text).errors
    assert known(text) is None


def test_of_many_errors_the_first_are_told() -> None:
    text = "{" + " ".join(f"unknown{number}" for number in range(500)) + "}"
    *told, last = prepared(text).errors
    assert [error.message for error in told] == [
        f"Cannot query field 'unknown{number}' on type 'Query'." for number in range(MAX_ERRORS)
    ]
    assert "Too many validation errors" in last.message


@pytest.mark.parametrize(("tokens", "errors"), [(2000, 0), (2001, 1)])
def test_two_thousand_tokens_are_the_most(tokens: int, errors: int) -> None:
    # Twelve beside the list's items.
    text = "{ nodes(ids: [" + '"a" ' * (tokens - 12) + "]) { id } }"
    assert len(prepared(text).errors) == errors


def two() -> Document:
    return prepared("query A { viewer { id } } subscription B { alarmChanged { change } }")


def test_an_operation_goes_by_its_name() -> None:
    assert two().operation("A").kind is OperationType.QUERY
    assert two().operation("B").kind is OperationType.SUBSCRIPTION
    assert prepared("query A { viewer { id } }").operation(None).node.name


@pytest.mark.parametrize("name", [None, "C", "a", ""])
def test_no_operation_is_guessed(name: str | None) -> None:
    with pytest.raises(NoSuchOperation):
        two().operation(name)


def measured_anew(document: Document, variables: dict[str, Any]) -> str | None:
    operation = document.operation(None)
    pages = given_pages(page_variables(operation.node, operation.fragments), variables)
    return excessive(Measure(core, operation.fragments, pages).of(operation.node))


def excess(operation: Operation, variables: dict[str, Any] | None) -> str | None:
    return excessive(operation.points(variables))


@given(
    st.dictionaries(
        st.sampled_from(["n", "m", "other"]),
        st.one_of(st.integers(-5, 250), st.none(), st.booleans(), st.text("01-a", max_size=2)),
    )
)
def test_a_measure_that_is_kept_is_that_of_the_variables(variables: dict[str, Any]) -> None:
    document = prepared(PAGES)
    assert excess(document.operation(None), variables) == measured_anew(document, variables)


def test_few_measures_are_kept_and_the_rest_is_measured_anew() -> None:
    document = prepared(PAGES + "# its own")
    operation = document.operation(None)
    for _ in range(2):
        for size in range(MEASURES + 10):
            given_size = {"n": size, "m": size}
            assert excess(operation, given_size) == measured_anew(document, given_size)
    assert excess(operation, None) == measured_anew(document, {})
    assert excess(operation, {"n": None, "m": 1}) == measured_anew(document, {"n": None, "m": 1})


def test_pages_decide() -> None:
    operation = prepared(PAGES).operation(None)
    assert excess(operation, {"n": 5, "m": 5}) is None
    assert excess(operation, {"m": 200}) is not None
    assert excess(operation, {"n": 5}) is not None, "a page of no size is the largest"

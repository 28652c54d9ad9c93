"""schemathesis over the schema: for each root field operations that hold, and some that do not.

Whatever is asked, an answer is never a server's error, its errors have codes, none of them
INTERNAL, and its data has the schema's shape.
"""

from collections import Counter
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.schemas import APIOperation

from domain.access import Role
from tests.conformance.generated.supply import OPERATIONS, from_one_end, learn_ids
from tests.conformance.hostile.rules import EXAMPLES, asserted_answers
from tests.conformance.served import Served

USUALLY = 6
ROLES = st.sampled_from([Role.ADMIN, Role.FAMILY, Role.DISPATCHER, Role.OFFICIAL, Role.VOLUNTEER])


ENOUGH = 200
"""Answers of which a process judges its share: of fewer, which operations it was given decides."""


@pytest.fixture(scope="module")
def codes(server: Served) -> Generator[Counter[str], None, None]:
    """How often each code was answered; ``""`` for an answer without errors.

    In the end, enough were. Each process of the tests has its own share of them: of one that was
    given queries alone, most values are refused.
    """
    learn_ids(server)
    found: Counter[str] = Counter()
    yield found
    assert sum(found.values()) < ENOUGH or found[""] > sum(found.values()) / 25, found


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_operations_that_hold(server: Served, codes: Counter[str], operation: APIOperation) -> None:
    @generated(USUALLY)
    @given(operation.as_strategy(GenerationMode.POSITIVE), ROLES, st.booleans())
    def ask(case: Case, role: Role, one_end: bool) -> None:
        document = document_of(case)
        body = asked(server, role, from_one_end(document) if one_end else document)
        for error in body.get("errors", [{"extensions": {"code": ""}}]):
            codes[error["extensions"]["code"]] += 1

    ask()


@pytest.mark.usefixtures("codes")
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_operations_that_do_not(server: Served, operation: APIOperation) -> None:
    @generated(USUALLY // 2)
    @given(operation.as_strategy(GenerationMode.NEGATIVE))
    def ask(case: Case) -> None:
        if case.meta and case.meta.generation.mode.is_negative:
            assert asked(server, Role.ADMIN, document_of(case))["errors"]

    ask()


def generated(examples: int) -> Any:
    """Settings: always the same operations, or ``FUZZ_EXAMPLES`` others."""
    return settings(
        max_examples=EXAMPLES or examples,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def document_of(case: Case) -> str:
    """What schemathesis would send."""
    assert isinstance(case.body, str)
    return case.body


def asked(server: Served, role: Role, document: str) -> Any:
    """The answer, which must be a proper one."""
    headers = {"Authorization": f"Bearer {server.token(role)}"}
    response = server.http.post(server.url, json={"query": document}, headers=headers)
    assert response.status_code < 500, (response.status_code, document)
    body = response.json()
    asserted_answers(body)
    return body

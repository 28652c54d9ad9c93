"""What PostgreSQL refuses of a case when the service is bypassed."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert

from domain.access import Role
from domain.assistance.lifecycle import CaseAction, CaseState
from domain.assistance.models import AssistanceCaseLog, AssistanceKind
from domain.calendar import today
from domain.database import Database
from domain.errors import (
    CaseAlreadyOpen,
    ConflictOfInterest,
    DomainError,
    InvalidInput,
    StillReferenced,
)
from tests.makers.assistance import a_clock, clear_cases, make_case
from yiyang.district.cast import District

ENDED = (CaseState.REJECTED, CaseState.CLOSED, CaseState.TERMINATED, CaseState.WITHDRAWN)


@pytest.fixture(autouse=True)
async def no_cases(database: Database) -> None:
    await clear_cases(database)


def columns(district: District, state: CaseState) -> dict[str, Any]:
    """What a case in a state has to carry."""
    official = district.players[Role.OFFICIAL].account_id
    values: dict[str, Any] = {"state": state}
    if state not in (CaseState.DRAFT, CaseState.SUBMITTED, CaseState.NEEDS_SUPPLEMENT):
        values |= a_clock(official, today())
    if state is CaseState.REJECTED:
        values |= {"rejected_by": official, "reject_reason": "不符合条件"}
    return values


async def refused(database: Database, district: District, **values: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await make_case(database, district.mother_id, district.daughter_id, **values)
    return caught.value


@pytest.mark.parametrize("state", list(CaseState))
async def test_an_open_case_stands_in_the_way_and_an_ended_one_does_not(
    database: Database, district: District, state: CaseState
) -> None:
    first = columns(district, state)
    await make_case(database, district.mother_id, district.daughter_id, **first)
    other_kind = AssistanceKind.EXTREME_HARDSHIP
    await make_case(database, district.mother_id, district.daughter_id, kind=other_kind)
    if state in ENDED:
        await make_case(database, district.mother_id, district.daughter_id)
    else:
        assert isinstance(await refused(database, district), CaseAlreadyOpen)


async def test_whoever_submitted_it_has_not_accepted_it(
    database: Database, district: District
) -> None:
    values = a_clock(district.daughter_id, today())
    error = await refused(database, district, state=CaseState.ACCEPTED, **values)
    assert isinstance(error, ConflictOfInterest)


async def test_whoever_submitted_it_has_not_rejected_it(
    database: Database, district: District
) -> None:
    values = {"rejected_by": district.daughter_id, "reject_reason": "不符合条件"}
    error = await refused(database, district, state=CaseState.REJECTED, **values)
    assert isinstance(error, ConflictOfInterest)


@pytest.mark.parametrize("missing", list(a_clock(uuid4(), today())))
async def test_a_clock_is_whole(database: Database, district: District, missing: str) -> None:
    values = columns(district, CaseState.ACCEPTED) | {missing: None}
    error = await refused(database, district, **values)
    assert isinstance(error, InvalidInput)
    assert error.facts["constraint"] in (
        "assistance_case_clock_whole",
        "assistance_case_accepted_with_clock",
    )


async def test_half_a_clock_before_acceptance(database: Database, district: District) -> None:
    error = await refused(database, district, due_on=today())
    assert error.facts["constraint"] == "assistance_case_clock_whole"


@pytest.mark.parametrize(
    "state",
    [
        state
        for state in CaseState
        if state not in (*ENDED, CaseState.DRAFT, CaseState.SUBMITTED, CaseState.NEEDS_SUPPLEMENT)
    ],
)
async def test_no_state_after_acceptance_without_a_clock(
    database: Database, district: District, state: CaseState
) -> None:
    error = await refused(database, district, state=state)
    assert isinstance(error, InvalidInput)
    assert error.field == "accepted_on"


@pytest.mark.parametrize("missing", ["rejected_by", "reject_reason"])
async def test_a_rejection_says_who_and_why(
    database: Database, district: District, missing: str
) -> None:
    values = columns(district, CaseState.REJECTED) | {missing: None}
    error = await refused(database, district, **values)
    assert isinstance(error, InvalidInput)
    assert error.field == "reject_reason"


async def test_a_log_row_of_no_case(database: Database, district: District) -> None:
    values = {
        "case_id": district.mother_id,
        "action": CaseAction.SUBMIT,
        "state": CaseState.SUBMITTED,
        "account_id": district.daughter_id,
    }
    with pytest.raises(StillReferenced):
        async with database.transaction("test") as session:
            await session.execute(insert(AssistanceCaseLog).values(values))

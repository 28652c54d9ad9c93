"""What is refused with a case, and that nothing changes then; moments at which two act at once."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text
from sqlmodel import col

from domain.access import Role
from domain.assistance.lifecycle import CaseState
from domain.assistance.models import AssistanceCase, AssistanceCaseLog, AssistanceKind
from domain.calendar import now
from domain.database import Database
from domain.elders.models import Elder
from domain.ids import public_id
from domain.outbox import OutboxEvent
from tests.api.assistance import accept, key_in, mother, reject, submit
from tests.clients import Api
from tests.makers.assistance import clear_cases, make_case, make_official
from tests.waiting import until


@pytest.fixture(autouse=True)
async def no_cases(database: Database) -> None:
    await clear_cases(database)


async def everything(database: Database) -> Any:
    """All that a verb could have changed."""
    async with database.transaction("test") as session:
        cases = (
            await session.scalars(select(AssistanceCase).order_by(col(AssistanceCase.id)))
        ).all()
        logged = (await session.scalars(select(col(AssistanceCaseLog.id)))).all()
        about_cases = col(OutboxEvent.topic) == "assistance_case"
        told = (await session.scalars(select(col(OutboxEvent.position)).where(about_cases))).all()
    return [case.model_dump() for case in cases], sorted(logged), sorted(told)


async def official(api: Api, database: Database, name: str = "何知远") -> Any:
    """One more official of the district."""
    region = api.district.players[Role.OFFICIAL].region_code
    assert region is not None
    return await make_official(database, region, name)


WAITING = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


async def waiting(database: Database, number: int) -> None:
    """Until so many transactions wait for another."""
    async with database.reading() as connection:

        async def reached() -> bool:
            return await connection.scalar(WAITING) == number

        await until(reached)


async def test_a_second_open_case_names_the_first_where_it_may_be_seen(
    api: Api, database: Database
) -> None:
    first = (await submit(api, Role.FAMILY))["assistanceCase"]["id"]
    before = await everything(database)
    (to_the_elder,) = (await submit(api, Role.ELDER))["userErrors"]
    (to_the_station,) = (await submit(api, Role.STATION))["userErrors"]
    assert (to_the_elder["code"], to_the_elder["field"]) == ("CASE_ALREADY_OPEN", "kind")
    assert to_the_elder["blockers"] == [first]
    assert (to_the_station["code"], to_the_station["blockers"]) == ("CASE_ALREADY_OPEN", [])
    assert await everything(database) == before
    assert (await submit(api, Role.STATION, "EXTREME_HARDSHIP"))["userErrors"] == []


async def test_whoever_submitted_it_cannot_decide(api: Api, database: Database) -> None:
    case = (await submit(api, Role.OFFICIAL))["assistanceCase"]
    assert case["availableActions"] == []
    before = await everything(database)
    for answer in (
        await accept(api, Role.OFFICIAL, case["id"]),
        await reject(api, Role.OFFICIAL, case["id"], "不符合条件"),
    ):
        assert [error["code"] for error in answer["userErrors"]] == ["CONFLICT_OF_INTEREST"]
        assert answer["assistanceCase"]["state"] == "SUBMITTED"
    assert await everything(database) == before
    colleague = await official(api, database)
    assert (await accept(api, colleague, case["id"]))["userErrors"] == []


@pytest.mark.parametrize("reason", ["", "  \n\t", "长" * 2001])
async def test_no_rejection_without_a_reason(api: Api, database: Database, reason: str) -> None:
    case_id = (await submit(api, Role.FAMILY))["assistanceCase"]["id"]
    before = await everything(database)
    (error,) = (await reject(api, Role.OFFICIAL, case_id, reason))["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "reason")
    assert await everything(database) == before
    assert (await reject(api, Role.OFFICIAL, case_id, "长" * 2000))["userErrors"] == []


async def test_the_schema_wants_a_reason(api: Api) -> None:
    mutation = 'mutation { assistanceCaseReject(input: {id: "x"}) { userErrors { code } } }'
    answer = await api.post(Role.OFFICIAL, mutation)
    assert answer["errors"][0]["extensions"]["code"] == "VALIDATION_FAILED"
    assert "reason" in answer["errors"][0]["message"]


async def test_a_note_has_its_length(api: Api, database: Database) -> None:
    before = await everything(database)
    (error,) = (await submit(api, Role.FAMILY, note="长" * 2001))["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "note")
    assert await everything(database) == before
    case_id = (await submit(api, Role.FAMILY, note="长" * 2000))["assistanceCase"]["id"]
    (error,) = (await accept(api, Role.OFFICIAL, case_id, note="长" * 2001))["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "note")


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (Role.ELDER, "PERMISSION_DENIED"),
        (Role.FAMILY, "PERMISSION_DENIED"),
        (Role.AUDITOR, "PERMISSION_DENIED"),
        (Role.ADMIN, "PERMISSION_DENIED"),
        (Role.STATION, "NOT_FOUND"),
        (Role.DISPATCHER, "NOT_FOUND"),
        (Role.VOLUNTEER, "NOT_FOUND"),
        (Role.VENDOR, "NOT_FOUND"),
    ],
)
async def test_only_officials_decide(api: Api, database: Database, role: Role, code: str) -> None:
    case_id = (await submit(api, Role.FAMILY))["assistanceCase"]["id"]
    before = await everything(database)
    for answer in (await accept(api, role, case_id), await reject(api, role, case_id, "不符")):
        assert [error["code"] for error in answer["userErrors"]] == [code]
        assert (answer["assistanceCase"] is None) == (code == "NOT_FOUND")
    assert await everything(database) == before


async def test_an_official_of_another_district_sees_nothing_of_it(
    api: Api, database: Database
) -> None:
    case_id = (await submit(api, Role.FAMILY))["assistanceCase"]["id"]
    stranger = await make_official(database, "330106")
    before = await everything(database)
    for answer in (await accept(api, stranger, case_id), await submit(api, stranger)):
        assert [error["code"] for error in answer["userErrors"]] == ["NOT_FOUND"]
        assert answer["assistanceCase"] is None
    assert await everything(database) == before


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (Role.ADMIN, "PERMISSION_DENIED"),
        (Role.DISPATCHER, "PERMISSION_DENIED"),
        (Role.AUDITOR, "NOT_FOUND"),
        (Role.VOLUNTEER, "NOT_FOUND"),
        (Role.GUARDIAN, "NOT_FOUND"),
    ],
)
async def test_who_cannot_apply_for_her(
    api: Api, database: Database, role: Role, code: str
) -> None:
    before = await everything(database)
    answer = await submit(api, role)
    assert [error["code"] for error in answer["userErrors"]] == [code]
    assert answer["assistanceCase"] is None
    assert await everything(database) == before


async def test_two_officials_accept_at_the_same_moment(api: Api, database: Database) -> None:
    colleague = await official(api, database)
    case_id = (await submit(api, Role.FAMILY))["assistanceCase"]["id"]
    deciding = select(AssistanceCase).where(col(AssistanceCase.id) == key_in(case_id))
    async with database.transaction("test") as session:
        # Someone has the case in hand until both stand before it.
        await session.scalars(deciding.with_for_update())
        both = [
            asyncio.create_task(accept(api, who, case_id)) for who in (Role.OFFICIAL, colleague)
        ]
        await waiting(database, 2)
    answers = await asyncio.gather(*both)
    refused = [error for answer in answers for error in answer["userErrors"]]
    assert [error["code"] for error in refused] == ["ILLEGAL_TRANSITION"]
    # Both see the same case afterwards, with one acceptance in its history.
    assert answers[0]["assistanceCase"]["acceptedBy"] == answers[1]["assistanceCase"]["acceptedBy"]
    history = answers[0]["assistanceCase"]["history"]
    assert [step["action"] for step in history] == ["SUBMIT", "ACCEPT"]


async def test_many_apply_at_the_same_moment(api: Api, database: Database) -> None:
    answers = await asyncio.gather(
        *(submit(api, role) for role in (Role.FAMILY, Role.ELDER, Role.OFFICIAL) * 5)
    )
    (won,) = [answer["assistanceCase"]["id"] for answer in answers if not answer["userErrors"]]
    refused = [answer["userErrors"][0] for answer in answers if answer["userErrors"]]
    assert [(error["code"], error["blockers"]) for error in refused] == [
        ("CASE_ALREADY_OPEN", [won])
    ] * 14
    rows = await database.fetch(select(col(AssistanceCase.id)))
    assert [row[0] for row in rows] == [key_in(won)]


async def test_the_index_is_the_referee_where_the_look_before_saw_nothing(
    api: Api, database: Database
) -> None:
    district = api.district
    (row,) = await database.fetch(
        select(col(Elder.region_code)).where(col(Elder.id) == district.mother_id)
    )
    async with database.transaction("test") as session:
        # A writer that does not take the elder's lock, and has not committed yet.
        unseen = insert(AssistanceCase).values(
            elder_id=district.mother_id,
            region_code=row.region_code,
            kind=AssistanceKind.MINIMUM_LIVING,
            state=CaseState.SUBMITTED,
            submitted_by=district.daughter_id,
            submitted_at=now(),
        )
        await session.execute(unseen)
        applying = asyncio.create_task(submit(api, Role.ELDER))
        await waiting(database, 1)
        assert not applying.done()
    answer = await applying
    assert [error["code"] for error in answer["userErrors"]] == ["CASE_ALREADY_OPEN"]
    assert answer["assistanceCase"] is None
    assert (await database.fetch(select(func.count()).select_from(AssistanceCase)))[0][0] == 1


async def test_a_case_of_another_type_is_none(api: Api) -> None:
    for answer in (
        await accept(api, Role.OFFICIAL, mother(api)),
        await reject(api, Role.OFFICIAL, mother(api), "不符"),
    ):
        (error,) = answer["userErrors"]
        assert (error["code"], error["field"]) == ("INVALID_INPUT", "id")


async def test_no_case_of_that_id(api: Api, database: Database) -> None:
    case_id = await make_case(database, api.district.mother_id, api.district.daughter_id)
    await clear_cases(database)
    answer = await accept(api, Role.OFFICIAL, public_id("assistance_case", case_id))
    assert [error["code"] for error in answer["userErrors"]] == ["NOT_FOUND"]
    assert answer["assistanceCase"] is None

"""A case over HTTP: who did what when, and by which day it must be decided."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from domain.access import Actor, Role
from domain.assistance.models import AssistanceCase, AssistanceKind
from domain.assistance.policy import PACKS, start_clock
from domain.calendar import LAST_SETTLED_DAY, today
from domain.database import Database
from domain.ids import public_id
from tests.api.assistance import (
    CASES,
    OF_MOTHER,
    accept,
    changes,
    key_in,
    mother,
    reject,
    stored,
    submit,
)
from tests.clients import Api
from tests.makers.assistance import clear_cases, local, make_case, make_official


@pytest.fixture(autouse=True)
async def no_cases(database: Database) -> None:
    await clear_cases(database)


async def submitted(
    api: Api,
    database: Database,
    at: datetime,
    kind: AssistanceKind = AssistanceKind.MINIMUM_LIVING,
) -> str:
    """A case that the daughter submitted at some time."""
    case_id = await make_case(
        database, api.district.mother_id, api.district.daughter_id, kind=kind, submitted_at=at
    )
    return public_id("assistance_case", case_id)


async def test_a_daughter_applies_and_an_official_accepts_before_a_holiday(
    api: Api, database: Database
) -> None:
    daughter, official = (api.district.players[role].name for role in (Role.FAMILY, Role.OFFICIAL))
    applied = await submit(api, Role.FAMILY, note="父亲去世后收入减少")
    case = applied["assistanceCase"]
    assert (applied["userErrors"], applied["clientMutationId"]) == ([], "m1")
    assert (case["kind"], case["state"], case["clock"]) == ("MINIMUM_LIVING", "SUBMITTED", None)
    assert (case["elder"]["id"], case["submittedBy"]["name"]) == (mother(api), daughter)
    assert case["availableActions"] == []
    await _submitted_on(database, case["id"], local(2026, 9, 21))

    (waiting,) = (await api.data(Role.OFFICIAL, CASES, filter={"state": "SUBMITTED"}))[
        "assistanceCases"
    ]["nodes"]
    assert (waiting["id"], waiting["availableActions"]) == (case["id"], ["ACCEPT", "REJECT"])
    accepted = await accept(api, Role.OFFICIAL, waiting["id"], "2026-09-28", "材料齐全")
    assert accepted["userErrors"] == []

    (read,) = (await api.data(Role.FAMILY, CASES))["assistanceCases"]["nodes"]
    assert (read["state"], read["acceptedOn"]) == ("ACCEPTED", "2026-09-28")
    assert read["acceptedBy"]["name"] == official
    # Two days of September, 8 to 10 October (the 10th a worked Saturday), then five full weeks.
    assert read["clock"] == {
        "workingDays": 30,
        "dueOn": "2026-11-13",
        "provisional": False,
        "source": "民发〔2021〕57号 第十五条至第二十三条",
        "policyPack": "CN-2021-07-01",
    }
    told = [
        (step["action"], step["state"], step["account"]["name"], step["note"])
        for step in read["history"]
    ]
    assert told == [
        ("SUBMIT", "SUBMITTED", daughter, "父亲去世后收入减少"),
        ("ACCEPT", "ACCEPTED", official, "材料齐全"),
    ]
    assert [datetime.fromisoformat(step["at"]) for step in read["history"]] == sorted(
        datetime.fromisoformat(step["at"]) for step in read["history"]
    )
    assert await changes(database, case["id"]) == ["SUBMITTED", "ACCEPTED"]


async def _submitted_on(database: Database, case_id: str, at: datetime) -> None:
    key = key_in(case_id)
    async with database.transaction("test") as session:
        await session.execute(
            update(AssistanceCase).where(col(AssistanceCase.id) == key).values(submitted_at=at)
        )


async def test_before_spring_festival(api: Api, database: Database) -> None:
    case_id = await submitted(api, database, local(2026, 2, 9), AssistanceKind.EXTREME_HARDSHIP)
    accepted = await accept(api, Role.OFFICIAL, case_id, "2026-02-10")
    # 11 to 14 February, the 14th a worked Saturday; 24 to 28, the 28th too; four weeks; 30 March.
    assert accepted["assistanceCase"]["clock"] == {
        "workingDays": 30,
        "dueOn": "2026-03-30",
        "provisional": False,
        "source": "民发〔2021〕43号 第十三条至第二十二条",
        "policyPack": "CN-2021-07-01",
    }


@pytest.mark.skipif(LAST_SETTLED_DAY.year > 2026, reason="the calendar of 2027 is known")
async def test_a_clock_that_runs_into_2027_is_provisional(api: Api, database: Database) -> None:
    case_id = await submitted(api, database, local(2026, 11, 18))
    clock = (await accept(api, Role.OFFICIAL, case_id, "2026-11-20"))["assistanceCase"]["clock"]
    assert (clock["dueOn"], clock["provisional"]) == ("2027-01-04", True)


async def test_without_a_day_it_is_today_and_the_pack_replays(api: Api, database: Database) -> None:
    case = (await submit(api, Role.FAMILY, "EXTREME_HARDSHIP"))["assistanceCase"]
    before = today()
    accepted = (await accept(api, Role.OFFICIAL, case["id"]))["assistanceCase"]
    assert before <= date.fromisoformat(accepted["acceptedOn"]) <= today()
    row = await stored(database, case["id"])
    assert row.accepted_on is not None
    (pack,) = [pack for pack in PACKS if pack.id == row.policy_pack]
    clock = start_clock(row.kind, row.region_code, row.accepted_on, (pack,))
    assert (clock.due_on, clock.provisional) == (row.due_on, row.due_provisional)


@pytest.mark.parametrize(
    ("on", "accepted"),
    [("2026-09-20", False), ("2026-09-21", True), ("2026-11-02", True), ("2999-01-01", False)],
)
async def test_accepted_from_the_day_of_submission_to_today(
    api: Api, database: Database, on: str, accepted: bool
) -> None:
    # 16:30 on the 20th in London is the 21st here.
    at = datetime.fromisoformat("2026-09-20T16:30:00+00:00")
    case_id = await submitted(api, database, at)
    answer = await accept(api, Role.OFFICIAL, case_id, on)
    if accepted:
        assert answer["userErrors"] == []
        assert answer["assistanceCase"]["acceptedOn"] == on
    else:
        (error,) = answer["userErrors"]
        assert (error["code"], error["field"]) == ("INVALID_INPUT", "acceptedOn")
        assert (answer["assistanceCase"]["state"], answer["assistanceCase"]["clock"]) == (
            "SUBMITTED",
            None,
        )
        assert await changes(database, case_id) == []


async def test_a_rejected_elder_may_apply_again(api: Api, database: Database) -> None:
    first = (await submit(api, Role.FAMILY))["assistanceCase"]
    reason = "家庭财产超过标准"
    rejected = (await reject(api, Role.OFFICIAL, first["id"], reason))["assistanceCase"]
    assert (rejected["state"], rejected["rejectReason"]) == ("REJECTED", reason)
    assert rejected["rejectedBy"]["name"] == api.district.players[Role.OFFICIAL].name
    assert rejected["history"][-1]["note"] == reason
    assert await changes(database, first["id"]) == ["SUBMITTED", "REJECTED"]
    again = await submit(api, Role.FAMILY)
    assert again["userErrors"] == []
    (late,) = (await reject(api, Role.OFFICIAL, first["id"], reason))["userErrors"]
    assert late["code"] == "ILLEGAL_TRANSITION"
    elder = (await api.data(Role.FAMILY, OF_MOTHER, id=mother(api)))["elder"]["assistanceCases"]
    assert elder["totalCount"] == 2
    assert [case["id"] for case in elder["nodes"]] == [again["assistanceCase"]["id"], first["id"]]
    assert [len(case["history"]) for case in elder["nodes"]] == [1, 2]


async def test_the_list_is_newest_first_and_filtered(api: Api, database: Database) -> None:
    district = api.district
    made = [
        await make_case(database, district.mother_id, district.daughter_id),
        await make_case(
            database,
            district.mother_id,
            district.daughter_id,
            kind=AssistanceKind.EXTREME_HARDSHIP,
        ),
        await make_case(database, district.neighbour_id, district.neighbour_daughter_id),
    ]
    low, hard, neighbours = [public_id("assistance_case", key) for key in made]
    await reject(api, Role.OFFICIAL, low, "重复")

    async def listed(who: Role | Actor, **filter: Any) -> list[str]:
        page = (await api.data(who, CASES, filter=filter))["assistanceCases"]
        assert page["totalCount"] == len(page["nodes"])
        return [case["id"] for case in page["nodes"]]

    street = (await api.data(Role.ADMIN, CASES))["assistanceCases"]["nodes"][0]["region"]["code"][
        :9
    ]
    assert await listed(Role.OFFICIAL) == [neighbours, hard, low]
    assert await listed(Role.OFFICIAL, state="SUBMITTED") == [neighbours, hard]
    assert await listed(Role.OFFICIAL, state=["REJECTED", "ACCEPTED"]) == [low]
    assert await listed(Role.OFFICIAL, kind="MINIMUM_LIVING") == [neighbours, low]
    assert await listed(Role.OFFICIAL, region=street, kind="EXTREME_HARDSHIP") == [hard]
    assert await listed(Role.OFFICIAL, region="44") == []
    assert await listed(Role.FAMILY) == [hard, low]
    elsewhere = await make_official(database, "330106")
    assert await listed(elsewhere) == []


async def test_an_advisor_who_applies_has_the_case(api: Api, database: Database) -> None:
    advisor = api.district.players[Role.ADVISOR].account_id
    unseen = await submit(api, Role.ADVISOR)
    assert [error["code"] for error in unseen["userErrors"]] == ["NOT_FOUND"]
    await make_case(database, api.district.mother_id, api.district.daughter_id, advisor_id=advisor)
    applied = await submit(api, Role.ADVISOR, "EXTREME_HARDSHIP")
    assert applied["userErrors"] == []
    assert applied["assistanceCase"]["advisor"]["id"] == public_id("account", advisor)
    assert (await submit(api, Role.FAMILY))["userErrors"][0]["code"] == "CASE_ALREADY_OPEN"
    assert len((await api.data(Role.ADVISOR, CASES))["assistanceCases"]["nodes"]) == 2


async def test_an_auditor_sees_the_case_and_no_elder(api: Api, database: Database) -> None:
    case_id = (await submit(api, Role.FAMILY))["assistanceCase"]["id"]
    answer = await api.post(Role.AUDITOR, CASES)
    (case,) = answer["data"]["assistanceCases"]["nodes"]
    assert (case["id"], case["elder"], case["submittedBy"]) == (case_id, None, None)
    masked = {
        tuple(entry["path"][-1:]): entry["reason"] for entry in answer["extensions"]["masked"]
    }
    assert masked[("elder",)] == "NOT_VISIBLE"
    assert case["availableActions"] == []
    assert case["history"][0]["account"] is None

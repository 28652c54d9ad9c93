"""Assessments that cannot be: each is refused by its field, and nothing has changed."""

import asyncio
from typing import Any

import asyncpg
import pytest

from domain.access import Actor, Role
from domain.assessments.lifecycle import AssessmentState
from domain.calendar import today
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from tests.api.assessing import (
    OF_MOTHER,
    SUBMIT,
    Team,
    confirm,
    confirmed,
    days_ago,
    form,
    items,
    make_team,
    mother,
    rows,
    submit,
    withdraw,
)
from tests.clients import Api
from tests.makers.accounts import make_account, make_person
from tests.makers.assessments import make_assessment, make_assessor, make_colleague


@pytest.fixture
async def team(database: Database, api: Api) -> Team:
    return await make_team(database, api)


def codes(answer: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(error["code"], error["field"]) for error in answer["userErrors"]]


@pytest.mark.parametrize(
    ("different", "field"),
    [
        ({"items": items()[1:]}, "items"),
        ({"items": items(B_3_9=3)}, "items"),
        ({"items": []}, "items"),
        ({"diagnoses": ["dementia"]}, "diagnoses"),
        ({"riskEvents": [{"kind": "FALL", "on": days_ago(-3)}]}, "riskEvents"),
        ({"scaleVersion": "2013"}, "scaleVersion"),
        ({"assessedOn": days_ago(-3)}, "assessedOn"),
        ({"assessedOn": days_ago(370)}, "assessedOn"),
        ({"assessedOn": "0001-01-01"}, "assessedOn"),
        ({"note": "好" * 2001}, "note"),
        ({"elderId": "elder_1"}, "elderId"),
    ],
    ids=[
        *("missing", "out-of-range", "none", "no-code", "event-to-come", "no-version"),
        *("to-come", "over", "long-ago", "long-note", "no-id"),
    ],
)
async def test_what_is_wrong_is_named(
    api: Api, database: Database, team: Team, different: dict[str, Any], field: str
) -> None:
    before = await rows(database)
    answer = await submit(api, team.first, **different)
    assert codes(answer) == [("INVALID_INPUT", field)]
    assert answer["assessment"] is None
    assert await rows(database) == before


async def test_an_older_day_than_that_of_what_counts(
    api: Api, database: Database, team: Team
) -> None:
    await confirmed(api, team, assessedOn=days_ago(3))
    before = await rows(database)
    answer = await submit(api, team.first, assessedOn=days_ago(4))
    assert codes(answer) == [("INVALID_INPUT", "assessedOn")]
    assert await rows(database) == before
    assert codes(await submit(api, team.first, assessedOn=days_ago(3))) == []


async def test_without_a_certificate_nobody_assesses(
    api: Api, database: Database, database_url: str, team: Team
) -> None:
    waiting = (await submit(api, team.first))["assessment"]["id"]
    before = await rows(database)
    sql = await asyncpg.connect(database_url)
    # Its last day was yesterday.
    over = "UPDATE assessor SET until = $2 WHERE account_id = $1"
    for one in (team.first, team.clinical):
        await sql.execute(over, one.id, today())
    await sql.close()
    assert codes(await confirm(api, team.clinical, waiting)) == [("CERTIFICATE_MISSING", None)]
    other = public_id("elder", api.district.neighbour_id)
    assert codes(await submit(api, team.first, elderId=other)) == [("CERTIFICATE_MISSING", None)]
    assert await rows(database) == before


async def test_one_waits_at_a_time(api: Api, database: Database, team: Team) -> None:
    waiting = (await submit(api, team.first))["assessment"]["id"]
    before = await rows(database)
    answer = await submit(api, team.clinical)
    assert codes(answer) == [("ALREADY_EXISTS", "elderId")]
    assert answer["userErrors"][0]["blockers"] == [waiting]
    assert await rows(database) == before
    assert codes(await withdraw(api, team.second, waiting)) == []
    assert codes(await submit(api, team.clinical)) == []


async def test_nobody_signs_twice_in_whatever_role(
    api: Api, database: Database, vault: Vault, team: Team
) -> None:
    """The player's person is also a caregiver of the ward's house."""
    caregiver = api.actor(Role.CAREGIVER)
    other = await make_colleague(database, caregiver, clinical=True)
    await make_person(database, accounts=[team.first.id, other.id])
    key = await make_assessment(database, vault, api.district.ward_id, team.first.id)
    waiting, before = public_id("assessment", key), await rows(database)
    for who in (team.first, other):
        assert codes(await confirm(api, who, waiting)) == [("CONFLICT_OF_INTEREST", "id")]
    assert await rows(database) == before
    assert codes(await confirm(api, team.second, waiting)) == []
    assert codes(await confirm(api, team.second, waiting)) == [("CONFLICT_OF_INTEREST", "id")]


async def test_whoever_does_not_see_the_elder_finds_nothing(
    api: Api, database: Database, vault: Vault, team: Team
) -> None:
    stranger: Actor = await make_account(database, Role.STATION, region_code="330108")
    await make_assessor(database, stranger.id, clinical=True)
    waiting = (await submit(api, team.first))["assessment"]["id"]
    before = await rows(database)
    assert codes(await submit(api, stranger)) == [("NOT_FOUND", "elderId")]
    assert codes(await confirm(api, stranger, waiting)) == [("NOT_FOUND", "id")]
    assert codes(await withdraw(api, stranger, waiting)) == [("NOT_FOUND", "id")]
    assert await rows(database) == before


@pytest.mark.parametrize("state", [one for one in AssessmentState if one != "SUBMITTED"])
async def test_what_is_over_is_neither_confirmed_nor_withdrawn(
    api: Api, database: Database, vault: Vault, team: Team, state: AssessmentState
) -> None:
    key = await make_assessment(database, vault, api.district.mother_id, team.first.id, state)
    before = await rows(database)
    for verb in (confirm, withdraw):
        answer = await verb(api, team.clinical, public_id("assessment", key))
        assert codes(answer) == [("ILLEGAL_TRANSITION", None)]
    assert await rows(database) == before


async def test_tried_only_and_done_once(api: Api, database: Database, team: Team) -> None:
    before = await rows(database)
    tried = await submit(api, team.first, dryRun=True)
    assert (tried["assessment"], tried["userErrors"]) == (None, [])
    assert await rows(database) == before
    given = form(api, idempotencyKey="assessed-1")
    one, again = [
        (await api.data(team.first, SUBMIT, input=given))["assessmentSubmit"] for _ in range(2)
    ]
    assert one["assessment"]["id"] == again["assessment"]["id"]
    given["items"] = items()
    other = (await api.data(team.first, SUBMIT, input=given))["assessmentSubmit"]
    assert codes(other) == [("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")]


async def test_two_confirm_at_once(api: Api, database: Database, team: Team) -> None:
    station = api.actor(Role.STATION)
    other = await make_colleague(database, station, clinical=True)
    waiting = (await submit(api, team.first))["assessment"]["id"]
    answers = await asyncio.gather(*(confirm(api, who, waiting) for who in (team.clinical, other)))
    assert sorted(map(codes, answers)) == [[], [("ILLEGAL_TRANSITION", None)]]
    elder = (await api.data(station, OF_MOTHER, id=mother(api)))["elder"]
    assert (elder["careLevel"], elder["assessment"]["id"]) == ("SEVERE", waiting)


async def test_confirmed_and_withdrawn_at_once(api: Api, team: Team) -> None:
    waiting = (await submit(api, team.first))["assessment"]["id"]
    level = (await api.data(team.first, OF_MOTHER, id=mother(api)))["elder"]["careLevel"]
    won, lost = await asyncio.gather(
        confirm(api, team.clinical, waiting), withdraw(api, team.first, waiting)
    )
    assert sorted(map(codes, (won, lost))) == [[], [("ILLEGAL_TRANSITION", None)]]
    elder = (await api.data(team.first, OF_MOTHER, id=mother(api)))["elder"]
    if codes(won) == []:
        assert (elder["careLevel"], elder["assessment"]["id"]) == ("SEVERE", waiting)
    else:
        assert (elder["careLevel"], elder["assessment"]) == (level, None)


async def test_two_submit_at_once(api: Api, database: Database, team: Team) -> None:
    answers = await asyncio.gather(*(submit(api, who) for who in (team.first, team.clinical)))
    assert sorted(map(codes, answers)) == [[], [("ALREADY_EXISTS", "elderId")]]
    assert len(await rows(database)) == 1

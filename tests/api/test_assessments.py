"""An elder is assessed: the form, the preview, the signatures, and what counts afterwards."""

from datetime import date, timedelta

import asyncpg
import pytest

from domain.access import Role
from domain.assessments.lifecycle import AssessmentState
from domain.calendar import months_later, today
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from tests.api.assessing import (
    LISTED,
    OF_MOTHER,
    SEVERE,
    Team,
    changes,
    confirm,
    confirmed,
    items,
    key_in,
    make_team,
    mother,
    rows,
    submit,
)
from tests.clients import Api
from tests.makers.assessments import make_assessment
from tests.trail import trail

SCALE = """{ assessmentScale { name version most levels { level least }
  parts { code title most items { code title most } } } }"""
PREVIEW = """query ($input: AssessmentPreviewInput!) { assessmentPreview(input: $input) {
  scale total levelByTotal grounds level parts { code points most } } }"""
ANSWERS = "query ($id: ID!) { assessment(id: $id) { level answers { diagnoses } } }"


@pytest.fixture
async def team(database: Database, api: Api) -> Team:
    return await make_team(database, api)


async def test_the_scale_is_a_form_in_the_callers_language(api: Api) -> None:
    said: list[str] = []
    for language in ("zh-CN", "zh-TW", "en"):
        answer = await api.post(Role.FAMILY, SCALE, **{"Accept-Language": language})
        scale = answer["data"]["assessmentScale"]
        assert (scale["name"], scale["version"], scale["most"]) == ("GB/T 42195-2022", "2022", 90)
        assert [part["most"] for part in scale["parts"]] == [32, 15, 28, 15]
        assert sum(len(part["items"]) for part in scale["parts"]) == 26
        said.append(scale["parts"][3]["items"][0]["title"])
    assert said == ["视力", "視力", "Sight"]
    assert scale["levels"] == [
        {"level": "INTACT", "least": 90},
        {"level": "MILD", "least": 66},
        {"level": "MODERATE", "least": 46},
        {"level": "SEVERE", "least": 30},
        {"level": "COMPLETE", "least": 0},
    ]


async def test_a_preview_stores_nothing(api: Api, database: Database) -> None:
    before = await rows(database)
    given = {"assessedOn": today().isoformat(), "items": SEVERE, "diagnoses": ["F00.1"]}
    found = (await api.data(Role.FAMILY, PREVIEW, input=given))["assessmentPreview"]
    assert found == {
        "scale": "GB/T 42195-2022",
        "total": 50,
        "levelByTotal": "MODERATE",
        "grounds": ["DEMENTIA"],
        "level": "SEVERE",
        "parts": [
            {"code": "B.1", "points": 0, "most": 32},
            {"code": "B.2", "points": 7, "most": 15},
            {"code": "B.3", "points": 28, "most": 28},
            {"code": "B.4", "points": 15, "most": 15},
        ],
    }
    assert await rows(database) == before


async def test_items_missing_or_out_of_range_are_named(api: Api, database: Database) -> None:
    given = {"assessedOn": today().isoformat(), "items": items(B_2_4=4)[1:]}
    answer = await api.post(Role.FAMILY, PREVIEW, {"input": given}, **{"Accept-Language": "en"})
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert error["extensions"]["field"] == "items"
    assert "B.1.1 (0–4), B.2.4 (0–3)" in error["message"]


async def test_at_least_two_assessors_one_clinical(
    api: Api, database: Database, team: Team
) -> None:
    event = {"kind": "FALL", "on": today().isoformat()}
    answer = await submit(api, team.first, riskEvents=[event], note="居家评估")
    assert answer["userErrors"] == []
    waiting = answer["assessment"]
    assert (waiting["state"], waiting["total"], waiting["levelByTotal"], waiting["level"]) == (
        *("SUBMITTED", 50, "MODERATE", "SEVERE"),
    )
    assert (waiting["assessorsNeeded"], waiting["clinicalNeeded"]) == (2, 1)
    assert waiting["availableActions"] == ["WITHDRAW"]
    assert waiting["answers"]["grounds"] == ["DEMENTIA"]
    assert waiting["answers"]["items"] == SEVERE
    assert waiting["answers"]["riskEvents"] == [event]
    level = waiting["elder"]["careLevel"]

    # A second one, but none of the two is clinical.
    signed = (await confirm(api, team.second, waiting["id"]))["assessment"]
    assert (signed["state"], signed["elder"]["careLevel"]) == ("SUBMITTED", level)
    (read,) = (await api.data(team.clinical, LISTED, filter={"state": "SUBMITTED"}))["assessments"][
        "nodes"
    ]
    assert read["availableActions"] == ["CONFIRM", "WITHDRAW"]

    counts = (await confirm(api, team.clinical, waiting["id"]))["assessment"]
    assert (counts["state"], counts["elder"]["careLevel"]) == ("CONFIRMED", "SEVERE")
    assert counts["confirmedAt"] is not None
    assert counts["availableActions"] == []
    told = [(step["action"], step["state"], step["clinical"]) for step in counts["history"]]
    assert told == [
        ("SUBMIT", "SUBMITTED", False),
        ("CONFIRM", "SUBMITTED", False),
        ("CONFIRM", "CONFIRMED", True),
    ]
    who = [public_id("account", one.id) for one in (team.first, team.second, team.clinical)]
    assert [step["account"]["id"] for step in counts["history"]] == who
    assert counts["history"][0]["note"] == "居家评估"
    assert await changes(database, waiting["id"]) == ["SUBMITTED", "SUBMITTED", "CONFIRMED"]


async def test_a_new_one_replaces_and_a_confirmed_one_never_changes(
    api: Api, database: Database, database_url: str, team: Team
) -> None:
    old = await confirmed(api, team)
    new = await confirmed(api, team, items=items(), diagnoses=[])
    elder = (await api.data(team.first, OF_MOTHER, id=mother(api)))["elder"]
    assert (elder["careLevel"], elder["assessment"]) == (
        "INTACT",
        {"id": new["id"], "level": "INTACT"},
    )
    assert elder["assessments"]["nodes"] == [
        {"id": new["id"], "state": "CONFIRMED", "level": "INTACT"},
        {"id": old["id"], "state": "REPLACED", "level": "SEVERE"},
    ]
    assert await changes(database, old["id"]) == ["SUBMITTED", "CONFIRMED", "REPLACED"]
    sql = await asyncpg.connect(database_url)
    for change in ("total = 1", "level = 'COMPLETE'", "state = 'SUBMITTED', confirmed_at = NULL"):
        for key in (old["id"], new["id"]):
            with pytest.raises(asyncpg.CheckViolationError):
                await sql.execute(f"UPDATE assessment SET {change} WHERE id = $1", key_in(key))
    await sql.close()
    assert (await api.data(team.first, OF_MOTHER, id=mother(api)))["elder"] == elder


async def test_valid_twelve_months_by_the_calendar(
    api: Api, database: Database, vault: Vault, team: Team
) -> None:
    """Its last day is the corresponding one; and the queue has those first that end first."""
    counts = await confirmed(api, team)
    assert counts["validThrough"] == months_later(today(), 12).isoformat()
    district, station, keys = api.district, api.actor(Role.STATION).id, dict[str, str]()
    day = today()
    # On 29 February none is in its last day: a year ago there was no such day.
    last = max(ago for ago in range(363, 370) if _through(ago) >= day)
    over = last + 1
    for elder_id, ago in ((district.neighbour_id, last), (district.ward_id, over)):
        state = AssessmentState.CONFIRMED
        key = await make_assessment(database, vault, elder_id, station, state, days_ago=ago)
        keys[public_id("elder", elder_id)] = public_id("assessment", key)
    neighbour, ward = keys
    for elder, key in ((neighbour, keys[neighbour]), (ward, None)):
        found = (await api.data(Role.ADMIN, OF_MOTHER, id=elder))["elder"]["assessment"]
        assert (found and found["id"]) == key
    soon = {
        "state": "CONFIRMED",
        "expiringBefore": (_through(last) + timedelta(days=1)).isoformat(),
    }
    queue = (await api.data(Role.ADMIN, LISTED, filter=soon))["assessments"]["nodes"]
    assert [one["id"] for one in queue] == [keys[ward], keys[neighbour]]
    soon["expiringBefore"] = _through(last).isoformat()
    queue = (await api.data(Role.ADMIN, LISTED, filter=soon))["assessments"]["nodes"]
    assert [one["id"] for one in queue] == [keys[ward]]


def _through(ago: int) -> date:
    return months_later(today() - timedelta(days=ago), 12)


async def test_what_was_found_is_for_those_who_care_and_who_was_shown_it_is_known(
    api: Api, database: Database, database_url: str, team: Team
) -> None:
    key = (await confirmed(api, team))["id"]
    seen = len(await trail(database, action="read"))
    shown = await api.post(Role.OFFICIAL, ANSWERS, {"id": key})
    assert shown["data"]["assessment"] == {"level": "SEVERE", "answers": None}
    mask = {"path": ["assessment", "answers"], "reason": "NOT_PERMITTED"}
    assert shown["extensions"]["masked"] == [mask]
    assert len(await trail(database, action="read")) == seen
    shown = (await api.data(Role.FAMILY, ANSWERS, id=key))["assessment"]
    assert shown["answers"]["diagnoses"] == ["F00.1"]
    entry = (await trail(database, action="read"))[-1]
    assert (entry.elder_id, entry.fields) == (api.district.mother_id, ["Assessment.answers"])
    sql = await asyncpg.connect(database_url)
    await sql.execute("UPDATE family_link SET health_record_until = NULL")
    await sql.close()
    assert (await api.data(Role.FAMILY, ANSWERS, id=key))["assessment"] is None
    elder = await api.post(Role.FAMILY, OF_MOTHER, {"id": mother(api)})
    assert elder["data"]["elder"]["assessment"] is None
    mask = {"path": ["elder", "assessment"], "reason": "NO_CONSENT"}
    assert mask in elder["extensions"]["masked"]

"""Diagnoses, allergies and medication are dated and sourced, sealed, and never forgotten."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from domain.access import Actor, Role
from domain.calendar import today
from domain.database import Database
from domain.ids import public_id
from tests.api.health import AMLODIPINE, HYPERTENSION, PENICILLIN, ask, done, mother_of, refused
from tests.clients import Api

PAST = date(2026, 3, 1)
WRITERS = (Role.STATION, Role.GUARDIAN, Role.CAREGIVER, Role.ADVISOR)

RECORD = """query ($id: ID!, $on: Date) { elder(id: $id) {
  conditions(asOf: $on) { id code name source } allergies(asOf: $on) { id substance severity }
  medications(asOf: $on) { id name intakes { at amount } }
  conditionHistory { id code until withdrawnAt } allergyHistory { id until withdrawnAt }
  medicationHistory { id since until withdrawnAt intakes { amount } } } }"""

ADDED: dict[str, dict[str, Any]] = {
    "condition": HYPERTENSION,
    "allergy": PENICILLIN,
    "medication": AMLODIPINE,
}
LISTED = {"condition": "conditions", "allergy": "allergies", "medication": "medications"}


@pytest.fixture
async def mother(api: Api, database: Database) -> str:
    """The mother, of whom nothing is known. Returns: her global id."""
    await clear_record(database)
    return mother_of(api)


async def clear_record(database: Database) -> None:
    async with database.transaction("test") as session:
        connection = await session.connection()
        for table in ("elder_condition", "allergy", "medication", "measurement"):
            await connection.exec_driver_sql(f"DELETE FROM {table}")


async def on(api: Api, elder: str, day: date | None = None, who: Role | Actor = Role.ADMIN) -> Any:
    """What the record says of a day."""
    data = await api.data(who, RECORD, id=elder, on=day and str(day))
    return data["elder"]


@pytest.mark.parametrize("thing", ADDED)
async def test_the_record_answers_as_of_a_date(api: Api, mother: str, thing: str) -> None:
    end = PAST + timedelta(days=31)
    days = {"since": str(PAST), "until": str(end)}
    made = await done(api, Role.STATION, f"{thing}Add", elderId=mother, **ADDED[thing], **days)
    assert made["availableActions"][-2:] == ["END", "WITHDRAW"]
    wanted = [(PAST, True), (end - timedelta(days=1), True)]
    for day, held in [(PAST - timedelta(days=1), False), *wanted, (end, False), (None, False)]:
        listed = (await on(api, mother, day))[LISTED[thing]]
        assert [one["id"] for one in listed] == ([made["id"]] if held else [])


@pytest.mark.parametrize("thing", ADDED)
async def test_what_has_ended_did_hold_and_what_was_believed_stays(
    api: Api, mother: str, thing: str
) -> None:
    given = {"elderId": mother, **ADDED[thing], "since": str(PAST)}
    made = await done(api, Role.STATION, f"{thing}Add", **given)
    ended = await done(api, Role.STATION, f"{thing}End", id=made["id"])
    assert (ended["since"], ended["until"]) == (str(PAST), str(today()))
    assert ended["id"] != made["id"]
    assert (await on(api, mother))[LISTED[thing]] == []
    assert [one["id"] for one in (await on(api, mother, PAST))[LISTED[thing]]] == [ended["id"]]
    history = (await on(api, mother))[f"{thing}History"]
    assert [(one["until"], one["withdrawnAt"] is None) for one in history] == [
        (None, False),
        (str(today()), True),
    ]
    # Another day may be said, but not of what has been taken back.
    again = await done(api, Role.STATION, f"{thing}End", id=ended["id"], until=str(PAST + day(9)))
    assert again["until"] == str(PAST + day(9))
    assert await refused(api, Role.STATION, f"{thing}End", id=made["id"]) == (
        "ILLEGAL_TRANSITION",
        None,
    )


@pytest.mark.parametrize("thing", ADDED)
async def test_what_was_entered_wrongly_never_held(api: Api, mother: str, thing: str) -> None:
    given = {"elderId": mother, **ADDED[thing], "since": str(PAST)}
    made = await done(api, Role.STATION, f"{thing}Add", **given)
    gone = await done(api, Role.STATION, f"{thing}Withdraw", id=made["id"])
    assert gone["withdrawnAt"]
    assert gone["withdrawnBy"] == gone["enteredBy"]
    assert gone["availableActions"] == []
    said = await on(api, mother, PAST)
    assert (said[LISTED[thing]], len(said[f"{thing}History"])) == ([], 1)
    assert (await refused(api, Role.STATION, f"{thing}Withdraw", id=made["id"]))[0] == (
        "ILLEGAL_TRANSITION"
    )
    await done(api, Role.STATION, f"{thing}Add", **{**given, "since": str(PAST + day(1))})


SAME = {
    "condition": {"code": " i10 "},
    "allergy": {"substance": "青霉素 ", "kind": "OTHER"},
    "medication": {"name": " 氨氯地平"},
}
OTHER = {
    "condition": {"code": "E11.9"},
    "allergy": {"substance": "花生", "kind": "FOOD"},
    "medication": {"name": "二甲双胍"},
}


@pytest.mark.parametrize("thing", ADDED)
async def test_overlapping_periods_of_one_thing_are_impossible(
    api: Api, mother: str, thing: str
) -> None:
    field, later = f"{thing}Add", PAST + day(31)
    given = {"elderId": mother, **ADDED[thing], "since": str(PAST), "until": str(later)}
    await done(api, Role.STATION, field, **given)
    before = await on(api, mother, PAST)
    for since in (PAST, later - day(1)):
        again = {**given, **SAME[thing], "since": str(since), "until": str(later + day(9))}
        assert (await refused(api, Role.STATION, field, **again))[0] == "ALREADY_EXISTS"
    assert await on(api, mother, PAST) == before
    await done(api, Role.STATION, field, **{**given, "since": str(later), "until": None})
    await done(api, Role.STATION, field, **{**given, **OTHER[thing]})
    neighbour = public_id("elder", api.district.neighbour_id)
    await done(api, Role.STATION, field, **{**given, "elderId": neighbour})


@pytest.mark.parametrize("thing", ADDED)
async def test_of_many_who_enter_the_same_at_once_one_does(
    api: Api, mother: str, thing: str
) -> None:
    given = {"elderId": mother, **ADDED[thing]}
    answers = await asyncio.gather(
        *(ask(api, Role.STATION, f"{thing}Add", **given) for _ in range(8))
    )
    codes = [error["code"] for answer in answers for error in answer["userErrors"]]
    assert codes == ["ALREADY_EXISTS"] * 7
    made = next(answer["object"]["id"] for answer in answers if answer["object"])
    answers = await asyncio.gather(
        *(ask(api, Role.STATION, f"{thing}Withdraw", id=made) for _ in range(8))
    )
    codes = [error["code"] for answer in answers for error in answer["userErrors"]]
    assert codes == ["ILLEGAL_TRANSITION"] * 7


@pytest.mark.parametrize(
    ("given", "code", "name"),
    [
        ({"code": "f001", "name": "晚发型阿尔茨海默病性痴呆"}, "F00.1", "晚发型阿尔茨海默病性痴呆"),
        ({"code": "Ｉ10.X00"}, "I10.x00", "I10.x00"),
        ({"code": "M17.9"}, "M17.9", "M17.9"),
    ],
    ids=["without its point", "wide", "usual"],
)
async def test_codes_are_written_in_one_way(
    api: Api, mother: str, given: Any, code: str, name: str
) -> None:
    made = await done(api, Role.STATION, "conditionAdd", elderId=mother, source="门诊", **given)
    assert (made["code"], made["name"], made["source"]) == (code, name, "门诊")


REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "no code": ("condition", {"code": "high"}, "code"),
    "a code too long": ("condition", {"code": "I10.x0000000000"}, "code"),
    "no source": ("condition", {"source": " "}, "source"),
    "an empty name": ("condition", {"name": ""}, "name"),
    "before birth": ("condition", {"since": "1900-01-01"}, "since"),
    "ends as it begins": ("condition", {"since": str(PAST), "until": str(PAST)}, "until"),
    "no substance": ("allergy", {"substance": "\n"}, "substance"),
    "a long reaction": ("allergy", {"reaction": "痒" * 201}, "reaction"),
    "no name": ("medication", {"name": " "}, "name"),
    "nobody": ("medication", {"prescribedBy": ""}, "prescribedBy"),
    "no dose": ("medication", {"intakes": []}, "intakes"),
    "no time": ("medication", {"intakes": [{"amount": "1"}]}, "intakes"),
    "no clock": ("medication", {"intakes": [{"at": "24:00", "amount": "1"}]}, "intakes"),
    "twice at a time": ("medication", {"intakes": [{"at": "08:00", "amount": "1"}] * 2}, "intakes"),
    "nothing": ("medication", {"intakes": [{"at": "08:00", "amount": "0"}]}, "intakes"),
    "no number": ("medication", {"intakes": [{"at": "08:00", "amount": "NaN"}]}, "intakes"),
    "too much": (
        "medication",
        {"intakes": [{"at": "08:00", "amount": "1E+30"}]},
        "intakes",
    ),
    "too fine": ("medication", {"intakes": [{"at": "08:00", "amount": "0.0011"}]}, "intakes"),
    "as needed at a time": ("medication", {"frequency": "AS_NEEDED"}, "intakes"),
    "a long note": ("medication", {"note": "饭" * 201}, "note"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_an_entry_cannot_be(api: Api, mother: str, case: str) -> None:
    await is_refused(api, mother, *REFUSED[case])


@pytest.mark.parametrize("thing", ["condition", "allergy"])
async def test_what_begins_tomorrow_is_not_known_yet(api: Api, mother: str, thing: str) -> None:
    tomorrow = today() + timedelta(days=1)
    await is_refused(api, mother, thing, {"since": str(tomorrow)}, "since")


async def is_refused(api: Api, mother: str, thing: str, given: dict[str, Any], field: str) -> None:
    """An entry, for one of its fields, and nothing is entered."""
    wanted = {"elderId": mother, **ADDED[thing], **given}
    assert await refused(api, Role.STATION, f"{thing}Add", **wanted) == ("INVALID_INPUT", field)
    assert (await on(api, mother))[f"{thing}History"] == []


async def test_each_dose_of_a_day_has_its_amount(api: Api, mother: str) -> None:
    intakes = [{"at": "18:30", "amount": "6"}, {"at": "07:30", "amount": "10.5"}]
    insulin = {**AMLODIPINE, "name": "胰岛素", "unit": "INTERNATIONAL_UNIT", "intakes": intakes}
    made = await done(api, Role.STATION, "medicationAdd", elderId=mother, note="饭前", **insulin)
    assert made["intakes"] == intakes[::-1]
    assert (made["unit"], made["note"]) == ("INTERNATIONAL_UNIT", "饭前")
    asked = {"frequency": "AS_NEEDED", "intakes": [{"amount": "0.5"}]}
    needed = {**AMLODIPINE, "name": "硝酸甘油", **asked}
    made = await done(api, Role.STATION, "medicationAdd", elderId=mother, **needed)
    assert made["intakes"] == [{"at": None, "amount": "0.5"}]


async def test_a_dose_changes_from_a_day_on(api: Api, mother: str) -> None:
    given = {"elderId": mother, **AMLODIPINE, "since": str(PAST), "until": str(PAST + day(60))}
    first = await done(api, Role.STATION, "medicationAdd", **given)
    two = {key: one for key, one in AMLODIPINE.items() if key != "name"}
    two["intakes"] = [{"at": "08:00", "amount": "2"}]
    change = {"id": first["id"], **two}
    for since in (PAST - day(1), PAST + day(60)):
        error = await refused(api, Role.STATION, "medicationChange", **change, since=str(since))
        assert error == ("INVALID_INPUT", "since")
    second = await done(api, Role.STATION, "medicationChange", **change, since=str(PAST + day(10)))
    assert (second["name"], second["since"], second["until"]) == (
        "氨氯地平",
        str(PAST + day(10)),
        str(PAST + day(60)),
    )
    for ahead, amount in ((9, "1"), (10, "2")):
        (taken,) = (await on(api, mother, PAST + day(ahead)))["medications"]
        assert [one["amount"] for one in taken["intakes"]] == [amount]
    # From its first day on: nothing is left of how it was entered but the history.
    third = await done(
        api,
        Role.STATION,
        "medicationChange",
        **{**two, "id": second["id"], "intakes": [{"at": "09:00", "amount": "3"}]},
        since=second["since"],
    )
    (taken,) = (await on(api, mother, PAST + day(10)))["medications"]
    assert taken["id"] == third["id"]
    history = (await on(api, mother))["medicationHistory"]
    assert [one["withdrawnAt"] is None for one in history].count(True) == 2
    assert len(history) == 4


async def test_a_dry_run_and_a_second_try_leave_one_entry(
    api: Api, database: Database, mother: str
) -> None:
    given = {"elderId": mother, **PENICILLIN}
    assert (await ask(api, Role.STATION, "allergyAdd", **given, dryRun=True)) == {
        "object": None,
        "userErrors": [],
    }
    made = [
        await done(api, Role.STATION, "allergyAdd", **given, idempotencyKey="k1") for _ in range(2)
    ]
    assert made[0] == made[1]
    assert len((await on(api, mother))["allergyHistory"]) == 1


def day(days: int) -> timedelta:
    return timedelta(days=days)

"""What was measured: once however often it is sent, and between bounds."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.access import Role
from domain.calendar import now
from domain.database import Database
from domain.devices.models import Device, Telemetry
from domain.health.kinds import KINDS, MeasurementKind
from domain.ids import public_id
from tests.api.health import ask, done, refused
from tests.api.measuring import (
    BEGAN,
    PRESSURE,
    WEIGHT,
    listed,
    newest,
)
from tests.api.measuring import mother as mother
from tests.clients import Api
from tests.makers.health import make_measurements


async def test_a_visit_is_entered_at_once_and_sent_twice_it_is_there_once(
    api: Api, mother: str
) -> None:
    glucose = {"kind": "GLUCOSE_FASTING", "value": 6.14, "takenAt": str(BEGAN)}
    given = {"elderId": mother, "measurements": [PRESSURE, WEIGHT, glucose, WEIGHT]}
    for _ in range(2):
        elder = await done(api, Role.STATION, "measurementAdd", **given)
        shown = {one["kind"]: one for one in elder["newestMeasurements"]}
        assert shown.keys() == {"BLOOD_PRESSURE", "WEIGHT", "GLUCOSE_FASTING"}
        assert (shown["BLOOD_PRESSURE"]["value"], shown["BLOOD_PRESSURE"]["diastolic"]) == (135, 85)
        assert shown["BLOOD_PRESSURE"]["unit"] == "mm[Hg]"
        # To as many places as the kind has.
        assert shown["GLUCOSE_FASTING"]["value"] == 6.1
    assert (await listed(api, Role.ADMIN, mother))["totalCount"] == 3
    other = {**given, "measurements": [{**glucose, "value": 5}, {**WEIGHT, "value": 56}]}
    assert await refused(api, Role.STATION, "measurementAdd", **other) == (
        "ALREADY_EXISTS",
        "measurements.0.takenAt",
    )
    assert (await listed(api, Role.ADMIN, mother))["totalCount"] == 3


async def test_of_many_who_send_the_same_at_once_all_are_told_so_and_it_is_there_once(
    api: Api, mother: str
) -> None:
    given = {"elderId": mother, "measurements": [PRESSURE, WEIGHT]}
    answers = await asyncio.gather(
        *(ask(api, Role.STATION, "measurementAdd", **given) for _ in range(8))
    )
    assert [answer["userErrors"] for answer in answers] == [[]] * 8
    assert (await listed(api, Role.ADMIN, mother))["totalCount"] == 2


async def test_of_many_who_measure_at_once_one_value_is_the_newest(api: Api, mother: str) -> None:
    times = [BEGAN + timedelta(minutes=minute) for minute in range(10)]
    await asyncio.gather(
        *(
            done(
                api,
                Role.STATION,
                "measurementAdd",
                elderId=mother,
                measurements=[{**WEIGHT, "value": 50 + place, "takenAt": str(at)}],
            )
            for place, at in enumerate(times)
        )
    )
    assert await newest(api, mother) == {"WEIGHT": 59}


async def test_what_came_late_is_not_the_newest_and_what_is_taken_back_never_was(
    api: Api, mother: str
) -> None:
    def weight(value: float, day: int) -> Any:
        at = str(BEGAN + timedelta(days=day))
        return {"elderId": mother, "measurements": [{**WEIGHT, "value": value, "takenAt": at}]}

    for value, day in ((60, 5), (50, 1), (70, 9)):
        await done(api, Role.STATION, "measurementAdd", **weight(value, day))
    assert await newest(api, mother) == {"WEIGHT": 70}
    (wrong, *_) = (await listed(api, Role.STATION, mother))["nodes"]
    assert (wrong["value"], wrong["availableActions"]) == (70, ["WITHDRAW"])
    gone = await done(api, Role.STATION, "measurementWithdraw", id=wrong["id"])
    assert gone["availableActions"] == []
    assert await newest(api, mother) == {"WEIGHT": 60}
    assert (await refused(api, Role.STATION, "measurementWithdraw", id=wrong["id"]))[0] == (
        "ILLEGAL_TRANSITION"
    )
    values = [
        one["withdrawnAt"] is None for one in (await listed(api, Role.ADMIN, mother))["nodes"]
    ]
    assert values == [False, True, True]
    # The right one, at the same moment.
    await done(api, Role.STATION, "measurementAdd", **weight(61, 9))
    assert await newest(api, mother) == {"WEIGHT": 61}


OUTSIDE: dict[str, tuple[dict[str, Any], str]] = {
    **{
        f"{kind.value} {value}": ({"kind": kind.value, "value": value}, "value")
        for kind, one in KINDS.items()
        if one.diastolic is None
        for value in (one.bounds.least - 0.1, one.bounds.most + 0.1)
    },
    "a high pressure": ({**PRESSURE, "value": 301}, "value"),
    "a low second value": ({**PRESSURE, "diastolic": 19}, "diastolic"),
    "no second value": ({**PRESSURE, "diastolic": None}, "diastolic"),
    "a second value of a weight": ({"diastolic": 80}, "diastolic"),
    "the wrong way round": ({**PRESSURE, "value": 80, "diastolic": 80}, "diastolic"),
    "before birth": ({"takenAt": "1900-01-01T00:00:00Z"}, "takenAt"),
}


@pytest.mark.parametrize("case", OUTSIDE)
async def test_what_nobody_has_is_refused_with_its_place(api: Api, mother: str, case: str) -> None:
    await is_refused(api, mother, *OUTSIDE[case])


async def test_nothing_is_measured_to_come(api: Api, mother: str) -> None:
    later = now() + timedelta(hours=1)
    await is_refused(api, mother, {"takenAt": str(later)}, "takenAt")


async def is_refused(api: Api, mother: str, given: dict[str, Any], field: str) -> None:
    """The second of two, for a field of it, and neither is entered."""
    rows = [{**PRESSURE, "takenAt": "2026-01-02T00:00:00+08:00"}, {**WEIGHT, **given}]
    assert await refused(
        api, Role.STATION, "measurementAdd", elderId=mother, measurements=rows
    ) == ("INVALID_INPUT", f"measurements.1.{field}")
    assert (await listed(api, Role.ADMIN, mother))["totalCount"] == 0


@pytest.mark.parametrize("count", [0, 101])
async def test_one_to_a_hundred_at_once(api: Api, mother: str, count: int) -> None:
    rows = [{**WEIGHT, "takenAt": str(BEGAN + timedelta(hours=place))} for place in range(count)]
    given = {"elderId": mother, "measurements": rows}
    assert await refused(api, Role.STATION, "measurementAdd", **given) == (
        "INVALID_INPUT",
        "measurements",
    )
    if count:
        given["measurements"] = rows[:100]
        await done(api, Role.STATION, "measurementAdd", **given)
        assert (await listed(api, Role.ADMIN, mother))["totalCount"] == 100


async def test_a_device_is_named_where_it_is_seen(api: Api, mother: str) -> None:
    band = public_id("device", api.district.sleep_band_id)
    given = {"elderId": mother, "measurements": [{**WEIGHT, "deviceId": band}]}
    await done(api, Role.STATION, "measurementAdd", **given)
    query = "query ($id: ID!) { measurements(first: 1, elder: $id) { nodes { device { id } } } }"
    shown = (await api.data(Role.STATION, query, id=mother))["measurements"]["nodes"]
    assert shown == [{"device": {"id": band}}]
    for device, code in (
        (public_id("device", UUID(int=1)), "NOT_FOUND"),
        (mother, "INVALID_INPUT"),
    ):
        # The second is named, which is wrong.
        given["measurements"] = [WEIGHT, {**PRESSURE, "deviceId": device}]
        answer = await refused(api, Role.STATION, "measurementAdd", **given)
        assert answer == (code, "measurements.1.deviceId")


async def test_a_device_of_another_elder_has_measured_nothing_of_hers(
    api: Api, database: Database, mother: str
) -> None:
    """Given to the neighbour, the band counts for the day on which it told of her."""
    band, told_at = api.district.sleep_band_id, now() - timedelta(days=2)
    async with database.transaction("test") as session:
        device = await session.get_one(Device, band)
        device.elder_id = api.district.neighbour_id
        told = {"device_id": band, "elder_id": api.district.mother_id, "device_time": told_at}
        session.add(Telemetry(**told, seq=1, received_at=told_at, measures={}))

    def measured(*times: datetime) -> dict[str, Any]:
        one = {**WEIGHT, "deviceId": public_id("device", band)}
        return {"elderId": mother, "measurements": [{**one, "takenAt": str(at)} for at in times]}

    for times in ((now(),), (told_at, told_at - timedelta(days=1))):
        assert await refused(api, Role.STATION, "measurementAdd", **measured(*times)) == (
            "INVALID_INPUT",
            f"measurements.{len(times) - 1}.deviceId",
        )
    assert (await listed(api, Role.ADMIN, mother))["totalCount"] == 0
    await done(api, Role.STATION, "measurementAdd", **measured(told_at))
    assert (await listed(api, Role.ADMIN, mother))["totalCount"] == 1


async def test_an_elder_enters_their_own_and_takes_back_only_that(api: Api, mother: str) -> None:
    await done(api, Role.ELDER, "measurementAdd", elderId=mother, measurements=[PRESSURE])
    await done(api, Role.STATION, "measurementAdd", elderId=mother, measurements=[WEIGHT])
    actions = {
        one["kind"]: (one["id"], one["availableActions"])
        for one in (await listed(api, Role.ELDER, mother))["nodes"]
    }
    own, theirs = actions["BLOOD_PRESSURE"], actions["WEIGHT"]
    assert (own[1], theirs[1]) == (["WITHDRAW"], [])
    assert (await refused(api, Role.ELDER, "measurementWithdraw", id=theirs[0]))[0] == (
        "PERMISSION_DENIED"
    )
    await done(api, Role.ELDER, "measurementWithdraw", id=own[0])


async def test_who_may_not_enter_changes_nothing(api: Api, mother: str) -> None:
    given = {"elderId": mother, "measurements": [WEIGHT]}
    for role, error in (
        (Role.FAMILY, ("PERMISSION_DENIED", None)),
        (Role.DISPATCHER, ("PERMISSION_DENIED", None)),
        (Role.OFFICIAL, ("PERMISSION_DENIED", None)),
        (Role.GUARDIAN, ("NOT_FOUND", "elderId")),
        (Role.VENDOR, ("NOT_FOUND", "elderId")),
    ):
        assert await refused(api, role, "measurementAdd", **given) == error
    assert (await listed(api, Role.ADMIN, mother))["totalCount"] == 0


async def test_a_list_is_of_one_kind_and_time(api: Api, database: Database, mother: str) -> None:
    await make_measurements(database, api.district.mother_id, MeasurementKind.WEIGHT, BEGAN, 5)
    await make_measurements(database, api.district.mother_id, MeasurementKind.HEART_RATE, BEGAN, 5)
    times = {"from": str(BEGAN + timedelta(days=1)), "before": str(BEGAN + timedelta(days=3))}
    found = await listed(api, Role.FAMILY, mother, kind="WEIGHT", **times)
    assert [(one["kind"], one["value"]) for one in found["nodes"]] == [
        ("WEIGHT", 52),
        ("WEIGHT", 51),
    ]
    neighbour = public_id("elder", api.district.neighbour_id)
    assert (await listed(api, Role.ADMIN, neighbour))["totalCount"] == 0

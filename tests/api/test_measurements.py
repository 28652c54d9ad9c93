"""What was measured: once however often it is sent, between bounds, and as a curve."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.access import ConsentScope, Role
from domain.calendar import now
from domain.database import Database
from domain.health.kinds import KINDS, MeasurementKind
from domain.ids import public_id
from tests.api.health import ask, done, mother_of, refused
from tests.clients import Api
from tests.makers.family import link_of, set_scopes
from tests.makers.health import make_measurements
from tests.signals import press
from tests.trail import trail

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
PRESSURE = {"kind": "BLOOD_PRESSURE", "value": 135, "diastolic": 85, "takenAt": str(BEGAN)}
WEIGHT = {"kind": "WEIGHT", "value": 55.25, "takenAt": str(BEGAN)}

SERIES = """query ($id: ID!, $kind: MeasurementKind!, $from: DateTime!, $to: DateTime!, $n: Int) {
  elder(id: $id) { measurementSeries(kind: $kind, from: $from, to: $to, points: $n) {
    kind unit points { at value low high count diastolic diastolicLow diastolicHigh } } } }"""
LIST = """query ($id: ID!, $kind: MeasurementKind, $from: DateTime, $before: DateTime) {
  measurements(first: 9, elder: $id, kind: $kind, takenFrom: $from, takenBefore: $before) {
    totalCount nodes { id kind value takenAt withdrawnAt
      availableActions elder { id } } } }"""
NEWEST = "query ($id: ID!) { elder(id: $id) { newestMeasurements { kind value takenAt } } }"


@pytest.fixture
async def mother(api: Api, database: Database) -> str:
    """The mother, of whom nothing was ever measured. Returns: her global id."""
    async with database.transaction("test") as session:
        await (await session.connection()).exec_driver_sql("DELETE FROM measurement")
    return mother_of(api)


async def series(api: Api, who: Role, elder: str, **asked: Any) -> Any:
    """A curve of the whole of 2026's first hundred days, of weights if nothing else is said."""
    given = {"kind": "WEIGHT", "from": str(BEGAN), "to": str(BEGAN + timedelta(days=100)), **asked}
    data = await api.data(who, SERIES, id=elder, **given)
    return data["elder"]["measurementSeries"]


async def listed(api: Api, who: Role, elder: str, **asked: Any) -> Any:
    return (await api.data(who, LIST, id=elder, **asked))["measurements"]


async def newest(api: Api, elder: str) -> dict[str, float]:
    shown = (await api.data(Role.ADMIN, NEWEST, id=elder))["elder"]["newestMeasurements"]
    return {one["kind"]: one["value"] for one in shown}


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
    "to come": ({"takenAt": str(now() + timedelta(hours=1))}, "takenAt"),
    "before birth": ({"takenAt": "1900-01-01T00:00:00Z"}, "takenAt"),
}


@pytest.mark.parametrize("case", OUTSIDE)
async def test_what_nobody_has_is_refused_with_its_place(api: Api, mother: str, case: str) -> None:
    given, field = OUTSIDE[case]
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
    given["measurements"] = [{**PRESSURE, "deviceId": public_id("device", UUID(int=1))}]
    assert await refused(api, Role.STATION, "measurementAdd", **given) == ("NOT_FOUND", "deviceId")


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


async def test_fewer_values_than_points_are_shown_as_they_are(
    api: Api, database: Database, mother: str
) -> None:
    await make_measurements(database, api.district.mother_id, MeasurementKind.WEIGHT, BEGAN, 20)
    shown = await series(api, Role.FAMILY, mother, n=20)
    assert (shown["kind"], shown["unit"]) == ("WEIGHT", "kg")
    assert [(one["value"], one["low"], one["high"], one["count"]) for one in shown["points"]] == [
        (50 + place, 50 + place, 50 + place, 1) for place in range(20)
    ]
    times = [datetime.fromisoformat(one["at"]) for one in shown["points"]]
    assert times == [BEGAN + timedelta(days=place) for place in range(20)]


async def test_more_are_cut_into_pieces_that_lose_no_peak(
    api: Api, database: Database, mother: str
) -> None:
    await make_measurements(
        database, api.district.mother_id, MeasurementKind.BLOOD_PRESSURE, BEGAN, 100
    )
    shown = (await series(api, Role.FAMILY, mother, kind="BLOOD_PRESSURE", n=10))["points"]
    assert len(shown) == 10
    for place, point in enumerate(shown):
        first = 100 + 10 * place
        assert (point["low"], point["value"], point["high"]) == (first, first + 4.5, first + 9)
        assert (point["diastolicLow"], point["diastolic"], point["diastolicHigh"]) == (
            first - 40,
            first - 35.5,
            first - 31,
        )
        assert point["count"] == 10
        mean = BEGAN + timedelta(days=10 * place + 4.5)
        assert datetime.fromisoformat(point["at"]) == mean


async def test_pieces_without_values_are_no_points(
    api: Api, database: Database, mother: str
) -> None:
    key, kind = api.district.mother_id, MeasurementKind.WEIGHT
    await make_measurements(database, key, kind, BEGAN, 5)
    await make_measurements(database, key, kind, BEGAN + timedelta(days=95), 5)
    shown = (await series(api, Role.FAMILY, mother, n=4))["points"]
    assert [one["count"] for one in shown] == [5, 5]
    # What is taken back is in no curve.
    (last, *_) = (await listed(api, Role.STATION, mother))["nodes"]
    await done(api, Role.STATION, "measurementWithdraw", id=last["id"])
    shown = (await series(api, Role.FAMILY, mother, n=4))["points"]
    assert [one["count"] for one in shown] == [5, 4]


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"n": 1}, "points"), ({"n": 1001}, "points"), ({"to": str(BEGAN)}, "to")],
    ids=["one point", "many points", "no time"],
)
async def test_what_a_curve_cannot_be(api: Api, mother: str, asked: Any, field: str) -> None:
    given = {"kind": "WEIGHT", "from": str(BEGAN), "to": str(now()), "n": 2, **asked}
    answer = await api.post(Role.FAMILY, SERIES, {"id": mother, **given})
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID_INPUT", field)


async def test_the_family_sees_curves_by_consent_and_each_look_is_known(
    api: Api, database: Database, mother: str
) -> None:
    await make_measurements(database, api.district.mother_id, MeasurementKind.WEIGHT, BEGAN, 3)
    assert len((await series(api, Role.FAMILY, mother))["points"]) == 3
    (entry,) = await trail(database, action="read")
    assert (entry.elder_id, entry.fields) == (api.district.mother_id, ["Elder.measurementSeries"])
    await listed(api, Role.FAMILY, mother)
    assert "Measurement.value" in (await trail(database, action="read"))[-1].fields
    link = await link_of(database, api.actor(Role.FAMILY).id, api.district.mother_id)
    await set_scopes(database, link, set(ConsentScope) - {ConsentScope.VITALS})
    assert await series(api, Role.FAMILY, mother) is None
    assert (await listed(api, Role.FAMILY, mother))["totalCount"] == 0
    assert len(await trail(database, action="read")) == 2


async def test_a_desk_sees_them_during_an_incident_and_an_official_never(
    api: Api, database: Database, mother: str
) -> None:
    await make_measurements(database, api.district.mother_id, MeasurementKind.WEIGHT, BEGAN, 3)

    async def shown(role: Role) -> int:
        return len((await series(api, role, mother))["points"])

    assert [await shown(role) for role in (Role.STATION, Role.DISPATCHER, Role.OFFICIAL)] == [
        *(3, 0, 0)
    ]
    assert [one.role for one in await trail(database, action="read")] == [Role.STATION]
    await press(database, api.district)
    assert [await shown(role) for role in (Role.DISPATCHER, Role.OFFICIAL)] == [3, 0]


async def test_the_curves_of_a_page_of_elders_are_one_statement(
    api: Api, database: Database, mother: str
) -> None:
    for key in (api.district.mother_id, api.district.neighbour_id):
        await make_measurements(database, key, MeasurementKind.WEIGHT, BEGAN, 30)
    query = """query ($from: DateTime!, $to: DateTime!) { elders(first: 50) { nodes { id
      measurementSeries(kind: WEIGHT, from: $from, to: $to, points: 3) { points { count } } } } }"""
    times = {"from": str(BEGAN), "to": str(BEGAN + timedelta(days=30))}
    token = api.token(Role.ADMIN)
    answer = await api.http.post(
        api.url,
        json={"query": query, "variables": times},
        headers={"Authorization": f"Bearer {token}", "X-Explain": "1"},
    )
    nodes = answer.json()["data"]["elders"]["nodes"]
    counts = {one["id"]: [p["count"] for p in one["measurementSeries"]["points"]] for one in nodes}
    assert counts[mother] == [10, 10, 10]
    assert sum(map(bool, counts.values())) == 2


async def test_the_family_page_reads_the_record_in_one_query(
    api: Api, database: Database, mother: str
) -> None:
    query = """query ($id: ID!) { elder(id: $id) {
      conditions { code name since } allergies { kind substance severity }
      medications { name unit frequency intakes { at amount } }
      newestMeasurements { kind value diastolic unit takenAt } } }"""
    await make_measurements(database, api.district.mother_id, MeasurementKind.WEIGHT, BEGAN, 3)
    shown = (await api.data(Role.FAMILY, query, id=mother))["elder"]
    (weight,) = shown["newestMeasurements"]
    assert (weight["value"], weight["unit"]) == (52, "kg")


async def test_forms_are_drawn_from_what_is_known_here(api: Api) -> None:
    query = "{ measurementForms { kind unit least most places diastolicLeast diastolicMost } }"
    forms = (await api.data(Role.FAMILY, query))["measurementForms"]
    assert [one["kind"] for one in forms] == [kind.value for kind in MeasurementKind]
    assert forms[0] == {
        "kind": "BLOOD_PRESSURE",
        "unit": "mm[Hg]",
        "least": 50,
        "most": 300,
        "places": 0,
        "diastolicLeast": 20,
        "diastolicMost": 200,
    }

"""What was measured as a curve, for whom, and in how many statements."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.access import ConsentScope, Role
from domain.calendar import now
from domain.database import Database
from domain.health.kinds import MeasurementKind
from tests.api.health import done
from tests.api.measuring import BEGAN, SERIES, listed, series
from tests.api.measuring import mother as mother
from tests.clients import Api
from tests.makers.family import link_of, set_scopes
from tests.makers.health import make_measurements
from tests.signals import press
from tests.trail import trail


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
    [
        ({"n": 1}, "points"),
        ({"n": 1001}, "points"),
        ({"to": str(BEGAN)}, "to"),
        ({"to": str(BEGAN + timedelta(days=3661))}, "to"),
        ({"to": "9999-12-31T23:59:59Z"}, "to"),
    ],
    ids=["one point", "many points", "no time", "more than ten years", "for ever"],
)
async def test_what_a_curve_cannot_be(api: Api, mother: str, asked: Any, field: str) -> None:
    given = {"kind": "WEIGHT", "from": str(BEGAN), "to": str(now()), "n": 2, **asked}
    answer = await api.post(Role.FAMILY, SERIES, {"id": mother, **given})
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID_INPUT", field)


async def test_ten_years_are_a_curve(api: Api, mother: str) -> None:
    shown = await series(api, Role.FAMILY, mother, to=str(BEGAN + timedelta(days=3660)))
    assert shown["points"] == []


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

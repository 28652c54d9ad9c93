"""Thresholds over GraphQL, and what rules would have done with what devices have said."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from devices.mac import Trust
from devices.storing import Store
from domain.access import Role
from domain.database import Database
from domain.devices.kinds import KINDS
from domain.devices.models import DeviceKind
from domain.devices.rule_steps import Reading
from domain.ids import public_id
from domain.thresholds import backtest
from tests.clients import Api
from tests.devices.reported import reported
from tests.devices.wire import MASTER_KEY, names, rows

PUT = """
mutation ($input: RuleThresholdPutInput!) { ruleThresholdPut(input: $input) {
  ruleThreshold { id rule raiseAt clearAt holdSeconds endedAt version region { code }
    elder { id } setBy { id } }
  userErrors { code field } } }
"""
END = """
mutation ($input: RuleThresholdEndInput!) { ruleThresholdEnd(input: $input) {
  ruleThreshold { endedAt } userErrors { code field } } }
"""
LIST = """
{ ruleThresholds(first: 9, filter: {current: true, kind: SLEEP_BAND}) { nodes { id raiseAt } } }
"""
BACKTEST = """
query ($input: RuleBacktestInput!) { ruleBacktest(input: $input) {
  devicesInRegion devices readings complete elderDays
  results { rule type alarms elders perDayPerHundredElders } } }
"""
FAST: dict[str, Any] = {"kind": "SLEEP_BAND", "rule": "tachycardia"}


async def put(api: Api, role: Role, **values: Any) -> Any:
    return (await api.data(role, PUT, input=FAST | values))["ruleThresholdPut"]


async def test_a_divisions_threshold_is_put_replaced_and_taken_back(api: Api) -> None:
    first = await put(api, Role.OFFICIAL, regionCode="330102", raiseAt=130)
    assert first["userErrors"] == []
    assert first["ruleThreshold"]["region"] == {"code": "330102"}
    again = await put(api, Role.OFFICIAL, regionCode="330102", raiseAt=135.5, holdSeconds=90)
    shown = again["ruleThreshold"]
    assert (shown["raiseAt"], shown["clearAt"], shown["holdSeconds"]) == (135.5, None, 90)
    listed = (await api.data(Role.STATION, LIST))["ruleThresholds"]["nodes"]
    assert listed == [{"id": shown["id"], "raiseAt": 135.5}]
    taken = {"id": shown["id"], "expectedVersion": shown["version"]}
    ended = await api.data(Role.OFFICIAL, END, input=taken)
    assert ended["ruleThresholdEnd"]["ruleThreshold"]["endedAt"] is not None
    assert (await api.data(Role.STATION, LIST))["ruleThresholds"]["nodes"] == []
    twice = await api.data(Role.OFFICIAL, END, input={"id": shown["id"]})
    assert twice["ruleThresholdEnd"]["userErrors"] == [{"code": "INVALID_INPUT", "field": "id"}]


@pytest.mark.parametrize(
    ("role", "values", "error"),
    [
        (Role.STATION, {"regionCode": "330102"}, ("PERMISSION_DENIED", None)),
        (Role.OFFICIAL, {"regionCode": "33"}, ("PERMISSION_DENIED", None)),
        (Role.OFFICIAL, {"regionCode": "999"}, ("NOT_FOUND", "regionCode")),
        (Role.OFFICIAL, {}, ("INVALID_INPUT", "elderId")),
        (Role.OFFICIAL, {"regionCode": "330102", "holdSeconds": -1}, ("INVALID_INPUT", None)),
    ],
    ids=["station", "above", "nowhere", "neither", "negative"],
)
async def test_what_is_refused_changes_nothing(
    api: Api, database: Database, role: Role, values: dict[str, Any], error: tuple[str, str | None]
) -> None:
    answer = await put(api, role, raiseAt=130, **values)
    (told,) = answer["userErrors"]
    assert told["code"] == error[0]
    assert error[1] in (None, told["field"])
    assert await rows(database, "SELECT id FROM rule_threshold") == []


async def test_an_elders_own_threshold_is_hers(api: Api) -> None:
    elder_id = public_id("elder", api.district.mother_id)
    given = await put(api, Role.STATION, elderId=elder_id, raiseAt=140, clearAt=130)
    assert given["userErrors"] == []
    assert given["ruleThreshold"]["elder"] == {"id": elder_id}
    assert given["ruleThreshold"]["setBy"] is not None


def minutes(began: datetime, *rates: float) -> list[Reading]:
    return [
        Reading(began + timedelta(minutes=n), n, {"heart_rate": rate, "in_bed": True})
        for n, rate in enumerate(rates)
    ]


async def tried(api: Api, **given: Any) -> Any:
    wanted: dict[str, Any] = {"kind": "SLEEP_BAND", "days": 2, **given}
    return (await api.data(Role.OFFICIAL, BACKTEST, input=wanted))["ruleBacktest"]


def fast(found: Any) -> Any:
    return next(result for result in found["results"] if result["rule"] == "tachycardia")


async def test_a_backtest_counts_what_the_bridge_would_have_raised(
    api: Api, database: Database
) -> None:
    """Two fast stretches of one elder, one of another, above 120 and one of them above 150."""
    one, other = await names(database, DeviceKind.SLEEP_BAND, 2)
    store = Store(database, Trust(MASTER_KEY))
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=5)
    calm = (80, 80)
    for band, rates in (
        (one, (*calm, 160, 160, *calm, 130, 130, *calm)),
        (other, (*calm, 130, 130, *calm)),
    ):
        await store.take([reported(band, reading) for reading in minutes(began, *rates)])
    before = await rows(database, "SELECT sum(xmin::text::bigint) FROM rule_state")
    found = await tried(api)
    assert (found["readings"], found["complete"]) == (16, True)
    assert found["devices"] == found["devicesInRegion"]
    assert fast(found) | {"perDayPerHundredElders": None} == {
        "rule": "tachycardia",
        "type": "TACHYCARDIA",
        "alarms": 3,
        "elders": 2,
        "perDayPerHundredElders": None,
    }
    assert fast(found)["perDayPerHundredElders"] == round(300 / found["elderDays"], 2)
    stricter = await tried(api, thresholds=[{"rule": "tachycardia", "raiseAt": 150}])
    assert (fast(stricter)["alarms"], fast(stricter)["elders"]) == (1, 1)
    assert await rows(database, "SELECT sum(xmin::text::bigint) FROM rule_state") == before


async def test_of_many_readings_whole_devices_are_a_sample(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(database, Trust(MASTER_KEY))
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=20)
    for band in await names(database, DeviceKind.SLEEP_BAND, 3):
        await store.take([reported(band, reading) for reading in minutes(began, 80, 81)])
    monkeypatch.setattr(backtest, "MOST_READINGS", 1)
    found = await tried(api)
    assert (found["readings"], found["complete"]) == (2, False)
    assert found["devices"] < found["devicesInRegion"]
    assert [result["rule"] for result in found["results"]] == [
        rule.name for rule in KINDS[DeviceKind.SLEEP_BAND].watched
    ]


@pytest.mark.parametrize(
    ("role", "given", "code"),
    [
        (Role.STATION, {}, "PERMISSION_DENIED"),
        (Role.OFFICIAL, {"days": 31}, "INVALID_INPUT"),
        (Role.OFFICIAL, {"thresholds": [{"rule": "none", "raiseAt": 1}]}, "INVALID_INPUT"),
    ],
    ids=["station", "days", "rule"],
)
async def test_a_backtest_that_is_refused(
    api: Api, role: Role, given: dict[str, Any], code: str
) -> None:
    answer = await api.post(role, BACKTEST, {"input": {"kind": "SLEEP_BAND", **given}})
    assert answer["errors"][0]["extensions"]["code"] == code

"""Figures of answer times: each is what a slow look at the rows says, and opens these rows."""

import asyncio
import dataclasses
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.access import Actor, Role
from domain.alarms import answer_times
from domain.alarms.models import AlarmPurpose
from domain.calendar import now
from domain.database import Database
from tests.clients import Api
from tests.makers.alarms import make_alarms
from yiyang.district.cast import District

BEGAN = timedelta(hours=2)
STEP = "{ count p50 p90 p95 p99 }"
TARGET = "{ seconds met missed share wanted }"
FIGURES = f"""{{ severity type count answered {STEP} dispatched {STEP} arrived {STEP}
  resolved {STEP} answeredIn {TARGET} arrivedIn {TARGET} }}"""
TIMES = f"""query ($from: DateTime!, $to: DateTime!, $region: String, $purpose: AlarmPurpose!) {{
  answerTimes(from: $from, to: $to, region: $region, purpose: $purpose) {{
    all {FIGURES} bySeverity {FIGURES} byType {FIGURES} }} }}"""
COUNT = "query ($filter: AlarmFilter) { alarms(first: 0, filter: $filter) { totalCount } }"

SEVERITIES, TYPES = ("CRITICAL", "MINOR"), ("SOS", "FEVER")
PERCENTILES = ("p50", "p90", "p95", "p99")
ALARM: dict[str, Any] = {
    "type": "SOS",
    "severity": "CRITICAL",
    "purpose": "REAL",
    "late": False,
    "level": 1,
    "ago": 100,
    **dict.fromkeys(("acknowledged", "dispatched", "arrived", "resolved")),
}

seconds = st.none() | st.sampled_from([0, 59, 60, 61, 180, 181, 600])
ALARMS = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(TYPES),
            "severity": st.sampled_from(SEVERITIES),
            "purpose": st.sampled_from(["REAL", "REAL", "REAL", "DRILL"]),
            "late": st.sampled_from([False, False, False, True]),
            "level": st.sampled_from([0, 1, 1, 1, 3]),
            # Stored long ago, or a moment ago, so that not every time is over.
            "ago": st.sampled_from([7000, 7000, 7000, 100, 10]),
            "acknowledged": seconds,
            "dispatched": seconds,
            "arrived": st.none() | st.sampled_from([300, 899, 900, 901]),
            "resolved": st.none() | st.sampled_from([1, 700, 2000]),
        }
    ),
    max_size=12,
)


def told(alarm: dict[str, Any], what: str) -> int | None:
    return alarm[what] if alarm[what] is None or alarm[what] < alarm["ago"] else None


def answered(alarm: dict[str, Any]) -> int | None:
    first = told(alarm, "acknowledged")
    return told(alarm, "resolved") if first is None else first


def percentile(took: list[int], share: float) -> int | None:
    """The smallest that at least so many are no slower than."""
    ranked = sorted(took)
    return next(
        (one for place, one in enumerate(ranked, 1) if place / len(ranked) >= share - 1e-9), None
    )


def step(took: list[int | None]) -> dict[str, Any]:
    done = [one for one in took if one is not None]
    places = zip(PERCENTILES, (0.5, 0.9, 0.95, 0.99), strict=True)
    return {"count": len(done), **{name: percentile(done, one) for name, one in places}}


def target(within: int, wanted: float | None, pairs: list[tuple[int | None, int]]) -> Any:
    met = sum(1 for took, _ in pairs if took is not None and took <= within)
    missed = sum(1 for took, ago in pairs if (ago if took is None else took) > within)
    share = met / (met + missed) if met + missed else None
    return {"seconds": within, "met": met, "missed": missed, "share": share, "wanted": wanted}


def arrivals(alarms: list[dict[str, Any]]) -> Any:
    met = [one for one in alarms if (told(one, "arrived") or 901) <= 900]
    sent = [one for one in alarms if told(one, "dispatched") is not None]
    over = [
        one
        for one in sent
        if next((t for w in ("arrived", "resolved") if (t := told(one, w)) is not None), one["ago"])
        > 900
    ]
    decided = len(met) + len(over)
    share = len(met) / decided if decided else None
    return {
        "seconds": 900,
        "met": len(met),
        "missed": len(over),
        "share": share,
        "wanted": None,
    }


def figures(alarms: list[dict[str, Any]], **which: Any) -> dict[str, Any]:
    pairs = [(answered(one), one["ago"]) for one in alarms]
    return {
        "severity": None,
        "type": None,
        **which,
        "count": len(alarms),
        "answered": step([took for took, _ in pairs]),
        **{
            name: step([told(one, name) for one in alarms])
            for name in ("dispatched", "arrived", "resolved")
        },
        "answeredIn": [target(60, 0.975, pairs), target(180, 0.99, pairs)],
        "arrivedIn": arrivals(alarms),
    }


def test_figures_are_what_a_slow_look_says(database_url: str, district: District) -> None:
    official = district.players[Role.OFFICIAL]
    actor = Actor(official.account_id, Role.OFFICIAL, official.region_code)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(alarms=ALARMS)
    def figures_agree(alarms: list[dict[str, Any]]) -> None:
        for purpose in ("REAL", "DRILL"):
            found = runner.run(looked(alarms, purpose))
            rows = counted(alarms, purpose)
            assert [shown(one) for one in found] == [
                figures(rows),
                *(
                    figures(those, **{field: name})
                    for field, names in (("severity", SEVERITIES), ("type", TYPES))
                    for name in names
                    if (those := [one for one in rows if one[field] == name])
                ),
            ]

    async def looked(alarms: list[dict[str, Any]], purpose: str) -> list[answer_times.Figures]:
        await connection.execute("DELETE FROM alarm")
        await make_alarms(connection, district.mother_id, alarms)
        period = answer_times.Period(now() - BEGAN, now() + BEGAN, None, AlarmPurpose(purpose))
        return await answer_times.answer_times(database, actor, period)

    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(database_url))
        database = Database(database_url, pool_size=2)
        try:
            figures_agree()
        finally:
            runner.run(database.close())
            runner.run(connection.close())


def counted(alarms: list[dict[str, Any]], purpose: str) -> list[dict[str, Any]]:
    return [
        one for one in alarms if one["purpose"] == purpose and one["level"] >= 1 and not one["late"]
    ]


def shown(found: answer_times.Figures) -> dict[str, Any]:
    """The figures as the oracle has them."""
    targets = [
        {**dataclasses.asdict(one), "share": one.share}
        for one in (*found.answered_in, found.arrived_in)
    ]
    return {
        "severity": found.severity,
        "type": found.type,
        "count": found.count,
        **{
            name: {
                "count": one.count,
                **dict(zip(PERCENTILES, one.percentiles or (None,) * 4, strict=True)),
            }
            for name, one in found.steps.items()
        },
        "answeredIn": targets[:2],
        "arrivedIn": targets[2],
    }


async def test_each_figure_opens_its_rows(api: Api, database_url: str) -> None:
    def alarm(acknowledged: int | None, arrived: int | None, **more: Any) -> dict[str, Any]:
        sent = None if arrived is None else 200
        rest = {"acknowledged": acknowledged, "dispatched": sent, "arrived": arrived}
        return {**ALARM, "ago": 7000, **rest, **more}

    alarms = [alarm(*pair) for pair in ((60, 900), (61, 901), (180, None), (181, None), (None, 7))]
    alarms += [alarm(5, 300, purpose="DRILL"), alarm(5, 300, late=True), alarm(5, 300, level=0)]
    connection = await asyncpg.connect(database_url)
    await make_alarms(connection, api.district.mother_id, alarms)
    await connection.close()
    span = {"from": (now() - BEGAN).isoformat(), "to": (now() + BEGAN).isoformat()}
    answer = (await api.data(Role.OFFICIAL, TIMES, **span, purpose="REAL"))["answerTimes"]
    assert answer["all"] == figures(counted(alarms, "REAL"))
    await opens(api, answer["all"], span, "REAL")


async def opens(api: Api, shown: Any, span: dict[str, str], purpose: str) -> None:
    base = {
        "counted": True,
        "purpose": [purpose],
        "storedFrom": span["from"],
        "storedTo": span["to"],
    }
    opened: list[tuple[int, dict[str, Any]]] = [(shown["count"], {})]
    for one in shown["answeredIn"]:
        opened.append((one["met"], {"answeredWithin": one["seconds"]}))
        opened.append((one["missed"], {"unansweredFor": one["seconds"]}))
    arrived = shown["arrivedIn"]
    opened.append((arrived["met"], {"arrivedWithin": arrived["seconds"]}))
    opened.append((arrived["missed"], {"notArrivedFor": arrived["seconds"]}))
    for count, more in opened:
        page = (await api.data(Role.OFFICIAL, COUNT, filter={**base, **more}))["alarms"]
        assert page["totalCount"] == count, more


@pytest.mark.parametrize("days", [0, -1, 93])
@pytest.mark.parametrize("begins", ["2026-01-01T00:00:00+00:00", "9999-06-01T00:00:00-08:00"])
async def test_a_period_that_is_none_or_too_long_is_refused(
    api: Api, database: Database, days: int, begins: str
) -> None:
    since = datetime.fromisoformat(begins)
    span = {"from": since.isoformat(), "to": (since + timedelta(days=days)).isoformat()}
    answer = await api.post(Role.OFFICIAL, TIMES, {**span, "purpose": "REAL"})
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_no_period_ends_after_the_calendar(api: Api) -> None:
    span = {"from": "9999-12-31T23:59:59-08:00", "to": "9999-12-31T23:59:59-09:00"}
    answer = await api.post(Role.OFFICIAL, TIMES, {**span, "purpose": "REAL"})
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_a_moment_without_an_offset_is_nobodys(api: Api) -> None:
    span = {"from": "2026-01-01", "to": "2026-02-01T00:00:00", "purpose": "REAL"}
    answer = await api.post(Role.OFFICIAL, TIMES, span)
    assert all("with its offset" in error["message"] for error in answer["errors"])
    assert "data" not in answer


async def test_a_desk_has_figures_of_its_own_region_only(api: Api, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await make_alarms(connection, api.district.mother_id, [ALARM])
    await connection.close()
    span = {"from": (now() - BEGAN).isoformat(), "to": (now() + BEGAN).isoformat()}
    for role, region, count in (
        (Role.OFFICIAL, None, 1),
        (Role.OFFICIAL, "44", 0),
        (Role.FAMILY, None, 1),
        (Role.AUDITOR, None, 0),
        (Role.VOLUNTEER, None, 0),
    ):
        asked = {**span, "region": region, "purpose": "REAL"}
        shown = (await api.data(role, TIMES, **asked))["answerTimes"]["all"]
        assert shown["count"] == count, role

"""The demo district's beds and visits: in proportion, and nothing has happened after midnight."""

from datetime import date, timedelta
from itertools import groupby
from typing import Any

import asyncpg
import pytest

from domain.beds.lifecycle import StayState
from domain.calendar import DISTRICT_ZONE
from domain.crypto import Vault
from domain.visits.lifecycle import VISIT_LIFECYCLE, VisitAction, VisitState
from tests.conftest import Template
from tests.yiyang.loaded import ELDERS, MIDNIGHT, TODAY, loaded, number, numbers
from yiyang.district.positions import community_positions

KEY_ELDERS = """(SELECT DISTINCT elder_id FROM elder_tag WHERE until IS NULL AND tag IN (
    'LIVES_ALONE', 'EMPTY_NEST', 'LEFT_BEHIND', 'DISABLED', 'SEVERELY_HANDICAPPED',
    'FAMILY_PLANNING_SPECIAL'))"""
THIS_MONTH, LAST_MONTH = "2026-07", "2026-06"
MONTH = "to_char(scheduled_from AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')"


async def test_three_of_four_beds_are_occupied(thousands: asyncpg.Connection) -> None:
    beds = await number(thousands, "bed")
    assert beds == pytest.approx(0.040 * ELDERS, abs=1)
    states = await numbers(thousands, "state", "bed_stay")
    assert set(states) == {state.value for state in StayState}
    occupied = states["OCCUPIED"] + states["ON_LEAVE"]
    assert 0.70 < occupied / beds < 0.80
    assert states["ON_LEAVE"] + states["CLEANING"] + states["RESERVED"] < 0.15 * occupied
    for state in ("RESERVED", "OCCUPIED"):
        future = await number(
            thousands, "bed_stay WHERE state = $1 AND starts_on > $2", state, TODAY
        )
        assert future == (states[state] if state == "RESERVED" else 0)


async def test_stays_fit_their_bed_and_station(thousands: asyncpg.Connection) -> None:
    rows = await thousands.fetch(
        "SELECT s.*, b.kind, t.region_code AS place, e.region_code AS home, a.station_id,"
        " b.station_id AS house FROM bed_stay s JOIN bed b ON b.id = s.bed_id"
        " JOIN station t ON t.id = b.station_id JOIN elder e ON e.id = s.elder_id"
        " LEFT JOIN account a ON a.id = s.admitted_by"
    )
    assert len(rows) > 100
    for row in rows:
        assert row["region_code"] == row["place"]
        assert row["full_time"] == (row["kind"] != "DAY")
        assert (row["admitted_by"] is None) == (row["state"] in ("HELD", "RESERVED"))
        assert (row["ended_by"] is None) == (row["ends_on"] is None)
        assert max(row["admitted_at"] or MIDNIGHT, row["ended_at"] or MIDNIGHT) <= MIDNIGHT
        if row["kind"] != "INSTITUTION":
            assert row["home"][:9] == row["place"][:9]


async def test_the_frail_lie_in_nursing_beds(thousands: asyncpg.Connection) -> None:
    nursed = await numbers(
        thousands,
        "care_level",
        "bed_stay s JOIN elder e ON e.id = s.elder_id JOIN bed b ON b.id = s.bed_id"
        " WHERE b.nursing AND s.state = 'OCCUPIED'",
    )
    assert set(nursed) == {"MODERATE", "SEVERE", "COMPLETE"}
    severe = nursed["SEVERE"] + nursed["COMPLETE"]
    assert severe > 0.4 * sum(nursed.values())
    everyone = await number(thousands, "elder WHERE care_level IN ('SEVERE', 'COMPLETE')")
    assert severe < everyone, "some are cared for at home"


async def test_each_key_elder_is_due_one_visit_a_month(thousands: asyncpg.Connection) -> None:
    key = await number(thousands, f"{KEY_ELDERS} AS key")
    told = "elder_id IN (SELECT elder_id FROM account WHERE role = 'ELDER')"
    for month in (LAST_MONTH, THIS_MONTH):
        rows = await thousands.fetch(
            f"SELECT elder_id, count(*) FROM visit_task WHERE {MONTH} = $1 AND NOT {told}"
            " GROUP BY elder_id",
            month,
        )
        assert {row["count"] for row in rows} == {1}
        assert len(rows) == key - 1, "all but the mother, whose visits are the story's"
    others = await number(
        thousands, f"visit_task WHERE elder_id NOT IN {KEY_ELDERS} AND NOT {told}"
    )
    assert others == 0


async def test_what_became_of_visits_fits_their_day(thousands: asyncpg.Connection) -> None:
    last = await numbers(thousands, "state", f"visit_task WHERE {MONTH} = '{LAST_MONTH}'")
    assert set(last) == {"VERIFIED", "REJECTED", "REFUSED", "NO_SHOW"}
    assert last["VERIFIED"] > 0.9 * sum(last.values())
    to_come = await numbers(thousands, "state", f"visit_task WHERE scheduled_from > '{MIDNIGHT}'")
    assert set(to_come) == {"OPEN", "CLAIMED"}
    assert min(to_come.values()) > 0.25 * sum(to_come.values())
    now = f"visit_task WHERE {MONTH} = '{THIS_MONTH}' AND scheduled_from < '{MIDNIGHT}'"
    before = await numbers(thousands, "state", now)
    assert set(before) == {"DONE", *last}
    assert before["VERIFIED"] > before["DONE"] > before["NO_SHOW"]


async def test_visits_are_by_day_where_the_elder_lives(
    thousands: asyncpg.Connection,
) -> None:
    rows = await thousands.fetch(
        "SELECT v.*, e.region_code AS home FROM visit_task v JOIN elder e ON e.id = v.elder_id"
    )
    for row in rows:
        begins, ends = (
            row[name].astimezone(DISTRICT_ZONE) for name in ("scheduled_from", "scheduled_to")
        )
        assert begins.date() == ends.date()
        assert begins.hour >= 9
        assert (ends.hour, ends.minute) <= (17, 0)
        assert timedelta(minutes=30) <= ends - begins <= timedelta(hours=1)
        place = community_positions()[row["home"]]
        assert row["region_code"] == row["home"]
        assert (row["longitude"], row["latitude"]) == (place.longitude, place.latitude)
    kinds = await numbers(thousands, "kind", "visit_task")
    assert kinds["HOME"] > 0.7 * len(rows) > kinds["PHONE"] > kinds["VIDEO"] > 0


async def test_the_log_of_a_visit_leads_to_its_state(thousands: asyncpg.Connection) -> None:
    rows = await thousands.fetch(
        "SELECT v.*, l.at, l.action, l.account_id, l.note AS said FROM visit_task v"
        " LEFT JOIN visit_task_log l ON l.task_id = v.id ORDER BY v.id, l.id"
    )
    for _, entries in groupby(rows, key=lambda row: row["id"]):
        log = list(entries)
        visit = log[0]
        state = VisitState.OPEN
        did: dict[str, Any] = {}
        for entry in log:
            if action := entry["action"]:
                # Who was allotted a visit has it as who has claimed it.
                action = VisitAction.CLAIM if action == VisitAction.ALLOT else VisitAction(action)
                state = VISIT_LIFECYCLE.next(state, action)
                did[action.value] = entry["at"]
        assert state.value == visit["state"]
        assert list(did.values()) == sorted(did.values())
        assert max(did.values(), default=MIDNIGHT) <= MIDNIGHT
        assert did.get("CLAIM") == visit["claimed_at"]
        assert did.get("CHECK_IN") == visit["checked_in_at"]
        assert did.get("CHECK_OUT") == visit["checked_out_at"]
        assert did.get("VERIFY", did.get("REJECT")) == visit["verified_at"]
        home = visit["kind"] == "HOME" and "CHECK_IN" in did
        assert (visit["check_in_longitude"] is not None) == home


async def test_visits_are_claimed_by_volunteers_and_verified_by_stations(
    thousands: asyncpg.Connection,
) -> None:
    claimants = await numbers(
        thousands, "a.role", "visit_task v JOIN account a ON a.id = v.claimed_by"
    )
    assert set(claimants) == {"VOLUNTEER"}
    verifiers = await numbers(
        thousands, "a.role", "visit_task v JOIN account a ON a.id = v.verified_by"
    )
    assert set(verifiers) == {"STATION"}
    accounts = await number(
        thousands, "account WHERE role = 'VOLUNTEER' AND region_code = '330102'"
    )
    both = await number(thousands, "volunteer v JOIN account a USING (id) WHERE v.name = a.name")
    assert accounts == both == await number(thousands, "volunteer")


@pytest.mark.parametrize(
    "day", [date(2026, 1, 1), date(2026, 3, 31), date(2027, 2, 1), date(2028, 2, 29)]
)
async def test_a_district_can_be_made_on_any_day(
    cluster: str, template: Template, vault: Vault, day: date
) -> None:
    del template
    async with loaded(cluster, vault, elders=400, today=day) as (opened, cast):
        days = await opened.fetch("SELECT DISTINCT day FROM menu_item ORDER BY day")
        assert [row["day"] for row in days] == [day + timedelta(n) for n in range(-6, 7)]
        begins = await opened.fetchval(
            "SELECT scheduled_from FROM visit_task WHERE id = $1", cast.open_visit_id
        )
        assert begins.astimezone(DISTRICT_ZONE).date() == day + timedelta(1)
        assert await number(opened, "meal_order WHERE subsidy > 0") > 0

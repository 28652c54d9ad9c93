"""The demo district's applications for beds, windows, imports, suggestions and help that was given:
what each list of care shows first."""

from datetime import timedelta
from itertools import groupby

import asyncpg

from domain.admissions.lifecycle import ADMISSION_LIFECYCLE, AdmissionAction, AdmissionState
from domain.allotment.deciding import lot
from domain.calendar import district_day
from domain.imports.lifecycle import ImportState
from tests.yiyang.loaded import MIDNIGHT, number, numbers

MOTHER = "(SELECT elder_id FROM account WHERE role = 'ELDER' ORDER BY id LIMIT 1)"
PLAYER = "(SELECT id FROM account WHERE role = 'VOLUNTEER' ORDER BY id LIMIT 1)"


async def test_applications_are_in_every_state_before_a_bed(thousands: asyncpg.Connection) -> None:
    states = await numbers(thousands, "state", "admission_application")
    begun = {state.value for state in AdmissionState}
    assert set(states) == begun - {"ACCEPTED", "DISCHARGED"}
    homes = await numbers(thousands, "station_id", "admission_application")
    assert len(homes) == 3
    of_mother = await numbers(
        thousands, "state", f"admission_application WHERE elder_id = {MOTHER}"
    )
    assert of_mother == {"SUBMITTED": 1, "DRAFT": 1}


async def test_the_guardian_applied_to_two_homes_and_the_ward_lies_in_one(
    thousands: asyncpg.Connection,
) -> None:
    rows = await thousands.fetch(
        "SELECT p.state, p.station_id = b.station_id AS there, s.state AS stay, s.starts_on,"
        " (SELECT min(at) FROM admission_application_log WHERE application_id = p.id) AS begun,"
        " (SELECT max(at) FROM admission_application_log WHERE application_id = p.id) AS ended"
        " FROM admission_application p JOIN account a ON a.id = p.created_by"
        " LEFT JOIN bed_stay s ON s.id = p.stay_id LEFT JOIN bed b ON b.id = s.bed_id"
        " WHERE a.role = 'GUARDIAN' ORDER BY p.id"
    )
    admitted, withdrawn = rows
    assert (admitted["state"], admitted["there"], admitted["stay"]) == (
        *("ADMITTED", True, "OCCUPIED"),
    )
    assert district_day(admitted["ended"]) == admitted["starts_on"]
    assert (withdrawn["state"], withdrawn["stay"]) == ("WITHDRAWN", None)
    assert admitted["begun"] < withdrawn["ended"] < admitted["ended"]


async def test_an_offer_keeps_a_bed_that_nobody_has(thousands: asyncpg.Connection) -> None:
    rows = await thousands.fetch(
        "SELECT a.state, a.elder_id, a.station_id, s.state AS stay, s.elder_id AS whose,"
        " s.held_until, b.station_id AS house FROM admission_application a"
        " LEFT JOIN bed_stay s ON s.id = a.stay_id LEFT JOIN bed b ON b.id = s.bed_id"
    )
    for row in rows:
        if row["state"] != "OFFERED":
            assert row["stay"] == ("OCCUPIED" if row["state"] == "ADMITTED" else None)
            continue
        assert (row["stay"], row["whose"], row["house"]) == (
            *("HELD", row["elder_id"], row["station_id"]),
        )
        assert timedelta(days=5) < row["held_until"] - MIDNIGHT < timedelta(days=6)
    assert await number(thousands, "bed_stay WHERE state = 'HELD'") == 2


async def test_the_log_of_an_application_leads_to_its_state(thousands: asyncpg.Connection) -> None:
    rows = await thousands.fetch(
        "SELECT a.*, l.at, l.action, l.state AS reached FROM admission_application a"
        " JOIN admission_application_log l ON l.application_id = a.id ORDER BY a.id, l.id"
    )
    for _, entries in groupby(rows, key=lambda row: row["id"]):
        log = list(entries)
        assert (log[0]["action"], log[0]["reached"]) == ("CREATE", "DRAFT")
        state, moments = AdmissionState.DRAFT, [entry["at"] for entry in log]
        for entry in log[1:]:
            state = ADMISSION_LIFECYCLE.next(state, AdmissionAction(entry["action"]))
            assert entry["reached"] == state
        assert log[0]["state"] == state
        assert moments == sorted(moments)
        assert moments[-1] < MIDNIGHT
        assert log[0]["submitted_at"] == (moments[1] if len(moments) > 1 else None)


async def test_one_window_is_open_and_one_was_allotted(thousands: asyncpg.Connection) -> None:
    windows = {row["state"]: row for row in await thousands.fetch("SELECT * FROM visit_window")}
    assert set(windows) == {"OPEN", "ALLOTTED"}
    assert windows["ALLOTTED"]["closes_at"] < MIDNIGHT < windows["OPEN"]["closes_at"]
    rows = await thousands.fetch(
        "SELECT w.seed, w.closes_at, v.claimed_by, v.claimed_at, v.scheduled_from,"
        " v.state AS visit, v.window_id AS into, v.allocation, a.* FROM visit_application a"
        " JOIN visit_window w ON w.id = a.window_id JOIN visit_task v ON v.id = a.task_id"
    )
    for row in rows:
        assert (row["into"], row["allocation"]) == (row["window_id"], "FAIR")
        assert row["closes_at"] < row["scheduled_from"]
        if row["state"] == "APPLIED":
            assert (row["visit"], row["lot"]) == ("OPEN", None)
            continue
        won = row["claimed_by"] == row["volunteer_id"]
        assert row["state"] == ("ALLOTTED" if won else "NOT_ALLOTTED")
        assert row["claimed_at"] == row["closes_at"]
        assert row["lot"] == lot(row["seed"], row["task_id"], row["volunteer_id"])
    assert {row["state"] for row in rows} >= {"APPLIED", "ALLOTTED"}
    players = f"visit_application WHERE volunteer_id = {PLAYER} AND state = 'APPLIED'"
    assert await number(thousands, players) > 0


async def test_one_register_was_entered_and_one_had_faults(thousands: asyncpg.Connection) -> None:
    rows = await thousands.fetch("SELECT * FROM elder_import")
    assert {row["state"] for row in rows} == {ImportState.DONE, ImportState.REFUSED}
    for row in rows:
        bad = await thousands.fetchval(
            "SELECT count(DISTINCT row_number) FROM elder_import_fault WHERE import_id = $1",
            row["id"],
        )
        assert bad == row["bad_row_count"]
        assert row["finished_at"] < MIDNIGHT


async def test_advisors_were_in_touch_and_are_late_with_some(thousands: asyncpg.Connection) -> None:
    rows = await thousands.fetch(
        "SELECT elder_id, max(contacted_at) AS last FROM contact_note GROUP BY elder_id"
    )
    late = [row for row in rows if MIDNIGHT - row["last"] > timedelta(days=30)]
    assert 0.2 < len(late) / len(rows) < 0.8
    assert len(rows) == await number(thousands, "caseload")
    assert (
        await number(
            thousands,
            "contact_note n JOIN caseload c USING (elder_id) WHERE n.contacted_at < c.since",
        )
        == 0
    )


async def test_the_family_has_something_to_answer_to(thousands: asyncpg.Connection) -> None:
    items = "suggestion_item i JOIN suggestion_list l ON l.id = i.list_id"
    assert set(await numbers(thousands, "state", items)) == {"PROPOSED", "ACCEPTED", "DECLINED"}
    mothers = await numbers(thousands, "state", f"{items} WHERE l.elder_id = {MOTHER}")
    assert mothers == {"PROPOSED": 3}


async def test_the_player_was_helped_and_has_set_some_aside(thousands: asyncpg.Connection) -> None:
    states = await numbers(thousands, "state", f"ledger_hold WHERE made_by = {PLAYER}")
    assert states == {"REDEEMED": 1, "HELD": 1}
    spent = await thousands.fetchval(
        "SELECT balance FROM ledger_account WHERE holder = 'REDEEMED' AND currency = 'MINUTES'"
    )
    assert spent == 60


async def test_the_wards_bed_is_fused_and_has_a_code(thousands: asyncpg.Connection) -> None:
    rows = await thousands.fetch(
        "SELECT m.role, m.consented_by, a.role AS who, c.id AS code FROM bed_stay_manager m"
        " JOIN bed_stay s ON s.id = m.stay_id JOIN account a ON a.id = m.account_id"
        " JOIN care_code c ON c.bed_id = s.bed_id AND c.ended_at IS NULL ORDER BY m.id"
    )
    assert [(row["role"], row["who"]) for row in rows] == [
        *(("CARE", "CAREGIVER"), ("REHABILITATION", "ADVISOR")),
    ]
    assert [row["consented_by"] is None for row in rows] == [False, True]
    assert await number(thousands, "bed_stay_package") > 0

"""The demo district's applications for assistance: how many, how far, and step by step."""

from itertools import groupby

import asyncpg
import pytest

from domain.assistance.lifecycle import CASE_LIFECYCLE, CaseAction, CaseState
from domain.assistance.models import AssistanceKind
from domain.assistance.policy import start_clock
from domain.calendar import is_working_day
from tests.yiyang.loaded import ELDERS, MIDNIGHT, number, numbers


async def test_few_have_a_case_and_most_cases_are_under_way(thousands: asyncpg.Connection) -> None:
    states = await numbers(thousands, "state", "assistance_case")
    assert sum(states.values()) / ELDERS == pytest.approx(0.004, abs=0.0016)
    assert {"SUBMITTED", "ACCEPTED", "INVESTIGATING", "REJECTED", "ACTIVE"} <= set(states)
    assert max(states["ACCEPTED"], states["SUBMITTED"]) > states["INVESTIGATING"]
    submitters = await numbers(
        thousands, "a.role", "assistance_case c JOIN account a ON a.id = c.submitted_by"
    )
    assert set(submitters) == {"FAMILY", "GUARDIAN", "STATION", "ADVISOR"}
    assert await number(thousands, "assistance_case WHERE advisor_id IS NULL") > 0


async def test_the_log_of_a_case_leads_to_its_state(thousands: asyncpg.Connection) -> None:
    rows = await thousands.fetch(
        "SELECT c.*, l.at, l.action, l.state AS then, l.account_id, a.role FROM assistance_case c"
        " JOIN assistance_case_log l ON l.case_id = c.id JOIN account a ON a.id = l.account_id"
        " ORDER BY c.id, l.id"
    )
    for _, entries in groupby(rows, key=lambda row: row["id"]):
        log = list(entries)
        case, state = log[0], CaseState.DRAFT
        for entry in log:
            state = CASE_LIFECYCLE.next(state, CaseAction(entry["action"]))
            assert entry["then"] == state.value
            if entry["action"] in ("SUBMIT", "WITHDRAW"):
                assert entry["account_id"] == case["submitted_by"]
            else:
                assert entry["role"] == "OFFICIAL"
        assert state.value == case["state"]
        moments = [entry["at"] for entry in log]
        assert moments == sorted(moments)
        assert moments[0] == case["submitted_at"]
        assert moments[-1] < MIDNIGHT
        check_clock(case)


def check_clock(case: asyncpg.Record) -> None:
    if case["accepted_on"] is None:
        assert case["accepted_by"] is None
        return
    kind, day = AssistanceKind(case["kind"]), case["accepted_on"]
    clock = start_clock(kind, case["region_code"], day)
    assert is_working_day(day)
    assert case["accepted_by"] != case["submitted_by"]
    assert (case["due_on"], case["due_provisional"]) == (clock.due_on, clock.provisional)
    assert case["clock_working_days"] == clock.working_days
    assert (case["policy_pack"], case["clock_source"]) == (clock.policy_pack, clock.source)

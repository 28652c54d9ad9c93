"""The demo district's assessments: the register's levels, each with points that lead to it."""

import asyncpg
import pytest

from domain.access import Role
from domain.assessments.answers import opened
from domain.assessments.models import Assessment
from domain.assessments.scoring import score
from domain.crypto import Vault
from tests.yiyang.loaded import ELDERS, TODAY, numbers


async def test_points_lead_to_the_levels_of_the_register(
    thousands: asyncpg.Connection, vault: Vault
) -> None:
    rows = await thousands.fetch(
        "SELECT a.*, e.care_level FROM assessment a JOIN elder e ON e.id = a.elder_id"
    )
    assert len(rows) / ELDERS == pytest.approx(0.05, abs=0.01)
    for row in rows:
        columns = {name: value for name, value in row.items() if name != "care_level"}
        result = score(opened(vault, Assessment(**columns)))
        assert (result.total, result.by_total, result.level) == (
            *(row["total"], row["level_by_total"], row["level"]),
        )
        assert row["level"] == row["care_level"]
    assert {row["level"] for row in rows} == {row["care_level"] for row in rows}
    assert 0 < sum(row["valid_through"] < TODAY for row in rows) < len(rows) / 4


async def test_who_signed_has_a_certificate(thousands: asyncpg.Connection) -> None:
    states = await numbers(thousands, "state", "assessment")
    assert set(states) == {"SUBMITTED", "CONFIRMED"}
    signed = """
        assessment_log l JOIN assessment a ON a.id = l.assessment_id
        JOIN account s ON s.id = l.account_id
        JOIN assessor c ON c.account_id = l.account_id AND c.clinical = l.clinical
            AND l.at::date BETWEEN c.since AND c.until
    """
    by = await numbers(thousands, "s.role", signed)
    assert by == {
        Role.STATION.value: sum(states.values()),
        Role.CAREGIVER.value: states["CONFIRMED"],
    }

"""What is measured over HTTP, and the curves of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.access import Role
from domain.database import Database
from tests.api.health import mother_of
from tests.clients import Api

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

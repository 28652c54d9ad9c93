"""A violated constraint arrives as one domain error."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import delete, insert, select
from sqlmodel import col

from domain.accounts.models import Relation, Vendor
from domain.alarms.lifecycle import AlarmState
from domain.alarms.models import Alarm, AlarmSeverity, AlarmType
from domain.database import Database
from domain.elders.models import Contact, ElderTag, Tag
from domain.errors import (
    AlarmAlreadyOpen,
    AlreadyExists,
    DomainError,
    InvalidInput,
    StillReferenced,
)
from domain.health.kinds import MeasurementKind
from domain.health.models import ElderCondition, Measurement
from tests.signals import press, sos
from yiyang.district.cast import District


async def refused(database: Database, table: Any, **values: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        async with database.transaction("test") as session:
            await session.execute(insert(table).values(**values))
    return caught.value


async def test_a_second_open_alarm_of_a_type(database: Database, district: District) -> None:
    await press(database, district)
    async with database.transaction("test") as session:
        signal = await sos(session, district)
    error = await refused(
        database,
        Alarm,
        elder_id=signal.elder_id,
        device_id=signal.device_id,
        region_code=signal.region_code,
        type=AlarmType.SOS,
        severity=AlarmSeverity.CRITICAL,
        state=AlarmState.RAISED,
        level=1,
        raised_at=datetime.now(UTC),
        late=False,
    )
    assert isinstance(error, AlarmAlreadyOpen)


async def test_a_second_vendor_of_a_name(database: Database) -> None:
    (name,) = (await database.fetch(select(col(Vendor.name)).limit(1)))[0]
    assert isinstance(await refused(database, Vendor, name=name), AlreadyExists)


async def test_a_tag_that_ends_before_it_begins(database: Database, district: District) -> None:
    error = await refused(
        database,
        ElderTag,
        elder_id=district.mother_id,
        tag=Tag.CHILDLESS,
        since=date(2025, 1, 2),
        until=date(2025, 1, 1),
        source="test",
    )
    assert isinstance(error, InvalidInput)
    assert error.field == "until"


async def test_a_condition_that_ends_before_it_begins(
    database: Database, district: District
) -> None:
    error = await refused(
        database,
        ElderCondition,
        elder_id=district.mother_id,
        since=date(2025, 1, 2),
        until=date(2025, 1, 1),
        code_cipher=b"",
        name_cipher=b"",
    )
    assert isinstance(error, InvalidInput)
    assert error.field == "until"


async def test_a_contact_of_nobody(database: Database, district: District) -> None:
    error = await refused(
        database,
        Contact,
        elder_id=district.daughter_id,
        calling_order=1,
        name="无名",
        relation=Relation.OTHER,
        phone_masked="",
        phone_hash=b"",
        phone_cipher=b"",
    )
    assert isinstance(error, StillReferenced)


_PRESSURE: dict[str, Any] = {
    "kind": MeasurementKind.BLOOD_PRESSURE,
    "taken_at": datetime(2026, 1, 1, tzinfo=UTC),
    "value": 135.0,
    "diastolic": 85.0,
    "newest": True,
}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"diastolic": None}, "diastolic"),
        ({"kind": MeasurementKind.WEIGHT}, "diastolic"),
        ({"diastolic": 135.0}, "diastolic"),
        ({"value": float("inf")}, "value"),
        ({"kind": MeasurementKind.WEIGHT, "diastolic": None, "value": 0.0}, "value"),
        ({"withdrawn_at": datetime(2026, 1, 2, tzinfo=UTC)}, "withdrawn_by"),
    ],
)
async def test_what_no_measurement_is(
    database: Database, district: District, given: dict[str, Any], field: str
) -> None:
    values = {**_PRESSURE, "newest": False, **given}
    error = await refused(database, Measurement, elder_id=district.mother_id, **values)
    assert isinstance(error, InvalidInput)
    assert error.field == field


@pytest.mark.parametrize(
    "given",
    [{"newest": False}, {"taken_at": datetime(2026, 1, 2, tzinfo=UTC)}],
    ids=["of a moment", "that is the newest"],
)
async def test_a_second_measurement(
    database: Database, district: District, given: dict[str, Any]
) -> None:
    async with database.transaction("test") as session:
        await session.execute(delete(Measurement))
        session.add(Measurement(elder_id=district.mother_id, **_PRESSURE))
    error = await refused(
        database, Measurement, elder_id=district.mother_id, **{**_PRESSURE, **given}
    )
    assert isinstance(error, AlreadyExists)

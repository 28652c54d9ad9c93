"""The health record as it lies in the database, written past the service."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from domain.calendar import now, today
from domain.crypto import Vault, place
from domain.database import Database
from domain.health.contents import (
    AllergyContent,
    AllergySeverity,
    Intake,
    MedicationContent,
    MedicationFrequency,
    MedicationUnit,
    about,
    sealed,
)
from domain.health.kinds import MeasurementKind
from domain.health.models import Allergy, AllergyKind, ElderCondition, Measurement, Medication

MANGO = AllergyContent("芒果", "荨麻疹", AllergySeverity.MODERATE, "本人陈述")
CALCIUM = MedicationContent(
    "碳酸钙",
    MedicationUnit.TABLET,
    MedicationFrequency.DAILY,
    (Intake("07:30", Decimal(1)), Intake("18:00", Decimal("0.5"))),
    "社区卫生服务中心",
    "饭后",
)


async def make_health(database: Database, vault: Vault, *elders: UUID) -> None:
    """Of each elder a diagnosis, an allergy, a medication that is over, and three days' values."""
    begun = now().replace(microsecond=0) - timedelta(days=3)
    for elder_id in elders:
        async with database.transaction("test") as session:
            session.add_all(entries_of(vault, elder_id))
        for kind in (MeasurementKind.BLOOD_PRESSURE, MeasurementKind.WEIGHT):
            await make_measurements(database, elder_id, kind, begun, 3)


def entries_of(vault: Vault, elder_id: UUID) -> list[Any]:
    """What is known of an elder, as rows."""
    since = today() - timedelta(days=400)
    texts = {"code_cipher": "K29.5", "name_cipher": "慢性胃炎", "source_cipher": "门诊"}
    said: dict[str, Any] = {
        column: vault.seal(text, place(f"elder_condition.{column}", elder_id))
        for column, text in texts.items()
    }
    return [
        ElderCondition(
            elder_id=elder_id,
            since=since,
            about_hash=about(vault, "elder_condition", elder_id, "K29.5"),
            **said,
        ),
        Allergy(
            elder_id=elder_id,
            kind=AllergyKind.FOOD,
            since=since,
            about_hash=about(vault, "allergy", elder_id, MANGO.substance),
            content_cipher=sealed(vault, "allergy.content_cipher", elder_id, MANGO),
        ),
        Medication(
            elder_id=elder_id,
            since=since,
            until=today() - timedelta(days=1),
            about_hash=about(vault, "medication", elder_id, CALCIUM.name),
            content_cipher=sealed(vault, "medication.content_cipher", elder_id, CALCIUM),
        ),
    ]


async def make_measurements(
    database: Database, elder_id: UUID, kind: MeasurementKind, begun: datetime, days: int
) -> None:
    """A value a day, each one more than the one before: weights from 50 on, pressures from 100 over
    60."""
    pressure = kind is MeasurementKind.BLOOD_PRESSURE
    first = 100 if pressure else 50
    theirs = update(Measurement).where(
        col(Measurement.elder_id) == elder_id, col(Measurement.kind) == kind
    )
    async with database.transaction("test") as session:
        await session.execute(theirs.values(newest=False))
        for day in range(days):
            value = Measurement(
                elder_id=elder_id,
                kind=kind,
                taken_at=begun + timedelta(days=day),
                value=first + day,
                diastolic=first + day - 40 if pressure else None,
                newest=day == days - 1,
            )
            session.add(value)

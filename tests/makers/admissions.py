"""Applications for a bed for tests, inserted past the service."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlmodel import col

from domain.accounts.models import Account
from domain.admissions.lifecycle import AdmissionAction, AdmissionState
from domain.admissions.models import AdmissionApplication, AdmissionApplicationLog
from domain.beds.models import Bed, BedKind
from domain.calendar import now
from domain.database import Database
from domain.stations.models import Station


async def homes_of(database: Database, region: str) -> Sequence[UUID]:
    """Places of care of a region that have beds in their house."""
    found = await database.fetch(
        select(col(Station.id))
        .join(Bed, col(Bed.station_id) == col(Station.id))
        .where(
            col(Bed.kind) == BedKind.INSTITUTION,
            func.starts_with(col(Station.region_code), region),
        )
        .distinct()
        .order_by(col(Station.id))
    )
    return [row[0] for row in found]


async def make_admission(
    database: Database,
    elder_id: UUID,
    station_id: UUID,
    state: AdmissionState = AdmissionState.SUBMITTED,
    **more: Any,
) -> UUID:
    """An application for a bed in a house, and that it was sent to the home.

    Parameters:
        more: other columns.
    """
    region = select(col(Station.region_code)).where(col(Station.id) == station_id)
    account = select(col(Account.id)).order_by(col(Account.id)).limit(1)
    values = {
        "elder_id": elder_id,
        "station_id": station_id,
        "region_code": (await database.fetch(region))[0][0],
        "kind": BedKind.INSTITUTION,
        "state": state,
        "created_by": (await database.fetch(account))[0][0],
        "submitted_at": None if state is AdmissionState.DRAFT else now(),
        **more,
    }
    async with database.transaction("test") as session:
        made = insert(AdmissionApplication).values(values)
        key = (await session.execute(made.returning(col(AdmissionApplication.id)))).scalar_one()
        told = {"action": AdmissionAction.SUBMIT, "state": AdmissionState.SUBMITTED}
        told |= {"application_id": key, "account_id": values["created_by"], "note": "母亲独居"}
        await session.execute(insert(AdmissionApplicationLog).values(told))
    return key


async def make_admissions(database: Database, elders: Sequence[UUID], region: str) -> None:
    """Each of some elders waits at one home, and has written to another."""
    homes = await homes_of(database, region)
    for elder_id in elders:
        await make_admission(database, elder_id, homes[0], AdmissionState.WAITLISTED)
        for home in homes[1:2]:
            await make_admission(database, elder_id, home, AdmissionState.DRAFT)

"""Certificates, training and assignments for tests, inserted past the service."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.calendar import now, today
from domain.caregivers.certificates import NUMBER
from domain.caregivers.models import (
    CareAssignment,
    CareAssignmentKind,
    Certificate,
    CertificateKind,
    TrainingRecord,
)
from domain.crypto import Vault, masked_number, place
from domain.database import Database
from tests.makers.accounts import make_account
from yiyang.district.cast import District

NUMBER_GIVEN = "3301-2026-0042"


async def nobody_is_qualified(database: Database) -> None:
    """Take away whatever the district's caregivers came with."""
    async with database.transaction("test") as session:
        for table in (CareAssignment, Certificate, TrainingRecord):
            await session.execute(delete(table))


async def make_caregiver(database: Database, region_code: str, **columns: Any) -> Actor:
    """Somebody who works in care in a division."""
    wanted = {"name": "顾小满", "region_code": region_code, **columns}
    return await make_account(database, Role.CAREGIVER, **wanted)


async def make_certificate(
    database: Database,
    vault: Vault,
    account_id: UUID,
    kind: CertificateKind,
    *,
    since: date | None = None,
    until: date | None = None,
    **more: Any,
) -> UUID:
    """An account's certificate, good for a year around today unless it says otherwise."""
    async with database.transaction("test") as session:
        account = await session.get_one(Account, account_id)
        values = {
            "region_code": account.region_code,
            "account_id": account_id,
            "kind": kind,
            "grade": 5 if kind is CertificateKind.CAREGIVER else None,
            "number_masked": masked_number(NUMBER_GIVEN),
            "number_cipher": vault.seal(NUMBER_GIVEN, place(NUMBER, account_id)),
            "issued_by": "浙江省人社厅",
            "since": since or today() - timedelta(days=180),
            "until": until or today() + timedelta(days=180),
            "recorded_by": account_id,
            **more,
        }
        made = insert(Certificate).values(values).returning(col(Certificate.id))
        return (await session.execute(made)).scalar_one()


async def make_training(
    database: Database, account_id: UUID, half_hours: int, day: date, **more: Any
) -> UUID:
    """What an account was trained."""
    async with database.transaction("test") as session:
        account = await session.get_one(Account, account_id)
        values = {
            "region_code": account.region_code,
            "account_id": account_id,
            "course": "跌倒预防",
            "half_hours": half_hours,
            "day": day,
            "recorded_by": account_id,
            **more,
        }
        made = insert(TrainingRecord).values(values).returning(col(TrainingRecord.id))
        return (await session.execute(made)).scalar_one()


async def make_assignment(
    database: Database,
    elder_id: UUID,
    account_id: UUID,
    kind: CareAssignmentKind = CareAssignmentKind.PERSONAL_CARE,
    **more: Any,
) -> UUID:
    """A caregiver's, for the last ten days and on."""
    async with database.transaction("test") as session:
        account = await session.get_one(Account, account_id)
        values = {
            "elder_id": elder_id,
            "account_id": account_id,
            "region_code": account.region_code,
            "kind": kind,
            "since": today() - timedelta(days=10),
            "set_by": account_id,
            **more,
        }
        made = insert(CareAssignment).values(values).returning(col(CareAssignment.id))
        return (await session.execute(made)).scalar_one()


async def make_caregivers(database: Database, vault: Vault, district: District) -> None:
    """Beside the district's own: what is withdrawn, over, lapsed or an advisor's."""
    caregiver = district.players[Role.CAREGIVER]
    advisor = district.players[Role.ADVISOR].account_id
    assert caregiver.region_code, "A caregiver works somewhere."
    await make_certificate(database, vault, advisor, CertificateKind.HEALTH)
    withdrawn = {"withdrawn_at": now(), "withdrawn_by": advisor}
    await make_certificate(
        database,
        vault,
        caregiver.account_id,
        CertificateKind.NURSE,
        withdrawn_because="注销",
        **withdrawn,
    )
    await make_training(database, advisor, 8, today())
    await make_training(database, caregiver.account_id, 8, today(), proof="A-1", **withdrawn)
    colleague = await make_caregiver(database, caregiver.region_code)
    for elder_id in (district.mother_id, district.neighbour_id):
        await make_assignment(database, elder_id, colleague.id, CareAssignmentKind.NURSING)
    over = {"until": today(), "ended_at": now(), "ended_by": advisor}
    await make_assignment(
        database, district.ward_id, caregiver.account_id, CareAssignmentKind.COMPANY, **over
    )

"""Assessors and assessments for tests, inserted past the service."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.assessments.answers import sealed
from domain.assessments.lifecycle import AssessmentAction, AssessmentState
from domain.assessments.models import Assessment, AssessmentLog, AssessmentPolicy, Assessor
from domain.assessments.scale import NEWEST
from domain.assessments.scoring import checked, score
from domain.calendar import months_later, now, today
from domain.crypto import Vault
from domain.database import Database
from tests.makers.accounts import make_account
from yiyang.district.cast import District


async def clear_assessments(database: Database) -> None:
    """Take away whatever assessments and assessors the district came with."""
    async with database.transaction("test") as session:
        for table in (AssessmentLog, Assessment, Assessor):
            await session.execute(delete(table))


async def make_assessor(database: Database, account_id: UUID, *, clinical: bool) -> UUID:
    """An account's certificate, good for a year around today."""
    async with database.transaction("test") as session:
        account = await session.get_one(Account, account_id)
        assert account.region_code, "An assessor works somewhere."
        assessor = Assessor(
            region_code=account.region_code,
            account_id=account_id,
            clinical=clinical,
            certificate="330100-2026-0001",
            since=today() - timedelta(days=180),
            until=today() + timedelta(days=180),
            set_by=account_id,
        )
        session.add(assessor)
    return assessor.id


async def make_colleague(database: Database, actor: Actor, *, clinical: bool) -> Actor:
    """Somebody else who assesses where the actor works."""
    async with database.transaction("test") as session:
        account = await session.get_one(Account, actor.id)
        places = {"region_code": account.region_code, "station_id": account.station_id}
    colleague = await make_account(database, actor.role, name="沈静", **places)
    await make_assessor(database, colleague.id, clinical=clinical)
    return colleague


async def make_assessment(
    database: Database,
    vault: Vault,
    elder_id: UUID,
    submitted_by: UUID,
    state: AssessmentState = AssessmentState.SUBMITTED,
    *,
    days_ago: int = 0,
    **points: int,
) -> UUID:
    """An assessment of an elder who can do everything but what is said.

    Parameters:
        points: of items, such as B_1_1.
    """
    day = today() - timedelta(days=days_ago)
    given = {item.code: item.most for item in NEWEST.items()}
    given |= {code.replace("_", "."): some for code, some in points.items()}
    answers = checked(NEWEST, day, given.items(), ["I10"], [])
    result = score(answers)
    signed = state in (AssessmentState.CONFIRMED, AssessmentState.REPLACED)
    values: dict[str, Any] = {"total": result.total, "level_by_total": result.by_total}
    async with database.transaction("test") as session:
        assessment = Assessment(
            elder_id=elder_id,
            scale=NEWEST.name,
            state=state,
            assessed_on=day,
            valid_through=months_later(day, 12),
            level=result.level,
            answers_cipher=sealed(vault, elder_id, answers),
            assessors_needed=2,
            clinical_needed=1,
            submitted_by=submitted_by,
            submitted_at=now(),
            confirmed_at=now() if signed else None,
            **values,
        )
        session.add(assessment)
        await session.flush()
        session.add(
            AssessmentLog(
                assessment_id=assessment.id,
                action=AssessmentAction.SUBMIT,
                state=AssessmentState.SUBMITTED,
                account_id=submitted_by,
                clinical=False,
                note="居家评估",
            )
        )
    return assessment.id


async def make_assessments(database: Database, vault: Vault, district: District) -> None:
    """The mother's and the ward's assessments that wait, count and did once; who made them; and
    what the city, the district and the station's community ask of them; no others are left."""
    await clear_assessments(database)
    station = district.players[Role.STATION].account_id
    caregiver = district.players[Role.CAREGIVER].account_id
    states = AssessmentState
    for elder_id in (district.mother_id, district.ward_id, district.neighbour_id):
        await make_assessment(database, vault, elder_id, station, states.REPLACED, days_ago=400)
        await make_assessment(database, vault, elder_id, station, states.CONFIRMED, days_ago=30)
        await make_assessment(database, vault, elder_id, caregiver, B_1_1=0)
    await make_assessor(database, station, clinical=True)
    await make_assessor(database, caregiver, clinical=False)
    async with database.transaction("test") as session:
        where = select(col(Account.region_code)).where(col(Account.id) == station)
        code = (await session.execute(where)).scalar_one()
        assert code, "A station is somewhere."
        for region in (code[:4], code[:6], code):
            session.add(
                AssessmentPolicy(
                    region_code=region,
                    assessors=2,
                    clinical_assessors=1,
                    valid_months=12,
                    set_by=district.players[Role.ADMIN].account_id,
                )
            )

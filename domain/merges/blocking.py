"""What stands in the way of a merge, as far as the actor may see it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import Actor
from domain.admissions.visibility import admission_application_visible
from domain.advising.visibility import care_need_visible, caseload_visible
from domain.alarms.visibility import alarm_visible, incident_visible
from domain.assessments.visibility import assessment_visible
from domain.assistance.visibility import assistance_case_visible
from domain.beds.visibility import bed_stay_visible
from domain.canteens.visibility import meal_order_visible
from domain.caregivers.visibility import care_assignment_visible
from domain.family.visibility import family_link_visible
from domain.health.visibility import medication_visible
from domain.ids import public_id
from domain.ledger.visibility import ledger_account_visible, ledger_transfer_visible
from domain.rights.visibility import data_request_visible
from domain.row_access import RowAccess
from domain.thresholds.visibility import rule_threshold_visible

SHOWN: Mapping[str, RowAccess] = {
    "admission_application": admission_application_visible,
    "alarm": alarm_visible,
    "assessment": assessment_visible,
    "assistance_case": assistance_case_visible,
    "bed_stay": bed_stay_visible,
    "care_assignment": care_assignment_visible,
    "care_need": care_need_visible,
    "caseload": caseload_visible,
    "data_request": data_request_visible,
    "family_link": family_link_visible,
    "incident": incident_visible,
    "ledger_account": ledger_account_visible,
    "ledger_transfer": ledger_transfer_visible,
    "meal_order": meal_order_visible,
    "medication": medication_visible,
    "rule_threshold": rule_threshold_visible,
}


async def shown(
    session: AsyncSession, actor: Actor, table: Table, keys: Sequence[Any]
) -> list[str]:
    """Global ids of rows that the actor may see, of tables whose rows have any."""
    visible = SHOWN.get(table.name)
    if visible is None:
        return []
    ids = [UUID(one["id"]) for one in keys]
    found = select(table.c["id"]).where(table.c["id"].in_(ids), visible(actor))
    rows = await session.scalars(found.order_by(table.c["id"]))
    return [public_id(table.name, key) for key in rows]

"""What is told upstream of a change: the row as it is now, in a small form with a version.

The least that serves (PIPL, article 6): an elder is her id here, her masked citizen id, and where
she lives; the citizen id itself only where the deployment has agreed to it. Free text, vital signs,
places and reasons of hardship stay here. So do drills, canaries and what concerns equipment alone.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.alarms.log import TOPIC as ALARM
from domain.alarms.models import OF_EQUIPMENT, Alarm, AlarmPurpose
from domain.beds.models import BedStay
from domain.beds.service import TOPIC as BED_STAY
from domain.canteens.models import MealOrder
from domain.canteens.service import TOPIC as MEAL_ORDER
from domain.crypto import Vault
from domain.elders.models import Elder
from domain.ids import public_id
from domain.outbox import OutboxEvent
from domain.visits.models import VisitTask
from domain.visits.moving import TOPIC as VISIT_TASK

VERSION: Final = 1
"""Of the form: it grows by fields without a new one; a field that goes or changes makes one."""

_FACTS: Final[Mapping[str, tuple[Any, Sequence[str]]]] = {
    ALARM: (
        Alarm,
        (
            *("type", "severity", "state", "level", "repeat_count", "late"),
            *("raised_at", "acknowledged_at", "dispatched_at", "arrived_at", "cleared_at"),
            *("resolved_at", "resolve_reason"),
        ),
    ),
    VISIT_TASK: (
        VisitTask,
        ("kind", "state", "scheduled_from", "scheduled_to", "checked_in_at", "checked_out_at"),
    ),
    BED_STAY: (BedStay, ("state", "full_time", "starts_on", "ends_on")),
    MEAL_ORDER: (
        MealOrder,
        ("day", "meal", "state", "delivery", "price", "subsidy", "own_share", "scheme"),
    ),
}

TOPICS: Final = tuple(_FACTS)
"""The outbox's topics that are told of."""


async def told(
    session: AsyncSession, events: Sequence[OutboxEvent], vault: Vault | None
) -> list[dict[str, Any]]:
    """What is told of some changes, in their order; those that stay here are left out.

    Parameters:
        vault: opens citizen ids; they are left out if None.
    """
    subjects = await _subjects(session, events)
    elders = await _elders(session, {row.elder_id for row in subjects.values()})
    found = list[dict[str, Any]]()
    for event in events:
        row = subjects.get((event.topic, event.subject_id))
        if row is not None:
            found.append(_event(event, row, _elder(elders[row.elder_id], vault)))
    return found


async def _subjects(
    session: AsyncSession, events: Sequence[OutboxEvent]
) -> dict[tuple[str, UUID], Any]:
    found = dict[tuple[str, UUID], Any]()
    for topic, (model, _) in _FACTS.items():
        ids = {event.subject_id for event in events if event.topic == topic}
        if not ids:
            continue
        wanted = select(model).where(col(model.id).in_(ids))
        if topic == ALARM:
            wanted = wanted.where(
                col(Alarm.purpose) == AlarmPurpose.REAL,
                col(Alarm.elder_id).is_not(None),
                col(Alarm.type).not_in(OF_EQUIPMENT),
            )
        found |= {(topic, row.id): row for row in await session.scalars(wanted)}
    return found


async def _elders(session: AsyncSession, ids: set[UUID]) -> dict[UUID, Elder]:
    rows = await session.scalars(select(Elder).where(col(Elder.id).in_(ids)))
    return {elder.id: elder for elder in rows}


def _event(event: OutboxEvent, row: Any, elder: dict[str, Any]) -> dict[str, Any]:
    facts = {name: _plain(getattr(row, name)) for name in _FACTS[event.topic][1]}
    return {
        "position": event.position,
        "topic": event.topic,
        "change": event.change,
        "at": event.recorded_at.isoformat(),
        "id": public_id(event.topic, row.id),
        "region": row.region_code,
        "elder": elder,
        "facts": facts,
    }


def _elder(elder: Elder, vault: Vault | None) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": public_id("elder", elder.id),
        "region": elder.region_code,
        "id_number_masked": elder.id_number_masked,
    }
    # Empty after an erasure: there is nothing left to tell.
    if vault is not None and elder.id_number_masked:
        shown["id_number"] = vault.open(elder.id_number_cipher, "elder.id_number_cipher")
    return shown


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value

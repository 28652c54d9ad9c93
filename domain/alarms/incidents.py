"""What people do about all alarms of an incident at once."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import collate, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.alarms.gathering import settle
from domain.alarms.lifecycle import (
    INCIDENT_LIFECYCLE,
    INCIDENT_PERMISSION_FOR,
    AlarmAction,
    AlarmState,
    IncidentAction,
    IncidentState,
)
from domain.alarms.models import Alarm, Incident, ResolveReason
from domain.alarms.service import acknowledged, move, resolved
from domain.alarms.visibility import alarm_visible, incident_visible
from domain.errors import NotFound, PermissionDenied
from domain.versions import check_version


async def acknowledge_all(
    session: AsyncSession, actor: Actor, incident_id: UUID, note: str | None = None
) -> Incident:
    """Take responsibility for all alarms of an incident that are still raised.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed).
    """
    incident, alarms = await _taken(session, actor, incident_id, IncidentAction.ACKNOWLEDGE)
    for alarm in alarms:
        if alarm.state is AlarmState.RAISED:
            await move(session, alarm, AlarmAction.ACKNOWLEDGE)
            acknowledged(session, actor, alarm, note)
    await settle(session, [incident.id])
    return incident


async def resolve_all(
    session: AsyncSession,
    actor: Actor,
    incident_id: UUID,
    reason: ResolveReason,
    note: str | None = None,
    expected_version: int | None = None,
) -> Incident:
    """End all open alarms of an incident, and with them the incident.

    Parameters:
        reason: of each of them.
        expected_version: the incident's when the actor decided; None for whatever it is now.

    Raises: NotFound, PermissionDenied, VersionConflict, IllegalTransition(from, to, allowed),
        InvalidInput.
    """
    incident, alarms = await _taken(
        session, actor, incident_id, IncidentAction.RESOLVE, expected_version
    )
    for alarm in alarms:
        await move(session, alarm, AlarmAction.RESOLVE)
        resolved(session, actor, alarm, reason, note)
    await settle(session, [incident.id])
    return incident


def available_actions(actor: Actor, state: IncidentState) -> list[IncidentAction]:
    """What the actor may do with an incident in a state, in the lifecycle's order."""
    return [
        action
        for action in INCIDENT_LIFECYCLE.actions(state)
        if actor.may(INCIDENT_PERMISSION_FOR[action])
    ]


async def _taken(
    session: AsyncSession,
    actor: Actor,
    incident_id: UUID,
    action: IncidentAction,
    expected_version: int | None = None,
) -> tuple[Incident, Sequence[Alarm]]:
    """An incident of which an action is possible, and its open alarms, all of them locked."""
    # Alarms first, in the order in which bridges lock them.
    of_it = select(Alarm).where(
        col(Alarm.incident_id) == incident_id,
        col(Alarm.state) != AlarmState.RESOLVED,
        alarm_visible(actor),
    )
    ordered = of_it.order_by(collate(col(Alarm.type), "C"), collate(col(Alarm.purpose), "C"))
    alarms = (await session.scalars(ordered.with_for_update(of=Alarm))).all()
    seen = select(Incident).where(col(Incident.id) == incident_id, incident_visible(actor))
    incident = await session.scalar(seen.with_for_update(of=Incident))
    if incident is None:
        raise NotFound("id")
    if not actor.may(INCIDENT_PERMISSION_FOR[action]):
        raise PermissionDenied(action=action.value)
    check_version(incident, expected_version)
    INCIDENT_LIFECYCLE.next(incident.state, action)
    return incident, alarms

"""Whose a device is: given to an elder, taken back into stock.

Nothing goes along: what was received stays with whom the device had been with then (telemetry and
events name her), her alarms stay hers, and rules begin anew (``domain.devices.rule_state``).
"""

from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.devices.models import Device
from domain.devices.visibility import device_visible
from domain.elders.locks import lock_visible_elder
from domain.errors import InvalidInput, NotFound, PermissionDenied
from domain.reasons import Reason


async def assign(session: AsyncSession, actor: Actor, device_id: UUID, elder_id: UUID) -> Device:
    """Give an elder a device: from stock, from a station, or from another elder.

    Who may give devices may take one from stock that they do not see there: they know its id, which
    is printed on it alone.

    Raises: NotFound, PermissionDenied, InvalidInput("id") for one that is out of use, or rings a
        station's test calls.
    """
    device = await _for_update(session, actor, device_id)
    if device.revoked_at is not None:
        raise InvalidInput("id", reason=Reason.DEVICE_REVOKED)
    # So that she is still here when the device is hers.
    await lock_visible_elder(session, actor, elder_id)
    _refuse_canary(device)
    device.elder_id, device.station_id = elder_id, None
    return device


async def unassign(session: AsyncSession, actor: Actor, device_id: UUID) -> Device:
    """Take a device back into stock, from an elder or a station.

    Raises: NotFound, PermissionDenied, InvalidInput("id") for one that rings a station's calls.
    """
    device = await _for_update(session, actor, device_id)
    _refuse_canary(device)
    device.elder_id = device.station_id = None
    return device


async def _for_update(session: AsyncSession, actor: Actor, device_id: UUID) -> Device:
    known = device_visible(actor)
    if actor.may(Permission.DEVICE_ASSIGN):
        in_stock = and_(col(Device.elder_id).is_(None), col(Device.station_id).is_(None))
        known = or_(known, in_stock)
    wanted = select(Device).where(col(Device.id) == device_id, known)
    device = await session.scalar(wanted.with_for_update(of=Device))
    if device is None:
        raise NotFound("id")
    if not actor.may(Permission.DEVICE_ASSIGN):
        raise PermissionDenied("id")
    return device


def _refuse_canary(device: Device) -> None:
    if device.canary:
        raise InvalidInput("id", reason=Reason.NOT_CONSISTENT)

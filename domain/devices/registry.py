"""Which devices there are, and which of them the broker lets in: an operator's verbs.

A password is derived from the device's id and ``secret_version``
(``domain.devices.credentials``): to count up makes the old one void, to revoke makes any void, for
good.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain import outbox
from domain.accounts.models import Vendor
from domain.audit.service import Act, Source, record
from domain.calendar import now
from domain.devices.models import Device, DeviceKind
from domain.elders.models import Elder
from domain.errors import InvalidInput, NotFound
from domain.outbox import Event
from domain.reasons import Reason
from domain.stations.models import Station

TOPIC: Final = "device"
"""The outbox topic of changes to a device's account: ``ADDED``, ``ROTATED``, ``REVOKED``."""

VALID_DEVICES: Final = "SELECT id, secret_version FROM device WHERE revoked_at IS NULL ORDER BY id"
"""SQL for the devices that a broker lets in."""


@dataclass(frozen=True, slots=True)
class NewDevice:
    """What an operator says of a device; without elder and station it is in stock.

    Parameters:
        vendor: name of its maker.
    """

    kind: DeviceKind
    vendor: str
    elder_id: UUID | None = None
    station_id: UUID | None = None


async def add(session: AsyncSession, wanted: NewDevice) -> Device:
    """A new device.

    Raises: NotFound("vendor", "elder" or "station"), InvalidInput("station") with an elder beside.
    """
    if wanted.elder_id is not None and wanted.station_id is not None:
        raise InvalidInput("station", reason=Reason.NOT_CONSISTENT)
    vendor = select(col(Vendor.id)).where(col(Vendor.name) == wanted.vendor)
    vendor_id = await session.scalar(vendor)
    if vendor_id is None:
        raise NotFound("vendor")
    if wanted.elder_id is not None and await session.get(Elder, wanted.elder_id) is None:
        raise NotFound("elder")
    if wanted.station_id is not None and await session.get(Station, wanted.station_id) is None:
        raise NotFound("station")
    device = Device(
        kind=wanted.kind,
        vendor_id=vendor_id,
        elder_id=wanted.elder_id,
        station_id=wanted.station_id,
    )
    session.add(device)
    await _recorded(session, "device_add", "ADDED", device)
    return device


async def rotate(session: AsyncSession, device_id: UUID) -> Device:
    """Another password for a device: the one it has is void.

    Raises: NotFound, InvalidInput("id") for one that has been revoked.
    """
    device = await _locked(session, device_id)
    if device.revoked_at is not None:
        raise InvalidInput("id", reason=Reason.DEVICE_REVOKED)
    device.secret_version += 1
    await _recorded(session, "device_rotate", "ROTATED", device)
    return device


async def revoke(session: AsyncSession, device_id: UUID) -> Device:
    """A device is never heard again; what it has said stays. The second time changes nothing.

    Raises: NotFound.
    """
    device = await _locked(session, device_id)
    if device.revoked_at is None:
        device.revoked_at = now()
        await _recorded(session, "device_revoke", "REVOKED", device)
    return device


async def listed(
    session: AsyncSession, *, kind: DeviceKind | None, revoked: bool, limit: int
) -> Sequence[Device]:
    """The newest devices, the newest first.

    Parameters:
        kind: only these; all if None.
        revoked: only those that have been revoked; only those that have not, otherwise.
    """
    wanted = select(Device).where(col(Device.revoked_at).is_not(None) == revoked)
    if kind is not None:
        wanted = wanted.where(col(Device.kind) == kind)
    return (await session.scalars(wanted.order_by(col(Device.id).desc()).limit(limit))).all()


async def _locked(session: AsyncSession, device_id: UUID) -> Device:
    device = await session.get(Device, device_id, with_for_update=True)
    if device is None:
        raise NotFound("id")
    return device


async def _recorded(session: AsyncSession, action: str, change: str, device: Device) -> None:
    await session.flush()
    act = Act(action, "device", device.id, device.elder_id)
    record(session, None, Source(), [act])
    outbox.record(session, Event(TOPIC, device.id, change))

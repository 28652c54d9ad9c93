"""What a test call needs: a button at each station, and an account that is shown it."""

from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Role
from domain.accounts.models import Account, Vendor
from domain.devices.models import Device, DeviceKind
from domain.periods import lasting
from domain.stations.models import Station

VENDOR: Final = "颐养巡检"
"""Of this make are the stations' test buttons, and of no other: so whoever is shown its alarms is
shown nobody's call for help."""


class Canary(NamedTuple):
    """A station's test button.

    Parameters:
        secret_version: which of its passwords is valid.
    """

    device_id: UUID
    station_id: UUID
    secret_version: int


async def install(session: AsyncSession) -> int:
    """Give each station a test button that has none, and the account that is shown them.

    Returns: how many stations got one.
    """
    maker = await _maker(session)
    await _account(session, maker)
    without = (
        select(col(Station.id))
        .where(~exists().where(col(Device.station_id) == col(Station.id), col(Device.canary)))
        .order_by(col(Station.id))
    )
    stations = (await session.scalars(without)).all()
    session.add_all(
        Device(kind=DeviceKind.SOS_BUTTON, vendor_id=maker, station_id=station_id, canary=True)
        for station_id in stations
    )
    return len(stations)


async def account(session: AsyncSession) -> UUID | None:
    """The account that is shown the test calls; None where nothing is installed."""
    shown = (
        select(col(Account.id))
        .join(Vendor, col(Vendor.id) == col(Account.vendor_id))
        .where(
            col(Vendor.name) == VENDOR,
            col(Account.role) == Role.VENDOR,
            lasting(col(Account.until), func.now()),
        )
        .order_by(col(Account.id))
        .limit(1)
    )
    return await session.scalar(shown)


async def canaries(session: AsyncSession) -> list[Canary]:
    """All test buttons in use, in the order of their stations."""
    statement = (
        select(col(Device.id), col(Device.station_id), col(Device.secret_version))
        .where(col(Device.canary), col(Device.revoked_at).is_(None))
        .order_by(col(Device.station_id))
    )
    rows = await session.execute(statement)
    return [Canary(device, station, version) for device, station, version in rows if station]


async def _maker(session: AsyncSession) -> UUID:
    await session.execute(insert(Vendor).values(name=VENDOR).on_conflict_do_nothing())
    return (await session.scalars(select(col(Vendor.id)).where(col(Vendor.name) == VENDOR))).one()


async def _account(session: AsyncSession, maker: UUID) -> None:
    if await account(session) is None:
        session.add(Account(name=VENDOR, role=Role.VENDOR, vendor_id=maker))
        await session.flush()

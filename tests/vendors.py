"""The vendors of the district, and who polls for each."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.database import Database
from domain.devices.models import Device
from domain.ids import public_id


async def vendor_of(database: Database, device_id: UUID) -> Actor:
    """The account of the vendor of a device."""
    polls = select(col(Account.id)).where(
        col(Account.role) == Role.VENDOR,
        col(Account.vendor_id).in_(
            select(col(Device.vendor_id)).where(col(Device.id) == device_id)
        ),
    )
    ((account_id,),) = await database.fetch(polls)
    return Actor(account_id, Role.VENDOR)


async def other_vendor(database: Database, vendor: Actor) -> Actor:
    """The account of another vendor who has devices."""
    others = (
        select(col(Account.id))
        .where(col(Account.role) == Role.VENDOR, col(Account.id) != vendor.id)
        .where(col(Account.vendor_id).in_(select(col(Device.vendor_id))))
        .order_by(col(Account.id))
    )
    return Actor((await database.fetch(others))[0][0], Role.VENDOR)


async def devices_of(database: Database, vendor: Actor) -> set[str]:
    """The global ids of a vendor's devices."""
    theirs = (
        select(col(Device.id))
        .join(Account, col(Account.vendor_id) == col(Device.vendor_id))
        .where(col(Account.id) == vendor.id)
    )
    return {public_id("device", key) for (key,) in await database.fetch(theirs)}

"""Which devices a role sees."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, ConsentScope, DataScope, Role
from domain.accounts.models import Account
from domain.devices.models import Device
from domain.elders.visibility import family, of_regions_elders
from domain.row_access import EVERY_ROW, RowAccess, RowRule, region_staff


def _of_own_vendor(actor: Actor) -> Any:
    vendor = select(col(Account.vendor_id)).where(col(Account.id) == actor.id)
    # Not IN: the planner would expect one device of a vendor who has 50,000, and read them all.
    return col(Device.vendor_id) == vendor.scalar_subquery()


device_visible = RowAccess(
    {
        **family(col(Device.elder_id), ConsentScope.ALARMS),
        **region_staff(of_regions_elders(col(Device.elder_id))),
        Role.VENDOR: RowRule("of one's own make", _of_own_vendor, scope=DataScope.DEVICES),
        Role.ADMIN: EVERY_ROW,
    }
)


def on_vendors_device(device_id: Any, scope: DataScope) -> RowRule:
    """Rows that belong to a device of the actor's own make.

    Parameters:
        device_id: the row's column with the device's key.
        scope: the rows' own. So they are not seen with the device: its scope is another.
    """
    return RowRule(
        "of devices of one's own make",
        lambda actor: device_id.in_(select(col(Device.id)).where(_of_own_vendor(actor))),
        scope=scope,
    )

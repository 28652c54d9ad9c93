"""Which devices an actor may see, as SQL predicates."""

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.devices.models import Device
from domain.elders.visibility import of_visible_elder


def device_visible(actor: Actor) -> ColumnElement[bool]:
    """A device is seen by whoever sees its elder, and by its vendor."""
    if actor.role is Role.VENDOR:
        return col(Device.vendor_id).in_(
            select(col(Account.vendor_id)).where(col(Account.id) == actor.id)
        )
    return of_visible_elder(actor, col(Device.elder_id))


def on_vendors_device(actor: Actor, device_id: Any) -> ColumnElement[bool]:
    """Whether a row that belongs to a device belongs to one of the vendor's own."""
    return device_id.in_(select(col(Device.id)).where(device_visible(actor)))

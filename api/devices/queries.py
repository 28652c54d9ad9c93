"""Devices as a list."""

import strawberry
from sqlalchemy import ColumnElement, select
from sqlmodel import col

from api.devices.types import Device
from api.plan.criteria import equal, through, under
from api.plan.declare import ascending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.access import Actor
from domain.devices import models
from domain.elders.models import Elder
from domain.elders.visibility import elder_visible


def _elder_lives_there(actor: Actor, there: ColumnElement[bool]) -> ColumnElement[bool]:
    elders = select(col(Elder.id)).where(there, elder_visible(actor))
    return col(models.Device.elder_id).in_(elders)


@filter_input
class DeviceFilter(Filter):
    """Which devices."""

    region: str | None = through(under(Elder.region_code), _elder_lives_there)
    """Only those of elders in the subtree of the division with this code."""
    kind: models.DeviceKind | None = equal(models.Device.kind)
    """Only this kind."""


@strawberry.type
class DeviceQueries:
    """Root fields on devices."""

    device: Device | None = by_id(
        models.Device, description="A device by id; null if there is none to be seen."
    )
    devices: Connection[Device] = listing(
        models.Device,
        order=ascending(models.Device.id),
        filter=DeviceFilter,
        description="The devices that you may see, in the order of registration.",
    )

"""Devices as a list."""

import strawberry
from sqlalchemy import ColumnElement, select
from sqlmodel import col

from api.describe import input_object
from api.devices.types import Device
from api.plan.declare import ascending
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.access import Actor
from domain.devices import models
from domain.elders.models import Elder
from domain.elders.visibility import elder_visible
from domain.tables import within


@input_object
class DeviceFilter:
    """Which devices."""

    region: str | None = None
    """Only those of elders in the subtree of the division with this code."""
    kind: models.DeviceKind | None = None
    """Only this kind."""

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        """The predicates of the fields that are given."""
        conditions: list[ColumnElement[bool]] = []
        if self.region is not None:
            lives_there = within(col(Elder.region_code), self.region)
            elders = select(col(Elder.id)).where(lives_there, elder_visible(actor))
            conditions.append(col(models.Device.elder_id).in_(elders))
        if self.kind:
            conditions.append(col(models.Device.kind) == self.kind)
        return conditions


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

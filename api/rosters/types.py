"""Shifts and who is on call, as clients see them."""

from datetime import datetime

from api.accounts.types import Account
from api.describe import output
from api.plan.declare import node, one
from api.regions.types import Region
from api.relay import Node
from api.stations.types import Station
from domain.rosters import models
from domain.rosters.visibility import on_call_shift_visible


@node(models.OnCallShift, visible=on_call_shift_visible)
class OnCallShift(Node):
    """Somebody is on call at a place of care, or at a division's desk: told of its alarms first."""

    backup: bool
    """Whether they are called after those who are not."""
    since: datetime
    """From when on."""
    until: datetime
    """Until just before when; the same as `since` for one that was taken off before it began."""
    account: Account | None = one(models.OnCallShift.account_id)
    """Who; null where you may not see them."""
    station: Station | None = one(models.OnCallShift.station_id)
    """At which place of care; null for a division's desk."""
    region: Region = one(models.OnCallShift.region_code)
    """The division whose desk it is, or where the place of care is."""
    set_by: Account | None = one(models.OnCallShift.set_by)
    """Who put them on call; null where you may not see them."""
    version: int
    """How often it has been written; what changes it takes it as `expectedVersion`."""


@output
class OnCall:
    """Somebody who is told of a place's alarms."""

    account: Account | None
    """Who; null where you may not see them."""
    shift: OnCallShift | None
    """Which shift says so. Null where nobody is on call: then all who work there are told."""


@output
class OnCallGap:
    """A time in which nobody is on call."""

    since: datetime
    """From when on."""
    until: datetime
    """Until just before when."""

"""Which alarms an actor may see, as SQL predicates."""

from sqlalchemy import ColumnElement, false
from sqlmodel import col

from domain.access import REGION_ROLES, Actor, Role
from domain.alarms.models import Alarm
from domain.devices.visibility import on_vendors_device
from domain.elders.visibility import of_visible_elder
from domain.tables import within


def alarm_visible(actor: Actor) -> ColumnElement[bool]:
    """An alarm is seen by the staff of the region where it rang, by whoever sees its elder,
    and by the vendor of its device."""
    if actor.role in REGION_ROLES:
        return within(col(Alarm.region_code), actor.region) if actor.region else false()
    if actor.role is Role.VENDOR:
        return on_vendors_device(actor, col(Alarm.device_id))
    return of_visible_elder(actor, col(Alarm.elder_id))

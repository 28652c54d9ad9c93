"""Which devices, and which of their measurements, a role sees."""

from typing import Any

from sqlalchemy import and_, select
from sqlmodel import col

from domain.access import Actor, ConsentScope, DataScope, Role
from domain.accounts.models import Account
from domain.alarms.lifecycle import AlarmState
from domain.alarms.models import Alarm
from domain.devices.models import Device, VitalSign
from domain.elders.visibility import family, of_regions_elders, of_residents
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


def _during_an_incident(elder_id: Any) -> RowRule:
    """Rows of the elders who live in the actor's region, while an alarm of theirs is open."""
    here = of_regions_elders(elder_id)
    alarmed = select(col(Alarm.elder_id)).where(col(Alarm.state) != AlarmState.RESOLVED)
    return RowRule(
        "of the region's elders with an open alarm",
        lambda actor: and_(here.predicate(actor), elder_id.in_(alarmed)),
    )


vital_sign_visible = RowAccess(
    {
        **family(col(VitalSign.elder_id), ConsentScope.VITALS),
        # Who answers an alarm must know them; who only works here has no business with them.
        Role.DISPATCHER: _during_an_incident(col(VitalSign.elder_id)),
        Role.STATION: _during_an_incident(col(VitalSign.elder_id)),
        Role.CAREGIVER: of_residents(col(VitalSign.elder_id)),
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

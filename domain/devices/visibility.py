"""Which devices, and which of their measurements, a role sees."""

from typing import Any

from sqlalchemy import and_, exists, false, or_, select
from sqlmodel import col

from domain.access import Actor, ConsentScope, DataScope, Role
from domain.accounts.models import Account
from domain.alarms.lifecycle import AlarmState
from domain.alarms.models import OF_EQUIPMENT, Alarm, AlarmPurpose
from domain.devices.models import Device, VitalSign
from domain.elders.models import Elder
from domain.elders.visibility import family, of_regions_elders, of_residents
from domain.row_access import EVERY_ROW, RowAccess, RowRule, region_staff
from domain.stations.models import Station
from domain.tables import within


def _of_own_vendor(actor: Actor) -> Any:
    vendor = select(col(Account.vendor_id)).where(col(Account.id) == actor.id)
    # Not IN: the planner would expect one device of a vendor who has 50,000, and read them all.
    return col(Device.vendor_id) == vendor.scalar_subquery()


def _standing_there(actor: Actor) -> Any:
    """In the home of an elder of the region, or in a station there."""
    if not actor.region:
        return false()
    # Not IN: of two sets that are read whole, for a page of few. OFFSET keeps PostgreSQL from
    # making the same of EXISTS.
    home = select(col(Elder.id)).where(
        col(Elder.id) == col(Device.elder_id), within(col(Elder.region_code), actor.region)
    )
    station = select(col(Station.id)).where(
        col(Station.id) == col(Device.station_id), within(col(Station.region_code), actor.region)
    )
    return or_(exists(home.offset(0)), exists(station.offset(0)))


_STANDING_THERE = RowRule(
    "of the region's elders and stations", _standing_there, seen_with=col(Device.elder_id)
)

device_visible = RowAccess(
    {
        **family(col(Device.elder_id), ConsentScope.ALARMS),
        **region_staff(_STANDING_THERE),
        Role.VENDOR: RowRule("of one's own make", _of_own_vendor, scope=DataScope.DEVICES),
        Role.ADMIN: EVERY_ROW,
    }
)


def during_an_incident(elder_id: Any) -> RowRule:
    """Rows of the elders who live in the actor's region, while an alarm of theirs is open that
    tells of them, and not of their devices; a drill, which anybody at a desk may ring, opens
    nothing."""
    here = of_regions_elders(elder_id)
    alarmed = select(col(Alarm.elder_id)).where(
        col(Alarm.state) != AlarmState.RESOLVED,
        col(Alarm.elder_id).is_not(None),
        col(Alarm.type).not_in(OF_EQUIPMENT),
        col(Alarm.purpose) == AlarmPurpose.REAL,
    )
    return RowRule(
        "of the region's elders with an open alarm that is no drill",
        lambda actor: and_(here.predicate(actor), elder_id.in_(alarmed)),
    )


vital_sign_visible = RowAccess(
    {
        **family(col(VitalSign.elder_id), ConsentScope.VITALS),
        # Who answers an alarm must know them; who only works here has no business with them.
        Role.DISPATCHER: during_an_incident(col(VitalSign.elder_id)),
        Role.STATION: during_an_incident(col(VitalSign.elder_id)),
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

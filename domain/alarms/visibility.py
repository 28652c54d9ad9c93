"""Which alarms a role sees."""

from sqlmodel import col

from domain.access import ConsentScope, DataScope, Role
from domain.alarms.models import Alarm
from domain.devices.visibility import on_vendors_device
from domain.elders.visibility import family
from domain.row_access import EVERY_ROW, RowAccess, in_region, region_staff

alarm_visible = RowAccess(
    {
        **family(col(Alarm.elder_id), ConsentScope.ALARMS),
        **region_staff(in_region(col(Alarm.region_code))),
        Role.VENDOR: on_vendors_device(col(Alarm.device_id), DataScope.ALARMS),
        Role.ADMIN: EVERY_ROW,
    }
)

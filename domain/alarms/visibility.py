"""Which alarms and incidents, and what of their log, a role sees."""

from typing import Any

from sqlalchemy import and_, func, or_
from sqlmodel import col

from domain.access import Actor, ConsentScope, DataScope, Role
from domain.alarms.lifecycle import AlarmState
from domain.alarms.models import Alarm, AlarmLog, AlarmPurpose, Incident
from domain.devices.visibility import on_vendors_device
from domain.elders.visibility import family
from domain.row_access import EVERY_ROW, RowAccess, RowRule, in_region, only, region_staff
from domain.visits.lifecycle import KNOWN_AFTERWARDS


def _sent_to(actor: Actor) -> Any:
    over = and_(
        col(Alarm.state) == AlarmState.RESOLVED,
        col(Alarm.resolved_at) <= func.now() - KNOWN_AFTERWARDS,
    )
    return and_(col(Alarm.dispatched_to) == actor.id, ~over)


_SENT = RowRule("that one was sent to, until a day after", _sent_to)

# Nobody is to be frightened by a drill of which they were not told.
_FOR_FAMILY = or_(col(Alarm.purpose) == AlarmPurpose.REAL, col(Alarm.family_too))

# A station's test call a minute is the operator's, who watches the chain; to a desk it is noise.
_FOR_STAFF = col(Alarm.purpose) != AlarmPurpose.CANARY

alarm_visible = RowAccess(
    {
        **{
            role: only(rule, _FOR_FAMILY, "without drills that are not for the family")
            for role, rule in family(col(Alarm.elder_id), ConsentScope.ALARMS).items()
        },
        **region_staff(
            only(in_region(col(Alarm.region_code)), _FOR_STAFF, "without the chain's test calls")
        ),
        Role.VOLUNTEER: _SENT,
        Role.CAREGIVER: _SENT,
        Role.VENDOR: on_vendors_device(col(Alarm.device_id), DataScope.ALARMS),
        Role.ADMIN: EVERY_ROW,
    }
)

# What people wrote while they answered is between them and the family.
alarm_log_visible = alarm_visible.of_roles(set(Role) - {Role.VENDOR}).through(
    col(AlarmLog.alarm_id), col(Alarm.id)
)

incident_visible = RowAccess(
    {
        **{
            role: only(rule, col(Incident.purpose) == AlarmPurpose.REAL, "without those of drills")
            for role, rule in family(col(Incident.elder_id), ConsentScope.ALARMS).items()
        },
        **region_staff(in_region(col(Incident.region_code))),
        Role.ADMIN: EVERY_ROW,
    }
)

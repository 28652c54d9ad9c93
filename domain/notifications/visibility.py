"""Which notifications, permissions and wishes a role sees."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.alarms.models import Alarm
from domain.alarms.visibility import alarm_visible
from domain.notifications.models import Notification, NotificationPreference, PushPermission
from domain.row_access import EVERY_ROW, RowAccess, RowRule, region_staff


def _ones_own(person_id: Any) -> RowRule:
    """Rows of the person who asks, in whichever of their accounts."""

    def predicate(actor: Actor) -> Any:
        person = select(col(Account.person_id)).where(col(Account.id) == actor.id)
        return person_id == person.scalar_subquery()

    return RowRule("one's own", predicate)


_of_regions_alarms = RowRule(
    "of the region's alarms",
    lambda actor: col(Notification.alarm_id).in_(select(col(Alarm.id)).where(alarm_visible(actor))),
    seen_with=col(Notification.alarm_id),
)

notification_visible = RowAccess(
    {
        Role.GUARDIAN: _ones_own(col(Notification.person_id)),
        Role.FAMILY: _ones_own(col(Notification.person_id)),
        **region_staff(_of_regions_alarms),
        Role.ADMIN: EVERY_ROW,
    }
)

_PEOPLE = [role for role in Role if role is not Role.VENDOR]

push_permission_visible = RowAccess(
    dict.fromkeys(_PEOPLE, _ones_own(col(PushPermission.person_id)))
)

notification_preference_visible = RowAccess(
    dict.fromkeys(_PEOPLE, _ones_own(col(NotificationPreference.person_id)))
)

"""Alarms as clients see them."""

from datetime import datetime

import strawberry

from api.accounts.types import Account
from api.alarms.spoken import spoken_text
from api.context import Context
from api.describe import enumeration, output
from api.devices.types import Device
from api.elders.types import Elder
from api.plan.declare import computed, node, one
from api.regions.types import Region
from api.relay import Connection, Node, encode_cursor
from domain.alarms import models
from domain.alarms.lifecycle import AlarmAction, AlarmState
from domain.alarms.service import available_actions
from domain.alarms.visibility import alarm_visible

enumeration(
    models.AlarmType,
    "What happened.",
    SOS="呼救 the elder pressed the button.",
    BRADYCARDIA="心率过低 the heart beats too slowly.",
    TACHYCARDIA="心率过高 the heart beats too fast.",
)

enumeration(
    models.AlarmSeverity,
    "How urgent.",
    CRITICAL="危急 life may be in danger.",
    MAJOR="重要 someone must look at once.",
    MINOR="一般 someone should look today.",
    WARNING="提示 worth knowing.",
)

enumeration(
    AlarmState,
    "Where the people who answer have got to.",
    RAISED="待处理 nobody has answered yet.",
    ACKNOWLEDGED="已确认 someone has taken responsibility.",
    DISPATCHED="已派出 someone is on the way.",
    ARRIVED="已到场 someone is with the elder.",
    RESOLVED="已结束 over.",
)

enumeration(
    AlarmAction,
    "What may be done with an alarm.",
    ACKNOWLEDGE="确认: take responsibility.",
    DISPATCH="派出: send someone.",
    ARRIVE="到场: someone is there.",
    RESOLVE="结束: end it, with a reason.",
)

enumeration(
    models.ResolveReason,
    "What an alarm turned out to be.",
    name="AlarmResolveReason",
    TRUE_ALARM="真实警报.",
    FALSE_ALARM="误报.",
    DRILL="演练.",
    TEST="测试.",
    DEVICE_FAULT="设备故障.",
)

enumeration(
    models.AlarmChange,
    "What befell an alarm.",
    RAISED="A device raised it.",
    REPEATED="A device raised it again while it was open.",
    CLEARED="The condition behind it has ended; it stays open.",
    ESCALATED="Nobody answered in time: it has passed to the next level.",
    ACKNOWLEDGED="Someone took responsibility.",
    DISPATCHED="Someone was sent.",
    ARRIVED="Someone is with the elder.",
    RESOLVED="It is over.",
)


def _actions(alarm: models.Alarm, context: Context) -> list[AlarmAction]:
    return available_actions(context.actor, alarm.state)


@node(models.Alarm, visible=alarm_visible, streamed=True)
class Alarm(Node):
    """A call for help; at most one of a type is open per elder."""

    type: models.AlarmType
    """What happened."""
    severity: models.AlarmSeverity
    """How urgent."""
    state: AlarmState
    """Where the people who answer have got to."""
    level: int
    """Whose it is: 1 family and station, 2 also the street's dispatcher, 3 also the district."""
    raised_at: datetime
    """When it happened, by the device's clock where that can be trusted."""
    stored_at: datetime
    """When it was safely stored."""
    late: bool
    """Whether it came more than 10 minutes after it happened: shown, not dispatched."""
    repeat_count: int
    """How often the device has raised it again since."""
    repeated_at: datetime | None
    """When it last did."""
    cleared_at: datetime | None
    """When the condition behind it ended; a person still has to end the alarm."""
    acknowledged_at: datetime | None
    """When someone took responsibility."""
    dispatched_at: datetime | None
    """When someone was sent."""
    arrived_at: datetime | None
    """When someone was with the elder."""
    resolved_at: datetime | None
    """When it ended."""
    resolve_reason: models.ResolveReason | None
    """What it turned out to be."""
    acknowledged_by: Account | None = one(models.Alarm.acknowledged_by)
    """Who took responsibility; null where nobody has."""
    elder: Elder | None = one(models.Alarm.elder_id)
    """Whose alarm it is; null where you may not see the elder."""
    device: Device | None = one(models.Alarm.device_id)
    """The device that raised it."""
    region: Region = one(models.Alarm.region_code)
    """The community where it rang."""
    spoken_text: str = computed(
        spoken_text, needs=[models.Alarm.type, models.Alarm.raised_at, models.Alarm.state]
    )
    """One sentence to read aloud, in the language of Accept-Language."""
    version: int
    """How often it has been written; `alarmResolve` takes it as `expectedVersion`."""
    available_actions: list[AlarmAction] = computed(_actions, needs=[models.Alarm.state])
    """What you may do with it now."""


@output
class AlarmConnection(Connection[Alarm]):
    """A page of alarms."""

    @strawberry.field(
        description="The stream's cursor as of just before the page was read: subscribe to "
        "`alarmChanged(after:)` with it and miss nothing that the page does not show."
    )
    def stream_cursor(self) -> str:
        """Where to resume from."""
        return encode_cursor([self.stream_position])  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]

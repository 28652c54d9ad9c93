"""Alarms as clients see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.accounts.types import Account
from api.alarms.measures import Measure, Whereabouts, measures, whereabouts
from api.alarms.spoken import spoken_text, title
from api.context import Context
from api.describe import enumeration, output
from api.devices.types import Device
from api.elders.types import Elder
from api.notifications.types import Notification
from api.plan.declare import computed, connection, consented, descending, node, one, record
from api.regions.types import Region
from api.relay import Connection, Node, encode_cursor
from api.stations.types import Station
from domain.access import ConsentScope, Permission
from domain.alarms import models
from domain.alarms.cancelling import cancellable_until
from domain.alarms.lifecycle import AlarmAction, AlarmState
from domain.alarms.service import available_actions
from domain.alarms.visibility import alarm_log_visible, alarm_visible
from domain.notifications.models import Notification as NotificationRow

if TYPE_CHECKING:
    from api.alarms.incidents import Incident

enumeration(
    models.AlarmType,
    "What happened.",
    SOS="呼救 the elder pressed the button.",
    FALL="跌倒 the elder has fallen.",
    SMOKE="烟雾 there is smoke in the home.",
    GAS="燃气泄漏 there is gas in the home.",
    WATER_LEAK="漏水 there is water where none should be.",
    ELECTRICAL_OVERLOAD="用电过载 the home draws more current than its wires bear.",
    BRADYCARDIA="心率过低 the heart beats too slowly.",
    TACHYCARDIA="心率过高 the heart beats too fast.",
    BRADYPNEA="呼吸过慢 the breath is too slow.",
    TACHYPNEA="呼吸过快 the breath is too fast.",
    HYPOXEMIA="血氧过低 the blood carries too little oxygen.",
    HYPERTENSION="血压过高 the blood pressure is too high.",
    HYPOTENSION="血压过低 the blood pressure is too low.",
    FEVER="发热 the body is too warm.",
    HYPOGLYCEMIA="血糖过低 the blood holds too little glucose.",
    HYPERGLYCEMIA="血糖过高 the blood holds too much glucose.",
    NO_MOTION="长时间无活动 nothing has moved in the home for too long.",
    NOT_BACK_IN_BED="离床未归 the elder left the bed at night and is not back.",
    DOOR_LEFT_OPEN="房门未关 the door has stood open for too long.",
    NO_CONSUMPTION="长时间无用电用水 no electricity or water has been used for too long.",
    DEVICE_OFFLINE="设备离线 a device is not heard from any more.",
    UNCOVERED="无设备守护 none of the elder's devices is alive.",
    CHAIN_BROKEN="报警链路中断 a station's test call did not come through.",
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
    ASSIGN="指派: give it to somebody at a desk to see to.",
    SNOOZE="暂缓提醒: be left alone with it for a while.",
    COMMENT="备注: write a word to its log.",
    CANCEL="取消: the elder takes it back, until `cancellableUntil`.",
)

enumeration(
    models.AlarmPurpose,
    "What an alarm is rung for.",
    REAL="真实: somebody may need help.",
    DRILL="演练: to practise; it counts in no figure about real ones.",
    CANARY="链路检测: a station's test call through the whole chain.",
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
    COMMENTED="Someone wrote a word to its log.",
    ASSIGNED="It was given to someone to see to.",
    SNOOZED="Whoever sees to it is left alone for a while.",
    MERGED="It was put together with others into one incident.",
    CANCELLED="The elder said that all is well.",
    REARMED="It was not over in time: its level's clock began again.",
    NOTIFIED="Someone was told.",
    NOTIFICATION_FAILED="Someone could not be told that way.",
)


def _actions(alarm: models.Alarm, context: Context) -> list[AlarmAction]:
    actions = available_actions(context.actor, alarm.state)
    if cancellable_until(alarm) is None:
        return [action for action in actions if action is not AlarmAction.CANCEL]
    return actions


@record(models.AlarmLog, visible=alarm_log_visible)
class AlarmLogEntry:
    """What befell an alarm: who, when, what, and a word about it."""

    change: models.AlarmChange
    """What."""
    at: datetime
    """When."""
    account: Account | None = one(models.AlarmLog.account_id)
    """Who; null for a device or for time, and where you may not see the account."""
    note: str | None
    """A word about it."""


def _cancellable_until(alarm: models.Alarm, _: Context) -> datetime | None:
    return cancellable_until(alarm)


@node(models.Alarm, visible=alarm_visible, streamed=True)
class Alarm(Node):
    """A call for help, of an elder or of a station; at most one of a type is open for either."""

    type: models.AlarmType
    """What happened."""
    title: str = computed(title, needs=[models.Alarm.type])
    """What happened, in a few words to show, in the language of Accept-Language."""
    severity: models.AlarmSeverity
    """How urgent."""
    purpose: models.AlarmPurpose
    """What it is rung for: look here first, for a drill is no emergency."""
    state: AlarmState
    """Where the people who answer have got to."""
    level: int
    """Whose it is: 1 family and station, 2 also the street's dispatcher, 3 also the district; 0
    while nobody is told: it came too late, or the elder may still take it back."""
    cancellable_until: datetime | None = computed(
        _cancellable_until,
        needs=[models.Alarm.state, models.Alarm.level, models.Alarm.escalate_at],
    )
    """Until when the elder may take it back by `alarmCancel`; nobody is told before. Null where
    that is over, or never was."""
    escalate_at: datetime | None
    """When it passes on to the next level, or begins again because it is acknowledged and not over;
    null where nothing is due."""
    rearmed_at: datetime | None
    """When its level's clock last began again; null unless that was after the last thing that
    somebody did about it."""
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
    """Whose alarm it is; null for a station's, and where you may not see the elder."""
    station: Station | None = one(models.Alarm.station_id)
    """The station whose alarm it is; null for an elder's."""
    device: Device | None = one(models.Alarm.device_id)
    """The device that raised it; null where it is the silence of several."""
    dispatched_to: Account | None = one(models.Alarm.dispatched_to)
    """Who was sent; null where nobody was, or somebody without an account, or where you may not see
    them."""
    assigned_to: Account | None = one(models.Alarm.assigned_to)
    """Who sees to it at a desk; null where it was given to nobody."""
    snoozed_until: datetime | None
    """Until when whoever sees to it wants to be left alone. It rises all the same."""
    incident: Annotated["Incident", strawberry.lazy("api.alarms.incidents")] | None = one(
        models.Alarm.incident_id
    )
    """What it is a part of: alarms of the elder that rang within ten minutes of each other; null
    for a station's alarm, and where you may not see it."""
    measures: list[Measure] | None = consented(
        ConsentScope.VITALS,
        computed(
            measures,
            needs=[models.Alarm.measures, models.Alarm.state],
            permission=Permission.ALARM_MEASURES_READ,
            discloses=models.Alarm.elder_id,
        ),
        elder=models.Alarm.elder_id,
    )
    """The values that led to it. Dispatchers and stations see them while it is open; who is shown
    them is in the audit trail."""
    whereabouts: Whereabouts | None = consented(
        ConsentScope.LOCATION,
        computed(
            whereabouts,
            needs=[models.Alarm.measures, models.Alarm.state],
            permission=Permission.ADDRESS_READ,
            discloses=models.Alarm.elder_id,
        ),
        elder=models.Alarm.elder_id,
    )
    """Where a worn device was that called; null where it does not say. It is for those who read the
    elder's address; dispatchers and stations see it while the alarm is open, and who is shown it is
    in the audit trail."""
    log: Connection[AlarmLogEntry] | None = connection(
        models.AlarmLog.alarm_id, order=descending(models.AlarmLog.id)
    )
    """What befell it, newest first. It is for those who answer it and for the family."""
    region: Region = one(models.Alarm.region_code)
    """The community where it rang."""
    notifications: Connection[Notification] = connection(
        NotificationRow.alarm_id, order=descending(NotificationRow.id)
    )
    """Who was told of it and how, newest first; as one of the family, what you were told."""
    spoken_text: str = computed(
        spoken_text, needs=[models.Alarm.type, models.Alarm.raised_at, models.Alarm.state]
    )
    """One sentence to read aloud, in the language of Accept-Language."""
    version: int
    """How often it has been written; `alarmResolve`, `alarmAssign` and `alarmSnooze` take it as
    `expectedVersion`."""
    available_actions: list[AlarmAction] = computed(
        _actions, needs=[models.Alarm.state, models.Alarm.level, models.Alarm.escalate_at]
    )
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

"""Thresholds of rules as clients see them."""

from datetime import datetime

from api.accounts.types import Account
from api.describe import output
from api.elders.types import Elder
from api.plan.declare import node, one
from api.regions.types import Region
from api.relay import Node
from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.models import DeviceKind
from domain.thresholds import models
from domain.thresholds.visibility import rule_threshold_visible


@node(models.RuleThreshold, visible=rule_threshold_visible)
class RuleThreshold(Node):
    """What a rule has instead of its kind's own values, for one elder or in a division and all
    below it. The most specific one counts alone: an elder's before a division's, a community's
    before its street's. What has ended stays as history."""

    kind: DeviceKind
    """The devices whose rule it is."""
    rule: str
    """The rule's name, as `yiyang devices kinds` and docs/devices.md list them."""
    raise_at: float | None
    """Beyond this it raises, in the measure's unit; of a count, how often. Null for the kind's
    own."""
    clear_at: float | None
    """Beyond this on the other side it clears; null for the kind's own."""
    hold_seconds: int | None
    """How long it must last; of a count the window. Null for the kind's own."""
    elder: Elder | None = one(models.RuleThreshold.elder_id)
    """For whom; null for a division's, and where you may not see the elder."""
    region: Region | None = one(models.RuleThreshold.region_code)
    """Where; null for an elder's."""
    set_by: Account | None = one(models.RuleThreshold.set_by)
    """Who set it; null where you may not see the account."""
    set_at: datetime
    """Since when it counts."""
    ended_by: Account | None = one(models.RuleThreshold.ended_by)
    """Who replaced it or took it back; null while it counts, and where you may not see the
    account."""
    ended_at: datetime | None
    """Until when it counted; null while it does."""
    version: int
    """How often it has been written; `ruleThresholdEnd` takes it as `expectedVersion`."""


@output
class RuleBacktestResult:
    """What one rule would have done."""

    rule: str
    """Its name."""
    type: AlarmType
    """What it raises."""
    severity: AlarmSeverity
    """How urgent that is."""
    alarms: int
    """How often it would have raised: a repeat of an alarm that is still open counts too."""
    elders: int
    """For how many elders."""
    per_day_per_hundred_elders: float | None
    """Alarms a day per hundred elders: `alarms` for a hundred of `elderDays`; null where there are
    none."""


@output
class RuleBacktest:
    """What the rules of a kind would have done with what its devices have said."""

    kind: DeviceKind
    """Of which devices."""
    since: datetime
    """From when on readings were looked at, in device time."""
    until: datetime
    """Until when."""
    devices_in_region: int
    """How many such devices of elders there are."""
    devices: int
    """How many of them were looked at."""
    readings: int
    """How many readings and events these have sent in that time."""
    complete: bool
    """Whether all devices were looked at. If false it is a sample: whole devices, drawn without
    regard to who has them, and the same ones each time."""
    elder_days: int
    """Days on which an elder's device was heard, by the district's clock."""
    results: list[RuleBacktestResult]
    """By rule, in the order of docs/devices.md."""

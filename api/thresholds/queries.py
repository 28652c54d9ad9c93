"""Thresholds as a list, and what others would have done."""

from datetime import timedelta
from typing import Annotated

import strawberry
from sqlmodel import col

from api.context import Info
from api.describe import input_object
from api.permissions import asks
from api.plan.criteria import equal, equal_id, holds, under
from api.plan.declare import descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.prices import FIGURE, priced
from api.relay import Connection
from api.thresholds.types import RuleBacktest, RuleBacktestResult, RuleThreshold
from domain.access import Permission
from domain.devices.models import DeviceKind
from domain.thresholds import backtest, models
from domain.thresholds.tuning import Setting


@filter_input
class RuleThresholdFilter(Filter):
    """Which thresholds."""

    elder: strawberry.ID | None = equal_id(models.RuleThreshold.elder_id, "elder")
    """Only this elder's own."""
    region: str | None = under(models.RuleThreshold.region_code)
    """Only those of divisions in the subtree of the one with this code."""
    kind: DeviceKind | None = equal(models.RuleThreshold.kind)
    """Only those of devices of this kind."""
    current: bool | None = holds(lambda _: col(models.RuleThreshold.ended_at).is_(None))
    """Only those that count; if false, only those that have ended."""


@input_object
class RuleTryInput:
    """Other values for a rule, to be tried; what is null is as it is in force."""

    rule: str
    """The rule's name."""
    raise_at: float | None = None
    """As for `ruleThresholdPut`."""
    clear_at: float | None = None
    """As for `ruleThresholdPut`."""
    hold_seconds: int | None = None
    """As for `ruleThresholdPut`."""


@input_object
class RuleBacktestInput:
    """Which rules, over which time, where, and with which values."""

    kind: DeviceKind
    """Of which devices."""
    days: int = 7
    """Over the last so many days, 1 to 30."""
    region: str | None = None
    """Only devices of elders in the subtree of the division with this code; all that you see if
    null."""
    thresholds: list[RuleTryInput] | None = None
    """Values to be tried; other rules have those that are in force for each device."""


def _setting(given: RuleTryInput) -> Setting:
    hold = None if given.hold_seconds is None else timedelta(seconds=given.hold_seconds)
    return Setting(given.rule, given.raise_at, given.clear_at, hold)


@strawberry.type
class ThresholdQueries:
    """Root fields on thresholds."""

    rule_threshold: RuleThreshold | None = by_id(
        models.RuleThreshold, description="A threshold by id; null if there is none to be seen."
    )
    rule_thresholds: Connection[RuleThreshold] = listing(
        models.RuleThreshold,
        order=descending(models.RuleThreshold.id),
        filter=RuleThresholdFilter,
        description="The thresholds that you may see, newest first.",
    )

    @strawberry.field(
        description="How many alarms the rules of a kind would have raised with what devices have "
        "said in the last days. Nothing is changed by asking. Of many devices it looks at a "
        "sample, and says so.",
        metadata=priced(FIGURE),
    )
    @asks(Permission.RULE_BACKTEST)
    async def rule_backtest(
        self,
        info: Info,
        input: Annotated[RuleBacktestInput, strawberry.argument(description="What to try.")],
    ) -> RuleBacktest:
        """The figures."""
        tried = [_setting(one) for one in input.thresholds or []]
        wanted = backtest.Wanted(input.kind, input.days, input.region, tried)
        return _shown(await backtest.run(info.context.database, info.context.actor, wanted))


def _shown(found: backtest.Backtest) -> RuleBacktest:
    return RuleBacktest(
        kind=found.kind,
        since=found.since,
        until=found.until,
        devices_in_region=found.devices_in_region,
        devices=found.devices,
        readings=found.readings,
        complete=found.complete,
        elder_days=found.elder_days,
        results=[
            RuleBacktestResult(
                rule=rule.name,
                type=rule.alarm,
                severity=rule.severity,
                alarms=tally.alarms,
                elders=len(tally.elders),
                per_day_per_hundred_elders=(
                    round(100 * tally.alarms / found.elder_days, 2) if found.elder_days else None
                ),
            )
            for rule, tally in found.results
        ],
    )

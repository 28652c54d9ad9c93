"""How fast alarms are answered: figures over the ledger, and what makes a row count in each.

The industry's measure (telecare: BS 8521, TSA's code of practice) is 97.5 % answered within 60
seconds and 99 % within 180. An alarm's clock starts when it is stored: before that nobody could
have known. One that nobody has answered counts as missed as soon as the time is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    not_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, INTERVAL
from sqlmodel import col

from domain.access import Actor
from domain.alarms.models import Alarm, AlarmPurpose, AlarmSeverity, AlarmType
from domain.alarms.visibility import alarm_visible
from domain.database import Database
from domain.errors import InvalidInput
from domain.reasons import Reason
from domain.tables import within

LONGEST = timedelta(days=92)
"""Of a period that figures are asked about."""

_LAST = datetime.max.replace(tzinfo=UTC) - LONGEST
"""When the last of them begins."""

ANSWERED_IN: Final = {60: 0.975, 180: 0.99}
"""Seconds -> the share of alarms that are to be answered by then."""

ARRIVED_IN: Final = 900
"""Seconds until somebody who was sent is to be with the elder."""

_PERCENTILES = (0.5, 0.9, 0.95, 0.99)

_ANSWERED: Any = func.coalesce(col(Alarm.acknowledged_at), col(Alarm.resolved_at))
_ARRIVED: Any = func.coalesce(col(Alarm.arrived_at), col(Alarm.resolved_at))

STEPS: Final[dict[str, Any]] = {
    "answered": _ANSWERED,
    "dispatched": col(Alarm.dispatched_at),
    "arrived": col(Alarm.arrived_at),
    "resolved": col(Alarm.resolved_at),
}
"""What is measured -> when it happened; who ends an alarm at once has answered it, too."""


@dataclass(frozen=True, slots=True)
class Period:
    """When, where and of what kind the alarms were that figures are about.

    Parameters:
        since: the first moment of storing.
        until: the first moment that is no longer part of it.
        region: code of the division whose subtree counts; None for wherever the actor sees alarms.

    Raises: InvalidInput for one that is empty or too long.
    """

    since: datetime
    until: datetime
    region: str | None = None
    purpose: AlarmPurpose = AlarmPurpose.REAL

    def __post_init__(self) -> None:
        most = min(self.since, _LAST) + LONGEST
        if not self.since < self.until <= most:
            raise InvalidInput(
                "to", reason=Reason.DAYS, after=self.since.isoformat(), most=most.isoformat()
            )


@dataclass(frozen=True, slots=True)
class Step:
    """How long something took.

    Parameters:
        count: of how many alarms it has been done.
        percentiles: seconds, at 50, 90, 95 and 99 of a hundred of these; None where there are none.
    """

    count: int
    percentiles: tuple[float, float, float, float] | None


@dataclass(frozen=True, slots=True)
class Target:
    """How many alarms were in time, and how many were not; what is still in time is neither."""

    seconds: int
    met: int
    missed: int
    wanted: float | None

    @property
    def share(self) -> float | None:
        """Of those that are decided, the part that was in time; None where none is."""
        decided = self.met + self.missed
        return self.met / decided if decided else None


@dataclass(frozen=True, slots=True)
class Figures:
    """Of all alarms of a period, or of those of a severity or a type."""

    severity: AlarmSeverity | None
    type: AlarmType | None
    count: int
    steps: dict[str, Step]
    answered_in: list[Target]
    arrived_in: Target


def counted() -> ColumnElement[bool]:
    """Alarms of which somebody was told in time: not those that came too late, nor those that the
    elder called off before anybody was told."""
    return and_(not_(col(Alarm.late)), col(Alarm.level) >= 1)


def answered_within(seconds: ColumnElement[Any]) -> ColumnElement[bool]:
    """Alarms that somebody answered in time."""
    return _after(seconds) >= _ANSWERED


def unanswered_for(seconds: ColumnElement[Any]) -> ColumnElement[bool]:
    """Alarms that nobody answered in time, those included that nobody has answered yet."""
    return func.coalesce(_ANSWERED, func.now()) > _after(seconds)


def arrived_within(seconds: ColumnElement[Any]) -> ColumnElement[bool]:
    """Alarms at which somebody was in time."""
    return col(Alarm.arrived_at) <= _after(seconds)


def not_arrived_for(seconds: ColumnElement[Any]) -> ColumnElement[bool]:
    """Alarms to which somebody was sent who was not there in time; unless it was over by then."""
    too_late = func.coalesce(_ARRIVED, func.now()) > _after(seconds)
    return and_(col(Alarm.dispatched_at).is_not(None), too_late)


async def answer_times(database: Database, actor: Actor, period: Period) -> list[Figures]:
    """The figures of a period: of all alarms that the actor sees, first, then by severity, then by
    type, as far as there are any."""
    async with database.figures:
        rows = await database.fetch(_statement(actor, period))
    return sorted((_figures(row) for row in rows), key=_place)


def _statement(actor: Actor, period: Period) -> Select[Any]:
    severity, type_ = col(Alarm.severity), col(Alarm.type)
    counts: list[ColumnElement[Any]] = [func.count().label("count")]
    for name, moment in STEPS.items():
        since = func.extract("epoch", moment - col(Alarm.stored_at))
        # Of two clocks: the database's, and that of whoever wrote down the answer.
        took = cast(case((since < 0, 0), else_=since), Float)
        counts.append(func.count(moment).label(name))
        at = func.percentile_disc(cast(list(_PERCENTILES), ARRAY(Float)))
        counts.append(at.within_group(took).label(f"{name}_in"))
    for seconds in ANSWERED_IN:
        bound = literal(seconds)
        counts.append(_how_many(answered_within(bound), f"met_{seconds}"))
        counts.append(_how_many(unanswered_for(bound), f"missed_{seconds}"))
    counts.append(_how_many(arrived_within(literal(ARRIVED_IN)), "arrived_met"))
    counts.append(_how_many(not_arrived_for(literal(ARRIVED_IN)), "arrived_missed"))
    here = [within(col(Alarm.region_code), period.region)] if period.region is not None else []
    return (
        select(severity, type_, *counts)
        .where(
            alarm_visible(actor),
            counted(),
            col(Alarm.purpose) == period.purpose,
            col(Alarm.stored_at) >= period.since,
            col(Alarm.stored_at) < period.until,
            *here,
        )
        .group_by(func.grouping_sets(literal_column("()"), severity, type_))
    )


def _how_many(holds: ColumnElement[bool], name: str) -> ColumnElement[Any]:
    return func.count().filter(holds).label(name)


def _after(seconds: ColumnElement[Any]) -> ColumnElement[datetime]:
    """The moment so many seconds after an alarm was stored."""
    return col(Alarm.stored_at) + cast(seconds, Float) * literal(timedelta(seconds=1), INTERVAL())


def _figures(row: Any) -> Figures:
    steps = {name: _step(row, name) for name in STEPS}
    answered_in = [
        Target(seconds, getattr(row, f"met_{seconds}"), getattr(row, f"missed_{seconds}"), wanted)
        for seconds, wanted in ANSWERED_IN.items()
    ]
    arrived_in = Target(ARRIVED_IN, row.arrived_met, row.arrived_missed, None)
    return Figures(row.severity, row.type, row.count, steps, answered_in, arrived_in)


def _step(row: Any, name: str) -> Step:
    took: Sequence[Any] | None = getattr(row, f"{name}_in")
    if not took or took[0] is None:
        return Step(getattr(row, name), None)
    p50, p90, p95, p99 = took
    return Step(getattr(row, name), (p50, p90, p95, p99))


def _place(figures: Figures) -> tuple[int, int]:
    """All, then severities, then types, in their own orders."""
    if figures.severity is not None:
        return 1, list(AlarmSeverity).index(figures.severity)
    return (0, 0) if figures.type is None else (2, list(AlarmType).index(figures.type))

"""How fast alarms are answered, as clients see it."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.alarms.types import Alarm as Alarm  # names the enums before they are used below
from api.context import Info
from api.describe import output
from api.prices import FIGURE, priced
from domain.alarms import answer_times as ledger
from domain.alarms.models import AlarmPurpose, AlarmSeverity, AlarmType


@output
class AnswerStep:
    """How long something took, in seconds since the alarms were stored. A percentile is the time
    of one of them: so many of a hundred were no slower."""

    count: int
    """Of how many alarms it has been done."""
    p50: float | None
    """The time of the one in the middle; null where there is none, so below."""
    p90: float | None
    """Nine of ten were no slower."""
    p95: float | None
    """19 of 20 were no slower."""
    p99: float | None
    """99 of a hundred were no slower."""


@output
class AnswerTarget:
    """How many alarms were in time. What is still in time is neither met nor missed."""

    seconds: int
    """Within how many seconds."""
    met: int
    """How many were."""
    missed: int
    """How many were not, those included where it has not been done at all."""
    share: float | None
    """Of these, the part that was met, 0 to 1; null where none is decided."""
    wanted: float | None
    """The part that is to be met; null where nobody has set one."""


@output
class AnswerFigures:
    """Figures of some alarms. Each is the `totalCount` of `alarms` with a filter: `counted: true`,
    the period as `storedFrom` and `storedTo`, `region`, `purpose`, and what is said below."""

    severity: AlarmSeverity | None
    """Of which severity; null for all."""
    type: AlarmType | None
    """Of which type; null for all."""
    count: int
    """How many alarms there were."""
    answered: AnswerStep
    """Until somebody took responsibility, or ended it at once."""
    dispatched: AnswerStep
    """Until somebody was sent."""
    arrived: AnswerStep
    """Until somebody was with the elder."""
    resolved: AnswerStep
    """Until it was over."""
    answered_in: list[AnswerTarget]
    """Answered within 60 and within 180 seconds: `answeredWithin` and `unansweredFor` open them."""
    arrived_in: AnswerTarget
    """Of those to which somebody was sent: there within 15 minutes; `arrivedWithin` and
    `notArrivedFor` open them."""


@output
class AnswerTimes:
    """How fast alarms of a period were answered."""

    all: AnswerFigures
    """All of them."""
    by_severity: list[AnswerFigures]
    """Of each severity of which there were any, the most urgent first."""
    by_type: list[AnswerFigures]
    """Of each type of which there were any."""


@strawberry.type
class AnswerTimesQueries:
    """Root fields on the ledger of answer times."""

    @strawberry.field(
        description="How fast the alarms that you may see were answered. Alarms that came too late "
        "are not among them, nor are those that the elder called off before anybody was told; one "
        "that nobody has answered is missed as soon as its time is over.",
        metadata=priced(FIGURE),
    )
    async def answer_times(
        self,
        info: Info,
        since: Annotated[
            datetime,
            strawberry.argument(name="from", description="Alarms that were stored then or later."),
        ],
        until: Annotated[
            datetime,
            strawberry.argument(
                name="to", description="Alarms that were stored before; 92 days later at most."
            ),
        ],
        region: Annotated[
            str | None,
            strawberry.argument(
                description="Only those that rang in the subtree of the division with this code."
            ),
        ] = None,
        purpose: Annotated[
            AlarmPurpose,
            strawberry.argument(description="Drills and test calls have figures of their own."),
        ] = AlarmPurpose.REAL,
    ) -> AnswerTimes:
        """One read."""
        period = ledger.Period(since, until, region, purpose)
        context = info.context
        total, *rest = await ledger.answer_times(context.database, context.actor, period)
        return AnswerTimes(
            all=_shown(total),
            by_severity=[_shown(one) for one in rest if one.severity is not None],
            by_type=[_shown(one) for one in rest if one.type is not None],
        )


def _shown(figures: ledger.Figures) -> AnswerFigures:
    return AnswerFigures(
        severity=figures.severity,
        type=figures.type,
        count=figures.count,
        **{name: _step(step) for name, step in figures.steps.items()},
        answered_in=[_target(one) for one in figures.answered_in],
        arrived_in=_target(figures.arrived_in),
    )


def _step(step: ledger.Step) -> AnswerStep:
    p50, p90, p95, p99 = step.percentiles or (None,) * 4
    return AnswerStep(count=step.count, p50=p50, p90=p90, p95=p95, p99=p99)


def _target(target: ledger.Target) -> AnswerTarget:
    return AnswerTarget(
        seconds=target.seconds,
        met=target.met,
        missed=target.missed,
        share=target.share,
        wanted=target.wanted,
    )

"""Alarms as a queue, and what befell them, to be polled."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.alarms.changes import AlarmChangePage, page_of_changes
from api.alarms.types import Alarm, AlarmConnection
from api.context import Info
from api.plan.criteria import (
    among,
    by_number,
    equal_id,
    holds,
    of_oneself,
    one_of,
    since,
    under,
    until,
)
from api.plan.declare import descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from domain.alarms import answer_times, models
from domain.alarms.lifecycle import OPEN_STATES, AlarmState


@filter_input
class AlarmFilter(Filter):
    """Which alarms."""

    state: list[AlarmState] | None = one_of(models.Alarm.state)
    """Only those in one of these states; one alone needs no brackets."""
    severity: list[models.AlarmSeverity] | None = one_of(models.Alarm.severity)
    """Only those of one of these severities; one alone needs no brackets."""
    type: list[models.AlarmType] | None = one_of(models.Alarm.type)
    """Only those of one of these types; one alone needs no brackets."""
    purpose: list[models.AlarmPurpose] | None = one_of(models.Alarm.purpose)
    """Only those rung for one of these purposes."""
    elder: strawberry.ID | None = equal_id(models.Alarm.elder_id, "elder")
    """Only this elder's."""
    assigned_to_me: bool | None = of_oneself(models.Alarm.assigned_to)
    """Only those that you see to; if false, only those that you don't."""
    open: bool | None = among(models.Alarm.state, OPEN_STATES)
    """Only those that are not over; if false, only those that are."""
    region: str | None = under(models.Alarm.region_code)
    """Only those that rang in the subtree of the division with this code."""
    stored_from: datetime | None = since(models.Alarm.stored_at)
    """Only those that were stored then or later."""
    stored_to: datetime | None = until(models.Alarm.stored_at)
    """Only those that were stored before."""
    counted: bool | None = holds(lambda _: answer_times.counted())
    """Only those that `answerTimes` counts: somebody was told of them, and they did not come too
    late; if false, only the others."""
    answered_within: int | None = by_number(answer_times.answered_within)
    """Only those that somebody acknowledged, or ended, within so many seconds."""
    unanswered_for: int | None = by_number(answer_times.unanswered_for)
    """Only those that nobody had answered after so many seconds, or has yet."""
    arrived_within: int | None = by_number(answer_times.arrived_within)
    """Only those where somebody was with the elder within so many seconds."""
    not_arrived_for: int | None = by_number(answer_times.not_arrived_for)
    """Only those to which somebody was sent who was not there after so many seconds; it was not
    over by then."""


@strawberry.type
class AlarmQueries:
    """Root fields on alarms."""

    alarm: Alarm | None = by_id(
        models.Alarm, description="An alarm by id; null if there is none to be seen."
    )
    alarms: AlarmConnection = listing(
        models.Alarm,
        order=descending(models.Alarm.id),
        filter=AlarmFilter,
        description="The alarms that you may see, newest first.",
    )

    @strawberry.field(
        description="What befell the alarms that you may see, in the order of commit: the "
        "subscription `alarmChanged` for whoever polls. To follow all alarms from now on, read the "
        "open ones with their `streamCursor`, then ask for the changes after it, and from there on "
        "always after the last page's `cursor`: nothing is missed. A cursor that is too old is "
        "refused (CURSOR_EXPIRED): begin again with the open ones."
    )
    async def alarm_changes(
        self,
        info: Info,
        after: Annotated[
            str | None,
            strawberry.argument(
                description="Only changes after this cursor: of an earlier page or change, or an "
                "`AlarmConnection.streamCursor`. From the oldest change still held if null: they "
                "are held for seven days, so an alarm that has been open for longer may not be "
                "among them."
            ),
        ] = None,
        first: Annotated[
            int, strawberry.argument(description="How many changes at most, 1 to 200.")
        ] = 100,
        filter: Annotated[
            AlarmFilter | None,
            strawberry.argument(
                description="Which alarms, by what they are now; all that you may see if null."
            ),
        ] = None,
    ) -> AlarmChangePage:
        """One page, read where the writes go."""
        return await page_of_changes(info.context, after, first, filter)

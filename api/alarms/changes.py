"""Changes of alarms, for whoever waits on a stream and for whoever polls."""

from datetime import datetime

from api.alarms.types import Alarm
from api.changes import BEFORE_ALL, Changes, position_in
from api.context import Context
from api.describe import output
from api.plan.filters import Filter
from api.relay import MAX_PAGE, encode_cursor
from domain import outbox
from domain.alarms import models
from domain.alarms.service import TOPIC
from domain.errors import InvalidInput
from domain.reasons import Reason


@output
class AlarmChanged:
    """One change of one alarm."""

    cursor: str
    """Go on after this change by `alarmChanged(after:)` or `alarmChanges(after:)`."""
    change: models.AlarmChange
    """What befell the alarm."""
    at: datetime
    """When it was recorded."""
    alarm: Alarm
    """The alarm as it is now."""


@output
class AlarmChangePage:
    """Some changes of alarms, in the order of commit."""

    changes: list[AlarmChanged]
    """The changes; none where nothing has happened since that you may see."""
    cursor: str
    """Where to go on from, also when there are no changes: pass it as `after` the next time. It
    lies past what only others may see, and `alarmChanged(after:)` takes it too."""
    has_more: bool
    """Whether there is more to look through already: ask again at once, else after a while. True
    of a short or empty page too, where many changes lie between that only others may see."""


def _told(cursor: str, change: models.AlarmChange, at: datetime, alarm: Alarm) -> AlarmChanged:
    return AlarmChanged(cursor=cursor, change=change, at=at, alarm=alarm)


CHANGES = Changes(TOPIC, Alarm, models.AlarmChange, _told)
"""What befalls alarms."""


async def page_of_changes(
    context: Context, after: str | None, first: int, filter: Filter | None
) -> AlarmChangePage:
    """Up to ``first`` changes after a cursor; from the oldest one held if ``after`` is None.

    Raises: InvalidInput for a text that is no cursor, or a size outside 1 to 200; CursorExpired
    as for ``changes.start_position``.
    """
    if not 1 <= first <= MAX_PAGE:
        raise InvalidInput("first", reason=Reason.RANGE, least=1, most=MAX_PAGE)
    position = BEFORE_ALL if after is None else position_in(after)
    step = await CHANGES.next_step(context, position, filter, first)
    if after is not None:
        # Not before the read: what was dropped between the two would have been missed.
        async with context.database.reading(primary=True) as connection:
            await outbox.check_held(connection, position, "after")
    changes = [change for _, change in step.changes]
    return AlarmChangePage(
        changes=changes, cursor=encode_cursor([step.position]), has_more=not step.caught_up
    )

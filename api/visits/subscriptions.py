"""The live stream of visits: first what was missed since the cursor, then what happens."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated

import strawberry

from api.changes import Changes, start_position
from api.context import Info
from api.describe import output
from api.visits.queries import VisitTaskFilter
from api.visits.types import VisitTask
from domain.visits.lifecycle import VisitAction
from domain.visits.moving import TOPIC


@output
class VisitTaskChanged:
    """One change of one visit."""

    cursor: str
    """Go on after this change by `visitTaskChanged(after:)`."""
    change: VisitAction
    """What befell the visit; `OVERDUE` once its time is over and nobody has ended it."""
    at: datetime
    """When it was recorded."""
    visit_task: VisitTask
    """The visit as it is now."""


def _told(cursor: str, change: VisitAction, at: datetime, visit: VisitTask) -> VisitTaskChanged:
    return VisitTaskChanged(cursor=cursor, change=change, at=at, visit_task=visit)


CHANGES = Changes(TOPIC, VisitTask, VisitAction, _told)
"""What befalls visits."""


@strawberry.type
class VisitSubscriptions:
    """Root fields that stream visits."""

    @strawberry.subscription(
        description="Every change of every visit that you may see, in the order of commit: first "
        "what happened after the cursor, then live. With `filter: {overdue: true}` what is overdue "
        "when you read of it."
    )
    async def visit_task_changed(
        self,
        info: Info,
        after: Annotated[
            str | None,
            strawberry.argument(
                description="Resume after this cursor of an earlier event, or after an "
                "`AlarmConnection.streamCursor`; live from now if null."
            ),
        ] = None,
        filter: Annotated[
            VisitTaskFilter | None, strawberry.argument(description="Which visits.")
        ] = None,
    ) -> AsyncGenerator[VisitTaskChanged, None]:
        """Refuses a bad cursor before the stream begins."""
        position = await start_position(info.context, info.context.resume_after or after)
        return CHANGES.stream(info.context, position, filter)

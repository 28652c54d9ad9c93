"""The live stream of alarms: first what was missed since the cursor, then what happens."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from api.alarms.changes import CHANGES, AlarmChanged
from api.alarms.queries import AlarmFilter
from api.changes import start_position
from api.context import Info


@strawberry.type
class AlarmSubscriptions:
    """Root fields that stream alarms."""

    @strawberry.subscription(
        description="Every change of every alarm that you may see, in the order of commit: first "
        "what happened after the cursor, then live."
    )
    async def alarm_changed(
        self,
        info: Info,
        after: Annotated[
            str | None,
            strawberry.argument(
                description="Resume after this cursor: of an earlier event, or an "
                "`AlarmConnection.streamCursor`; live from now if null."
            ),
        ] = None,
        filter: Annotated[
            AlarmFilter | None, strawberry.argument(description="Which alarms.")
        ] = None,
    ) -> AsyncGenerator[AlarmChanged, None]:
        """Refuses a bad cursor before the stream begins."""
        position = await start_position(info.context, info.context.resume_after or after)
        return CHANGES.stream(info.context, position, filter)

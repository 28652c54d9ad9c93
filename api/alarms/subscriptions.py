"""The live stream of alarms: first what was missed since the cursor, then what happens."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from api.alarms.changes import AlarmChanged, next_step, start_position
from api.alarms.queries import AlarmFilter
from api.context import Context, Info
from api.gaps import Lag
from api.relay import decode_cursor, encode_cursor

_AT_ONCE = 100


async def stream(
    context: Context, position: int, filter: AlarmFilter | None
) -> AsyncGenerator[AlarmChanged, None]:
    """Every change after a position that the actor may see, for ever or up to the head."""
    lag = Lag(encode_cursor([position]))
    with context.feed.subscribed(position) as subscriber:
        while True:
            context.begin_look()
            try:
                step = await next_step(context, position, filter, _AT_ONCE)
            except Exception as failure:
                await subscriber.waits_out(failure, context.request_id)
                continue
            for number, event in enumerate(step.changes):
                if context.is_outdated or (number and context.look_is_old):
                    break  # other rights, or a reader who takes his time: look again from here
                context.begin_event(event.cursor)
                context.gap = lag.before(event.at)
                yield event
                if not context.was_delivered:
                    break
                lag.passed(event.cursor, context.gap)
                (position,) = decode_cursor(event.cursor, [int])
                subscriber.position = position
            else:
                position = subscriber.position = step.position
                context.reached = encode_cursor([position])
                if step.caught_up:
                    if context.to_head:
                        return
                    lag.has_caught_up()
                    await subscriber.woken()


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
        return stream(info.context, position, filter)

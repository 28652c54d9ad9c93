"""Who is on call, and when nobody is."""

from datetime import datetime, timedelta
from typing import Annotated

import strawberry

from api.accounts.types import Account
from api.context import Info
from api.plan.criteria import equal_id, under
from api.plan.declare import descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.plan.shapes import row_type_of
from api.plan.values import later
from api.relay import Connection, key_of
from api.rosters.types import OnCall, OnCallGap, OnCallShift
from domain.errors import InvalidInput
from domain.reasons import Reason
from domain.rosters import duty, models
from domain.rosters.duty import Post
from domain.rosters.service import seen_post

_LONGEST = timedelta(days=92)

_StationId = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="The place of care; or else the division."),
]
_RegionCode = Annotated[
    str | None,
    strawberry.argument(description="The division whose desk is meant; or else the place of care."),
]


@filter_input
class OnCallShiftFilter(Filter):
    """Which shifts."""

    region: str | None = under(models.OnCallShift.region_code)
    """Only those of the subtree of the division with this code."""
    station: strawberry.ID | None = equal_id(models.OnCallShift.station_id, "station")
    """Only those of this place of care."""
    account: strawberry.ID | None = equal_id(models.OnCallShift.account_id, "account")
    """Only those of this account."""


@strawberry.type
class RosterQueries:
    """Root fields on who is on call."""

    on_call_shift: OnCallShift | None = by_id(
        models.OnCallShift, description="A shift by id; null if there is none to be seen."
    )
    on_call_shifts: Connection[OnCallShift] = listing(
        models.OnCallShift,
        order=descending(models.OnCallShift.id),
        filter=OnCallShiftFilter,
        description="The shifts that you may see, the newest entered first.",
    )

    @strawberry.field(
        description="Who is told of a place's alarms at a moment: those on call, backups last; "
        "where nobody is, all who work there."
    )
    async def on_call(
        self,
        info: Info,
        station_id: _StationId = None,
        region_code: _RegionCode = None,
        at: Annotated[
            datetime | None, strawberry.argument(description="When; now if null.")
        ] = None,
    ) -> list[OnCall]:
        """Asked where the writes go, as whoever sends asks it."""
        context = info.context
        async with context.database.transaction(str(context.actor.id)) as session:
            post = await seen_post(session, context.actor, _post(station_id, region_code))
            found = await duty.on_call(session, post, at or context.now)
        accounts, shifts = row_type_of(Account), row_type_of(OnCallShift)
        return [
            OnCall(
                account=later(context, accounts, one.account.id),
                shift=later(context, shifts, one.shift.id) if one.shift else None,
            )
            for one in found
        ]

    @strawberry.field(description="When nobody is on call at a place, in order.")
    async def on_call_gaps(
        self,
        info: Info,
        since: Annotated[datetime, strawberry.argument(description="From when on.")],
        until: Annotated[
            datetime,
            strawberry.argument(description="Until when; at most 92 days later."),
        ],
        station_id: _StationId = None,
        region_code: _RegionCode = None,
    ) -> list[OnCallGap]:
        """By the shifts, and by when the roles of those who have them end."""
        if not timedelta(0) < until - since <= _LONGEST:
            raise InvalidInput("until", reason=Reason.DAYS, after=0, most=_LONGEST.days)
        context = info.context
        async with context.database.transaction(str(context.actor.id)) as session:
            post = await seen_post(session, context.actor, _post(station_id, region_code))
            found = await duty.gaps(session, post, since, until)
        return [OnCallGap(since=gap.since, until=gap.until) for gap in found]


def _post(station_id: str | None, region_code: str | None) -> Post:
    key = None if station_id is None else key_of(station_id, "station", field="station_id")
    return Post(key, region_code)

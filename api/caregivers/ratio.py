"""How many people a caregiver looks after."""

from datetime import date
from typing import Annotated

import strawberry

from api.context import Info
from api.describe import output
from api.prices import FIGURE, priced
from api.relay import key_of
from domain.caregivers.ratio import Ratio, statement


@output
class CaregiverRatio:
    """护理员与老人配比: caregivers, and those who live in the beds of the houses. Each is a list's
    length: `accounts(filter: {region: …, station: …, qualification: {asOf: …}})` and
    `beds(filter: {region: …, station: …, occupiedOn: …})`."""

    as_of: date
    """The day."""
    caregivers: int
    """How many there were at its end."""
    residents: int
    """In how many beds somebody lived, those at home and for the day among them; who was on leave
    counts."""
    residents_per_caregiver: float | None
    """How many each looks after; null where there were no caregivers."""


@strawberry.type
class CaregiverRatioQueries:
    """Root fields on how many a caregiver looks after."""

    @strawberry.field(
        description="How many residents there are for each caregiver on a day, in a region or in "
        "one place of care, of those whom you keep or govern.",
        metadata=priced(FIGURE),
    )
    async def caregiver_ratio(
        self,
        info: Info,
        region: Annotated[
            str | None,
            strawberry.argument(
                description="Only of the subtree of the division with this code; all if null."
            ),
        ] = None,
        station: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only of this place of care; all if null."),
        ] = None,
        as_of: Annotated[
            date | None,
            strawberry.argument(description="The day, no later than today; today if null."),
        ] = None,
    ) -> CaregiverRatio:
        """Counted in one statement."""
        context = info.context
        day = as_of or context.today
        house = key_of(station, "station", "station") if station is not None else None
        asked = statement(context.actor, day, region, house)
        async with context.database.figures:
            (row,) = await context.database.fetch(asked)
        found = Ratio.of(row)
        return CaregiverRatio(
            as_of=day,
            caregivers=found.caregivers,
            residents=found.residents,
            residents_per_caregiver=found.each,
        )

"""Each step of the chain, by the test calls of the last hour."""

from typing import Annotated

import strawberry

from api.context import Info
from api.describe import enumeration, output
from api.plan.shapes import row_type_of
from api.plan.values import later
from api.stations.types import Station
from domain.canary import health

enumeration(
    health.ChainStep,
    "A part of the way from a button to a screen.",
    name="ChainStepName",
    TO_BRIDGE="From the press through the broker to the bridge.",
    TO_RECEIPT="From the bridge through the database to the device's receipt: it is stored.",
    TO_SCREEN="From the database through the stream to a subscriber who is shown the alarm.",
    WHOLE="From the press to the screen.",
)


@output
class ChainStep:
    """How long a step takes, by the test calls of the last hour that passed it."""

    step: health.ChainStep
    """Which."""
    runs: int
    """How many test calls passed it."""
    last_ms: float | None
    """What the newest of them took, in milliseconds; null where none did."""
    p50_ms: float | None
    """The median."""
    p99_ms: float | None
    """The 99th percentile."""


@output
class ChainHealth:
    """Whether a press would be seen: each station rings a test call each minute."""

    stations: int
    """How many stations have ever rung one."""
    broken: list[Station]
    """Those whose newest test call was not shown within 30 seconds, or is older than three minutes.
    Each has an alarm (CHAIN_BROKEN); where all are broken, there is one for all of them."""
    runs: int
    """Test calls of the last hour."""
    steps: list[ChainStep]
    """What each step took."""


@strawberry.type
class ChainQueries:
    """Root fields on the chain."""

    @strawberry.field(
        description="Whether the chain from a button to a screen works, and how fast it is, by the "
        "stations of your region; for those who answer alarms."
    )
    async def chain_health(
        self,
        info: Info,
        region: Annotated[
            str | None,
            strawberry.argument(
                description="Only of stations in the subtree of the division with this code; all "
                "that you answer for if null."
            ),
        ] = None,
    ) -> ChainHealth:
        """Two reads."""
        context = info.context
        found = await health.chain_health(context.database, context.actor, region)
        station = row_type_of(Station)
        return ChainHealth(
            stations=found.stations,
            broken=[later(context, station, key) for key in found.broken],
            runs=found.runs,
            steps=[ChainStep(**step._asdict()) for step in found.steps],
        )

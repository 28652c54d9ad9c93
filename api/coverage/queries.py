"""How many elders a region's devices protect now."""

from typing import Annotated

import strawberry

from api.context import Info
from api.describe import output
from api.prices import FIGURE, priced
from domain.coverage.protection import Protection, figures

_FIGURES = ("elders", *(protection.value.lower() for protection in Protection))


@output
class Coverage:
    """How many elders are protected by a device that works now, and how many are not.

    Each figure is the length of a list: `elders(filter: {protection: …})` with the same region.
    """

    elders: int
    """All of them: the five figures below add up to this."""
    protected: int
    """Those who have a device, and all that were ever heard are online (PROTECTED)."""
    partly: int
    """Those who have a device that is online, and one that is not any more (PARTLY)."""
    uncovered: int
    """Those who have devices, none of which is online any more (UNCOVERED)."""
    never_heard: int
    """Those who have devices, none of which has ever been heard (NEVER_HEARD)."""
    without_device: int
    """Those who have none (WITHOUT_DEVICE)."""


@strawberry.type
class CoverageQueries:
    """Root fields on who is protected."""

    @strawberry.field(
        description="How many of the elders whom you may see are protected by a device now.",
        metadata=priced(FIGURE),
    )
    async def coverage(
        self,
        info: Info,
        region: Annotated[
            str | None,
            strawberry.argument(
                description="Only those in the subtree of the division with this code; all if null."
            ),
        ] = None,
    ) -> Coverage:
        """Counted in one statement."""
        context = info.context
        async with context.database.figures:
            (row,) = await context.database.fetch(figures(context.actor, region))
        return Coverage(**dict(zip(_FIGURES, row, strict=True)))

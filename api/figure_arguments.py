"""What figures of a region are asked with, said once for all of them."""

from datetime import date
from typing import Annotated

import strawberry

OfRegion = Annotated[
    str | None,
    strawberry.argument(
        description="Only those of the subtree of the division with this code; all if null."
    ),
]

AsKnown = Annotated[
    date | None,
    strawberry.argument(
        description="As known at the end of this day; what was recorded later does not count. "
        "Today if null."
    ),
]

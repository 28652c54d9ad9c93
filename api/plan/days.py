"""Lists of a day: what was so then, today where none is given."""

from datetime import date
from typing import Annotated

import strawberry

from domain.calendar import today

AsOf = Annotated[
    date | None,
    strawberry.argument(description="On this day; today, by the district's clock, if null."),
]


def day_asked_for(given: date | None) -> date:
    """The day that is meant."""
    return today() if given is None else given

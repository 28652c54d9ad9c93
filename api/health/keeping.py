"""What mutations of all parts of the health record are given alike."""

from datetime import date

import strawberry

from api.describe import input_object
from api.mutations import MutationInput, mutation_input
from domain.health.writing import Period


@input_object
class PeriodInput:
    """When something holds."""

    since: date | None = None
    """The first day; today, by the district's clock, if null."""
    until: date | None = None
    """The first day on which it holds no longer; null where none is known."""

    def period(self) -> Period:
        """The same for the domain."""
        return Period(self.since, self.until)


@mutation_input
class EntryEndInput(MutationInput):
    """What holds no longer."""

    id: strawberry.ID
    """Which."""
    until: date | None = None
    """The first day on which it holds no longer, a past one or one to come, also instead of another
    that was said; today if null."""


@mutation_input
class EntryWithdrawInput(MutationInput):
    """What was entered wrongly."""

    id: strawberry.ID
    """Which."""

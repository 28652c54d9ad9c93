"""How many caregivers have the certificates and the training that they need."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import strawberry
from sqlalchemy import Boolean, ColumnElement, Date, DateTime, and_, or_

from api.context import Info
from api.describe import input_object, output
from api.figure_arguments import AsKnown, OfRegion
from api.plan.criteria import Criterion
from api.prices import FIGURE, priced
from domain.access import Role
from domain.caregivers.qualification import (
    Known,
    certified,
    counted,
    figures,
    qualified,
    trained,
)
from domain.caregivers.rules import HALF_HOURS_A_YEAR


@input_object
class CaregiverQualificationInput:
    """What caregivers have, as known at the end of a day."""

    as_of: date | None = None
    """At the end of which day, by the district's clock: what was recorded later does not count, so
    the answer stays. Today if null; no day to come."""
    certified: bool | None = None
    """Only those whose certificates were good then, or, if false, only those who lacked one."""
    trained: bool | None = None
    """Only those who had the year's hours, or, if false, only those who had not yet."""
    qualified: bool | None = None
    """Only those who had both, or, if false, only those who are missing."""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "CaregiverQualificationInput":
        """The input as graphql-core has coerced it."""
        return cls(
            as_of=given.get("asOf"),
            certified=given.get("certified"),
            trained=given.get("trained"),
            qualified=given.get("qualified"),
        )

    def bounds(self) -> tuple[Any, ...]:
        """For the SQL. Raises: InvalidInput for a day to come."""
        wanted = self.certified, self.trained, self.qualified
        return (*Known.at(self.as_of).bounds(), *wanted)


def of_caregivers() -> Any:
    """Accounts of caregivers as known on a day; perhaps only those who had what they need."""

    def condition(actor: Any, bounds: Any) -> ColumnElement[bool]:
        known = Known(*bounds[:3])
        asked = zip(bounds[3:], (certified, trained, qualified), strict=True)
        answers = (or_(wanted.is_(None), wanted == has(known)) for wanted, has in asked)
        return and_(counted(actor, known), *answers)

    return Criterion(
        (Date(), Date(), DateTime(timezone=True), Boolean(), Boolean(), Boolean()),
        lambda value: value.bounds(),
        {None: condition},
        CaregiverQualificationInput.of,
    )


@output
class CaregiverQualification:
    """How many caregivers have what they need. Each figure is the length of a list:
    `accounts(filter: {region: …, qualification: {asOf: …, qualified: …}})`."""

    as_of: date
    """At the end of which day it was known so; of today, as far as it is known now."""
    caregivers: int
    """How many there were."""
    certified: int
    """Those whose certificates (CAREGIVER and HEALTH) were good (`certified: true`)."""
    trained: int
    """Those who had the hours of training in the calendar year of the day (`trained: true`)."""
    qualified: int
    """Those who had both (`qualified: true`)."""
    missing: int
    """Those who had not (`qualified: false`)."""
    share: float | None
    """The part that had both, 0 to 1; null where there were no caregivers."""
    hours_needed: float
    """Hours of training that a caregiver needs in a calendar year."""


@strawberry.type
class QualificationQueries:
    """Root fields on what caregivers have and need."""

    @strawberry.field(
        description="How many of the caregivers of a region whom you keep or govern have the "
        "certificates and the year's training that they need, and how many are missing.",
        metadata=priced(FIGURE),
    )
    async def caregiver_qualification(
        self,
        info: Info,
        region: OfRegion = None,
        as_of: AsKnown = None,
    ) -> CaregiverQualification:
        """Counted in one statement."""
        context, known = info.context, Known.at(as_of)
        async with context.database.figures:
            statement = figures(context.actor, known, region)
            (row,) = await context.database.fetch(statement)
        return CaregiverQualification(
            as_of=known.day,
            caregivers=row.caregivers,
            certified=row.certified,
            trained=row.trained,
            qualified=row.qualified,
            missing=row.caregivers - row.qualified,
            share=row.qualified / row.caregivers if row.caregivers else None,
            hours_needed=HALF_HOURS_A_YEAR[Role.CAREGIVER] / 2,
        )

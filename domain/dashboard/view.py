"""Whose figures are asked for, of which region and which day."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel import col

from domain.access import FIGURE_READERS, Actor
from domain.calendar import today
from domain.database import Database
from domain.errors import InvalidInput, NotFound, PermissionDenied
from domain.reasons import Reason
from domain.regions.models import Region
from domain.tables import within
from domain.visits.coverage import Covered


@dataclass(frozen=True, slots=True)
class View:
    """What somebody looks at.

    Parameters:
        region: code of the division whose subtree counts.
        as_of: the district's day at whose end it was so, today or an earlier one.
        month: the month of that day, as known at that day's end.
    """

    actor: Actor
    region: str
    as_of: date
    month: Covered

    @property
    def is_of_today(self) -> bool:
        """Whether the day is not over."""
        return self.as_of == today()

    def here(self, code: Any) -> ColumnElement[bool]:
        """Whether a region's code lies in the region."""
        return within(code, self.region)


async def opened(database: Database, actor: Actor, region: str, as_of: date | None) -> View:
    """What an actor may look at.

    Parameters:
        as_of: the day; today if None.

    Raises: InvalidInput(as_of) for a day to come, NotFound(region), PermissionDenied(region) for
        who does not read all of it. Divisions are no secret.
    """
    day = as_of or today()
    if day > today():
        raise InvalidInput("as_of", reason=Reason.NOT_TO_COME)
    if not await database.fetch(select(col(Region.code)).where(col(Region.code) == region)):
        raise NotFound("region")
    if actor.role not in FIGURE_READERS or not actor.governs(region):
        raise PermissionDenied("region")
    return View(actor, region, day, Covered.of(day, day))

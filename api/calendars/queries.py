"""One's own calendars' addresses."""

import strawberry
from sqlmodel import col

from api.calendars.types import CalendarLink
from api.plan.criteria import holds
from api.plan.declare import descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.calendars import models


@filter_input
class CalendarLinkFilter(Filter):
    """Which addresses."""

    current: bool | None = holds(lambda _: col(models.CalendarLink.revoked_at).is_(None))
    """Only the one that leads somewhere; if false, only the others."""


@strawberry.type
class CalendarQueries:
    """Root fields on calendars' addresses."""

    calendar_link: CalendarLink | None = by_id(
        models.CalendarLink,
        description="An address of your calendar by id; null if there is none to be seen.",
    )
    calendar_links: Connection[CalendarLink] = listing(
        models.CalendarLink,
        order=descending(models.CalendarLink.id),
        filter=CalendarLinkFilter,
        description="The addresses that your calendar has and had, newest first.",
    )

"""Calendars' addresses as their owners see them."""

from datetime import datetime

from api.context import Context
from api.plan.declare import computed, node
from api.relay import Node
from domain.calendars import models
from domain.calendars.visibility import calendar_link_visible

CALENDARS = "/calendar"
"""Where calendars are read."""


def _path(link: models.CalendarLink, context: Context) -> str | None:
    secret = context.shown_once.get(link.id)
    return None if secret is None else f"{CALENDARS}/{secret}.ics"


@node(models.CalendarLink, visible=calendar_link_visible)
class CalendarLink(Node):
    """A secret address of your calendar: the visits that you have claimed, and when you are on
    call. Whoever has it reads when and in which communities you are, and no elder's name or
    door."""

    created_at: datetime
    """Since when it leads there."""
    revoked_at: datetime | None
    """Since when it does not any more; null while it does."""
    path: str | None = computed(_path, needs=[models.CalendarLink.id])
    """The address, without the server's: shown once, in the answer that made it, and null ever
    after."""

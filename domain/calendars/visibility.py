"""Whose calendars' addresses somebody sees: the own ones."""

from sqlmodel import col

from domain.access import Role
from domain.calendars.models import CalendarLink
from domain.row_access import RowAccess, RowRule

_ONES_OWN = RowRule("one's own", lambda actor: col(CalendarLink.account_id) == actor.id)

calendar_link_visible = RowAccess({Role.VOLUNTEER: _ONES_OWN, Role.CAREGIVER: _ONES_OWN})

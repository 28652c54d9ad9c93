"""Calendars' addresses as they lie in the database."""

from domain.access import Role
from domain.calendar import now
from domain.calendars.models import CalendarLink
from domain.database import Database
from domain.secrets import hashed, new_secret
from yiyang.district.cast import District


async def make_calendar_links(database: Database, district: District) -> None:
    """One of the volunteer's and one of the caregiver's, and one of each that was revoked."""
    async with database.transaction("test") as session:
        for role in (Role.VOLUNTEER, Role.CAREGIVER):
            for revoked_at in (None, now()):
                link = CalendarLink(
                    account_id=district.players[role].account_id,
                    token_hash=hashed(new_secret()),
                    revoked_at=revoked_at,
                )
                session.add(link)

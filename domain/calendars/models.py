"""The table of calendars' secret addresses."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from domain.tables import Table, keyed_hash, moment, primary_key, reference


class CalendarLink(Table, table=True):
    """A secret address of an account's calendar; whoever knows it may read the calendar."""

    __table_args__ = (
        Index("calendar_link_account_id_id", "account_id", "id"),
        Index(
            "calendar_link_once",
            "account_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index("calendar_link_token_hash_once", "token_hash", unique=True),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    account_id: UUID = Field(sa_column=reference("account.id"))
    token_hash: bytes = Field(sa_column=keyed_hash())
    created_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    revoked_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))

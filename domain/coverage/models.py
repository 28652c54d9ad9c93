"""What whoever looks for silent devices remembers."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, SmallInteger
from sqlmodel import Field

from domain.tables import Table, moment


class Listening(Table, table=True):
    """One row: since when the whole chain from devices to here is known to work, or to be deaf."""

    __table_args__ = (CheckConstraint("id = 1", name="listening_alone"),)

    id: int = Field(default=1, sa_column=Column(SmallInteger, primary_key=True))
    swept_at: datetime = Field(sa_column=moment())
    heard_since: datetime = Field(sa_column=moment())
    deaf_since: datetime | None = Field(default=None, sa_column=moment(nullable=True))

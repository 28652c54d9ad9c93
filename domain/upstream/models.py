"""How far what is told upstream has come, and what the other side would not take."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column
from sqlmodel import Field

from domain.tables import Table, moment


class Upstream(Table, table=True):
    """One destination: a position in the outbox, and the batch that is under way beyond it."""

    name: str = Field(primary_key=True)
    # Everything up to here has arrived, was refused, or concerns nobody upstream.
    position: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    # Last position of the batch under way: tried again, it is the same batch.
    batch_to: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    failures: int = 0
    # Refusals one after the other: so many are no fault of the rows.
    refusals: int = 0
    last_fault: str | None = None
    rests_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    # Until an operator resumes.
    stopped_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class UpstreamRefusal(Table, table=True):
    """A change that the other side would not take, alone; its status is kept."""

    name: str = Field(primary_key=True)
    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    topic: str
    subject_id: UUID
    change: str
    reason: str
    refused_at: datetime = Field(default=None, sa_column=moment(default_now=True))

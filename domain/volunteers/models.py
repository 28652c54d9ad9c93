"""What was done about volunteers; who they are stands in ``domain.visits.models``."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from domain.tables import Table, choice, counter, moment, reference
from domain.volunteers.lifecycle import VolunteerAction


class VolunteerLog(Table, table=True):
    """Who did what about a volunteer, when and why. Rows are only ever added."""

    __table_args__ = (Index("volunteer_log_volunteer_id_id", "volunteer_id", "id"),)

    id: int = Field(default=None, sa_column=counter())
    volunteer_id: UUID = Field(sa_column=reference("volunteer.id"))
    at: datetime = Field(default=None, sa_column=moment(default_now=True))
    action: VolunteerAction = Field(sa_column=choice(VolunteerAction, "volunteer_log_action_known"))
    # None where nobody did it: it was so before anybody asked.
    account_id: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    note: str | None = None

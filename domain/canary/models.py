"""What became of each test call."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from domain.tables import Table, moment, primary_key, reference


class CanaryRun(Table, table=True):
    """One test call and the moments at which it reached each place; null where it never did.

    The device's and the screen's moments are by the clock of whoever rings, the bridge's and the
    database's by theirs.
    """

    __table_args__ = (
        Index("canary_run_station_id_pressed_at", "station_id", "pressed_at"),
        Index("canary_run_pressed_at", "pressed_at"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    station_id: UUID = Field(sa_column=reference("station.id"))
    device_id: UUID = Field(sa_column=reference("device.id"))
    pressed_at: datetime = Field(sa_column=moment())
    received_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    recorded_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    confirmed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    shown_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))

"""Shifts of those who are told of alarms first."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, column, func
from sqlmodel import Field

from domain.tables import (
    Table,
    moment,
    no_overlap,
    primary_key,
    reference,
    region_code,
    version,
)


class OnCallShift(Table, table=True):
    """Somebody is on call at a place of care, or at a division's desk, from a moment on until
    before another. Nobody is at two places at once. A shift that was given away before it began is
    empty: it ends where it begins."""

    __table_args__ = (
        no_overlap(
            "account_id",
            func.tstzrange(column("since"), column("until")),
            name="on_call_shift_account_once",
        ),
        CheckConstraint("until >= since", name="on_call_shift_period_forward"),
        CheckConstraint("until <= since + interval '31 days'", name="on_call_shift_length_bounded"),
        Index("on_call_shift_region_code_id", "region_code", "id"),
        Index("on_call_shift_station_id_until", "station_id", "until"),
        Index("on_call_shift_region_code_until", "region_code", "until"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    # The station's, so that a region's shifts are a range.
    region_code: str = Field(sa_column=region_code())
    station_id: UUID | None = Field(default=None, sa_column=reference("station.id", nullable=True))
    account_id: UUID = Field(sa_column=reference("account.id"))
    backup: bool
    since: datetime = Field(sa_column=moment())
    until: datetime = Field(sa_column=moment())
    set_by: UUID = Field(sa_column=reference("account.id"))
    version: int = Field(default=None, sa_column=version())

"""What hangs at a bed to be scanned."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from domain.tables import Table, choice, keyed_hash, moment, primary_key, reference, region_code


class CareCodeEnd(StrEnum):
    """Why a code is good no more."""

    ROTATED = "ROTATED"
    STAY_ENDED = "STAY_ENDED"


class CareCode(Table, table=True):
    """A bed's code (一床一人一码), of which we keep the hash. A bed has one that is good, at most;
    the others stay, so that who scans an old print is told that it is old."""

    __table_args__ = (
        Index("care_code_once", "bed_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("care_code_code_hash_once", "code_hash", unique=True),
        CheckConstraint("num_nulls(ended_at, ended_why) IN (0, 2)", name="care_code_ended_whole"),
        Index("care_code_bed_id_id", "bed_id", "id"),
        Index("care_code_region_code_id", "region_code", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    bed_id: UUID = Field(sa_column=reference("bed.id"))
    # The station's, so that a region's codes are a range.
    region_code: str = Field(sa_column=region_code())
    code_hash: bytes = Field(sa_column=keyed_hash())
    issued_by: UUID = Field(sa_column=reference("account.id"))
    issued_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    ended_why: CareCodeEnd | None = Field(
        default=None, sa_column=choice(CareCodeEnd, "care_code_ended_why_known", nullable=True)
    )
    # None while it is good.
    ended_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))

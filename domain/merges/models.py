"""Merges of entries, and which rows each has moved."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from domain.tables import (
    POINTS_TO,
    Table,
    choice,
    moment,
    primary_key,
    reference,
    region_code,
    sealed,
)


class ElderMerge(Table, table=True):
    """An entry that was found to be of somebody who has another: what pointed at it points at the
    other, and it is gone from the register.

    Its own row, and what could not stand beside the other's, lie sealed here until the merge can
    no longer be undone.
    """

    __table_args__ = (
        CheckConstraint(
            "(undone_at IS NULL) = (undone_by IS NULL)", name="elder_merge_undone_by_somebody"
        ),
        CheckConstraint(
            "undone_at IS NULL OR aside_cipher IS NULL", name="elder_merge_nothing_aside"
        ),
        Index("elder_merge_kept_id_id", "kept_id", "id"),
        Index("elder_merge_region_code_id", "region_code", "id"),
        Index("elder_merge_duplicate_id", "duplicate_id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    kept_id: UUID = Field(sa_column=reference("elder.id"))
    # There is no such row while it is merged.
    duplicate_id: UUID = Field(
        sa_column=Column(Uuid(), nullable=False, info={POINTS_TO: "elder.id"})
    )
    # When they were merged; who takes them apart answers for both places.
    duplicate_region_code: str = Field(sa_column=region_code())
    # The kept one's.
    region_code: str = Field(sa_column=region_code())
    reason: str
    aside_cipher: bytes | None = Field(
        default=None, sa_column=sealed(nullable=True, bound_to=("duplicate_id",))
    )
    merged_by: UUID = Field(sa_column=reference("account.id"))
    merged_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    undone_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    undone_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))

    @property
    def elder_id(self) -> UUID:
        """Whose the trail says it is."""
        return self.kept_id


class MergeChange(StrEnum):
    """What a merge has done to rows."""

    MOVED = "MOVED"
    WITHDRAWN = "WITHDRAWN"
    ADDED = "ADDED"


class ElderMergeRows(Table, table=True):
    """Rows of one table that a merge has changed, by their keys."""

    merge_id: UUID = Field(sa_column=reference("elder_merge.id", primary_key=True))
    table_name: str = Field(primary_key=True)
    change: MergeChange = Field(
        sa_column=choice(MergeChange, "elder_merge_rows_change_known", primary_key=True)
    )
    # A list of objects, each a row's primary key.
    keys: list[Any] = Field(sa_column=Column(JSONB, nullable=False))

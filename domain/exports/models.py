"""Exports and the pieces of their files."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, text
from sqlmodel import Field

from domain.access import Role
from domain.exports.lifecycle import ExportState
from domain.tables import (
    Table,
    choice,
    moment,
    primary_key,
    reference,
    region_code,
    sealed,
)


class ExportFailure(StrEnum):
    """Why an export has no file."""

    RIGHTS_WITHDRAWN = "RIGHTS_WITHDRAWN"
    TOO_LARGE = "TOO_LARGE"
    QUERY_REFUSED = "QUERY_REFUSED"
    INTERNAL = "INTERNAL"


class Export(Table, table=True):
    """A list that somebody wants as a file: on whose behalf, which, and how far it has got.

    For some days a row outlives its file, without what was asked for: it says who took a list out
    of the system, and when.
    """

    __table_args__ = (
        CheckConstraint(
            "(state = 'FAILED') = (failure IS NOT NULL)", name="export_failed_with_reason"
        ),
        Index("export_account_id_id", "account_id", "id"),
        Index("export_kept_until", "expires_at", postgresql_where=text("state = 'DONE'")),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    account_id: UUID = Field(sa_column=reference("account.id"))
    # As the token said when the export was asked for.
    role: Role = Field(sa_column=choice(Role, "export_role_known"))
    region_code: str | None = Field(default=None, sa_column=region_code(nullable=True))
    language: str
    # Document and variables, names of people maybe; none, as of the cursor, once nothing more is
    # written.
    asked_cipher: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    list_name: str
    state: ExportState = Field(
        default=ExportState.WAITING, sa_column=choice(ExportState, "export_state_known")
    )
    failure: ExportFailure | None = Field(
        default=None, sa_column=choice(ExportFailure, "export_failure_known", nullable=True)
    )
    # How many rows there were when it was asked for.
    expected_rows: int
    row_count: int = 0
    byte_count: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    # Where the list goes on after the last row written; none at its beginning.
    cursor_cipher: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    # Fields that the role may not read, separated by commas; they are null in every line.
    masked: str = ""
    created_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    started_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    finished_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    expires_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class ExportPiece(Table, table=True):
    """Some whole lines of an export's file, compressed and sealed.

    The key's second part is the place of its first byte in the file.
    """

    export_id: UUID = Field(sa_column=reference("export.id", primary_key=True))
    starts_at: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    size: int
    body: bytes = Field(sa_column=sealed(bound_to=("export_id", "starts_at")))

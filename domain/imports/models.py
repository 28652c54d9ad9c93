"""Imports, and what is wrong with which row of their files."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Column, Index, String
from sqlmodel import Field

from domain.access import Role
from domain.imports.lifecycle import ImportState
from domain.tables import (
    Table,
    choice,
    counter,
    facts,
    moment,
    primary_key,
    reference,
    region_code,
    sealed,
)


class ImportColumn(StrEnum):
    """What a column of a file says of an elder."""

    NAME = "NAME"
    ID_NUMBER = "ID_NUMBER"
    GENDER = "GENDER"
    BIRTH_DATE = "BIRTH_DATE"
    REGION = "REGION"
    ADDRESS = "ADDRESS"
    PHONE = "PHONE"
    TAGS = "TAGS"
    TAGS_SINCE = "TAGS_SINCE"
    TAGS_SOURCE = "TAGS_SOURCE"
    CONTACT_NAME = "CONTACT_NAME"
    CONTACT_RELATION = "CONTACT_RELATION"
    CONTACT_PHONE = "CONTACT_PHONE"


class ImportFailure(StrEnum):
    """Why an import has come to nothing, whatever its rows say."""

    UNREADABLE = "UNREADABLE"
    TOO_LARGE = "TOO_LARGE"
    RIGHTS_WITHDRAWN = "RIGHTS_WITHDRAWN"
    INTERNAL = "INTERNAL"
    INTERRUPTED = "INTERRUPTED"


class FaultCode(StrEnum):
    """What may be wrong with a row: of the codes of ``ErrorCode`` those that the register gives."""

    INVALID_INPUT = "INVALID_INPUT"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    NOT_FOUND = "NOT_FOUND"
    PERMISSION_DENIED = "PERMISSION_DENIED"


class ElderImport(Table, table=True):
    """A spreadsheet of elders: who brought it, and what has become of it.

    The file is sealed, and gone as soon as the import has ended. What is left says who brought how
    many, and what was wrong with which row.
    """

    __table_args__ = (
        CheckConstraint(
            "(state = 'FAILED') = (failure IS NOT NULL)", name="elder_import_failed_with_reason"
        ),
        CheckConstraint(
            "(state IN ('WAITING', 'CHECKED', 'ENTERING')) = (file_cipher IS NOT NULL)",
            name="elder_import_file_while_open",
        ),
        Index("elder_import_account_id_id", "account_id", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    account_id: UUID = Field(sa_column=reference("account.id"))
    # As the token said when the file was brought.
    role: Role = Field(sa_column=choice(Role, "elder_import_role_known"))
    region_code: str | None = Field(default=None, sa_column=region_code(nullable=True))
    state: ImportState = Field(
        default=ImportState.WAITING, sa_column=choice(ImportState, "elder_import_state_known")
    )
    failure: ImportFailure | None = Field(
        default=None, sa_column=choice(ImportFailure, "elder_import_failure_known", nullable=True)
    )
    file_cipher: bytes | None = Field(
        default=None, sa_column=sealed(nullable=True, bound_to=("account_id",))
    )
    # Of elders, the line of titles not counted; null before the file was read.
    row_count: int | None = None
    # Of rows that the worker is through with: that were looked at, then that were entered.
    done_count: int = 0
    # Of rows with something wrong.
    bad_row_count: int = 0
    # Of all that is wrong; more than are kept, maybe.
    fault_count: int = 0
    # Of workers that have begun at it in this state.
    attempts: int = 0
    # Titles that are none of ours: what stands below them is not read.
    ignored: list[str] = Field(
        default=[], sa_column=Column(ARRAY(String), nullable=False, server_default="{}")
    )
    created_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    checked_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    finished_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class ElderImportFault(Table, table=True):
    """Something that is wrong with a row of a file; no value of it is kept."""

    __table_args__ = (Index("elder_import_fault_import_id_id", "import_id", "id"),)

    id: int = Field(default=None, sa_column=counter())
    import_id: UUID = Field(sa_column=reference("elder_import.id"))
    # As a spreadsheet numbers it: the titles' line is 1.
    row_number: int
    in_column: ImportColumn | None = Field(
        default=None,
        sa_column=choice(ImportColumn, "elder_import_fault_in_column_known", nullable=True),
    )
    code: FaultCode = Field(sa_column=choice(FaultCode, "elder_import_fault_code_known"))
    # Of the error: a reason and its bounds.
    facts: Mapping[str, Any] = Field(default={}, sa_column=facts())

"""Data requests, and the pieces of the copies that they ask for."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, text
from sqlmodel import Field

from domain.rights.lifecycle import RequestState
from domain.tables import Table, choice, moment, primary_key, reference, region_code, sealed


class RequestKind(StrEnum):
    """What is asked for."""

    ACCESS = "ACCESS"
    CORRECTION = "CORRECTION"
    ERASURE = "ERASURE"


class CorrectedField(StrEnum):
    """What of the register may be wrong."""

    NAME = "NAME"
    BIRTH_DATE = "BIRTH_DATE"
    ID_NUMBER = "ID_NUMBER"
    ADDRESS = "ADDRESS"
    PHONE = "PHONE"


class Refusal(StrEnum):
    """Why a request is refused: PIPL article 50 wants a reason."""

    NOT_IDENTIFIED = "NOT_IDENTIFIED"
    NOT_PROVED = "NOT_PROVED"
    RETENTION = "RETENTION"
    OPEN_MATTERS = "OPEN_MATTERS"
    OTHERS_RIGHTS = "OTHERS_RIGHTS"


class DataRequest(Table, table=True):
    """What somebody wants to be done about an elder's data, who decided, and what came of it.

    It stays when the data is erased: that it was, and on whose word, must be explained.
    """

    __table_args__ = (
        CheckConstraint("decided_by <> asked_by", name="data_request_decider_differs"),
        CheckConstraint(
            "(kind = 'CORRECTION') = (field IS NOT NULL)", name="data_request_corrects_a_field"
        ),
        CheckConstraint(
            "(state = 'REFUSED') = (refusal IS NOT NULL)", name="data_request_refused_with_reason"
        ),
        CheckConstraint(
            "state IN ('REQUESTED', 'WITHDRAWN') OR num_nulls(decided_by, decided_at) = 0",
            name="data_request_decided_by_somebody",
        ),
        Index(
            "data_request_open_once",
            "elder_id",
            "kind",
            "field",
            unique=True,
            postgresql_where=text("state IN ('REQUESTED', 'APPROVED')"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("data_request_elder_id_id", "elder_id", "id"),
        Index("data_request_region_code_id", "region_code", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    # The elder's when it was asked, so that a region's requests are a range.
    region_code: str = Field(sa_column=region_code())
    kind: RequestKind = Field(sa_column=choice(RequestKind, "data_request_kind_known"))
    state: RequestState = Field(
        default=RequestState.REQUESTED, sa_column=choice(RequestState, "data_request_state_known")
    )
    asked_by: UUID = Field(sa_column=reference("account.id"))
    asked_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    due_on: date
    # In the asker's own words: they may hold anything.
    reason_cipher: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    field: CorrectedField | None = Field(
        default=None, sa_column=choice(CorrectedField, "data_request_field_known", nullable=True)
    )
    wanted_cipher: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    decided_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    decided_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    refusal: Refusal | None = Field(
        default=None, sa_column=choice(Refusal, "data_request_refusal_known", nullable=True)
    )
    note_cipher: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    finished_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    expires_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    byte_count: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default=text("0"))
    )


class DataRequestPiece(Table, table=True):
    """Some bytes of a copy, compressed and sealed; the key's second part is their place in it."""

    request_id: UUID = Field(sa_column=reference("data_request.id", primary_key=True))
    starts_at: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    body: bytes = Field(sa_column=sealed(bound_to=("request_id", "starts_at")))

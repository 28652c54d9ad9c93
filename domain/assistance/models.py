"""Assistance cases and their append-only log."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from domain.assistance.lifecycle import CaseAction, CaseState
from domain.tables import (
    Table,
    choice,
    counter,
    moment,
    primary_key,
    reference,
    region_code,
    version,
)


class AssistanceKind(StrEnum):
    """What is applied for."""

    MINIMUM_LIVING = "MINIMUM_LIVING"
    EXTREME_HARDSHIP = "EXTREME_HARDSHIP"


class AssistanceCase(Table, table=True):
    """An elder's application and all that follows from it. One of a kind is open at a time."""

    __table_args__ = (
        Index(
            "assistance_case_open_once",
            "elder_id",
            "kind",
            unique=True,
            postgresql_where=text("state NOT IN ('REJECTED', 'CLOSED', 'TERMINATED', 'WITHDRAWN')"),
        ),
        CheckConstraint("accepted_by <> submitted_by", name="assistance_case_acceptor_differs"),
        CheckConstraint("rejected_by <> submitted_by", name="assistance_case_rejector_differs"),
        CheckConstraint(
            "num_nulls(accepted_by, accepted_on, policy_pack, clock_working_days, clock_source,"
            " due_on, due_provisional) IN (0, 7)",
            name="assistance_case_clock_whole",
        ),
        CheckConstraint(
            "accepted_on IS NOT NULL OR state IN"
            " ('DRAFT', 'SUBMITTED', 'NEEDS_SUPPLEMENT', 'REJECTED', 'WITHDRAWN')",
            name="assistance_case_accepted_with_clock",
        ),
        CheckConstraint(
            "state <> 'REJECTED' OR num_nulls(rejected_by, reject_reason) = 0",
            name="assistance_case_rejected_with_reason",
        ),
        Index("assistance_case_elder_id_id", "elder_id", "id"),
        Index("assistance_case_region_code_id", "region_code", "id"),
        Index("assistance_case_advisor_id_id", "advisor_id", "id"),
        Index("assistance_case_submitted_by_id", "submitted_by", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    region_code: str = Field(sa_column=region_code())
    kind: AssistanceKind = Field(sa_column=choice(AssistanceKind, "assistance_case_kind_known"))
    state: CaseState = Field(sa_column=choice(CaseState, "assistance_case_state_known"))
    submitted_by: UUID = Field(sa_column=reference("account.id"))
    submitted_at: datetime = Field(sa_column=moment())
    advisor_id: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    accepted_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    accepted_on: date | None = None
    rejected_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    reject_reason: str | None = None
    # The clock that acceptance starts: the policy pack that it was read from, and its result.
    policy_pack: str | None = None
    clock_working_days: int | None = None
    clock_source: str | None = None
    due_on: date | None = None
    due_provisional: bool | None = None
    version: int = Field(default=None, sa_column=version())


class AssistanceCaseLog(Table, table=True):
    """Who did what with a case, and when. Rows are only ever added."""

    __table_args__ = (Index("assistance_case_log_case_id_id", "case_id", "id"),)

    id: int = Field(default=None, sa_column=counter())
    case_id: UUID = Field(sa_column=reference("assistance_case.id"))
    at: datetime = Field(default=None, sa_column=moment(default_now=True))
    action: CaseAction = Field(sa_column=choice(CaseAction, "assistance_case_log_action_known"))
    state: CaseState = Field(sa_column=choice(CaseState, "assistance_case_log_state_known"))
    account_id: UUID = Field(sa_column=reference("account.id"))
    note: str | None = None

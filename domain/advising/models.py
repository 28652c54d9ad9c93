"""Whom advisors answer for, when they were in touch, and what these elders need."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, column, func, text
from sqlmodel import Field

from domain.advising.lifecycle import CareNeedState, SuggestionItemState
from domain.tables import (
    Table,
    choice,
    moment,
    no_overlap,
    primary_key,
    reference,
    sealed,
    version,
)


class CareNeedKind(StrEnum):
    """What somebody needs help with: the families of the district's services."""

    MEALS = "MEALS"
    BATHING = "BATHING"
    CLEANING = "CLEANING"
    MOBILITY = "MOBILITY"
    MEDICAL = "MEDICAL"
    EMERGENCY = "EMERGENCY"
    COMPANY = "COMPANY"


class CareNeedUrgency(StrEnum):
    """How soon."""

    URGENT = "URGENT"
    SOON = "SOON"
    ROUTINE = "ROUTINE"


class CareNeedSource(StrEnum):
    """How a need became known."""

    ASSESSMENT = "ASSESSMENT"
    ELDER = "ELDER"
    FAMILY = "FAMILY"
    VISIT = "VISIT"
    OTHER = "OTHER"


class Caseload(Table, table=True):
    """That an advisor answers for an elder from a day on, until before another or still; of an
    elder one at a time. One that was ended before it began is empty: it ends where it begins."""

    __table_args__ = (
        no_overlap(
            "elder_id",
            func.daterange(column("since"), column("until")),
            name="caseload_elder_once",
        ),
        CheckConstraint("until IS NULL OR until >= since", name="caseload_period_forward"),
        CheckConstraint("num_nulls(ended_at, ended_by) IN (0, 2)", name="caseload_ended_whole"),
        Index("caseload_elder_id_id", "elder_id", "id"),
        Index("caseload_account_id_id", "account_id", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    account_id: UUID = Field(sa_column=reference("account.id"))
    since: date
    until: date | None = None
    set_by: UUID = Field(sa_column=reference("account.id"))
    set_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    ended_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    version: int = Field(default=None, sa_column=version())


class ContactChannel(StrEnum):
    """How an advisor was in touch with an elder."""

    HOME = "HOME"
    OFFICE = "OFFICE"
    PHONE = "PHONE"
    VIDEO = "VIDEO"
    MESSAGE = "MESSAGE"


class ContactNote(Table, table=True):
    """That an advisor was in touch with an elder, and what was said.

    Rows are only added and withdrawn. What was said is sealed to the elder: moved to another's row
    it does not open.
    """

    __table_args__ = (
        CheckConstraint("contacted_at <= noted_at", name="contact_note_not_to_come"),
        CheckConstraint(
            "num_nulls(withdrawn_at, withdrawn_by) IN (0, 2)", name="contact_note_withdrawn_whole"
        ),
        Index("contact_note_elder_id_contacted_at_id", "elder_id", "contacted_at", "id"),
        Index("contact_note_contacted_at_id", "contacted_at", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    channel: ContactChannel = Field(sa_column=choice(ContactChannel, "contact_note_channel_known"))
    contacted_at: datetime = Field(sa_column=moment())
    note_cipher: bytes | None = Field(
        default=None, sa_column=sealed(nullable=True, bound_to=("elder_id",))
    )
    noted_by: UUID = Field(sa_column=reference("account.id"))
    noted_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    withdrawn_by: UUID | None = Field(
        default=None, sa_column=reference("account.id", nullable=True)
    )
    withdrawn_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class CareNeed(Table, table=True):
    """What an elder needs help with; of a kind one is open at a time.

    What was found is sealed to the elder: moved to another's row it does not open.
    """

    __table_args__ = (
        Index(
            "care_need_open_once",
            "elder_id",
            "kind",
            unique=True,
            postgresql_where=text("state = 'OPEN'"),
        ),
        CheckConstraint(
            "num_nulls(closed_at, closed_by) = CASE state WHEN 'OPEN' THEN 2 ELSE 0 END",
            name="care_need_closed_by_somebody",
        ),
        Index("care_need_elder_id_id", "elder_id", "id"),
        Index("care_need_state_id", "state", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    kind: CareNeedKind = Field(sa_column=choice(CareNeedKind, "care_need_kind_known"))
    urgency: CareNeedUrgency = Field(sa_column=choice(CareNeedUrgency, "care_need_urgency_known"))
    source: CareNeedSource = Field(sa_column=choice(CareNeedSource, "care_need_source_known"))
    note_cipher: bytes | None = Field(
        default=None, sa_column=sealed(nullable=True, bound_to=("elder_id",))
    )
    state: CareNeedState = Field(sa_column=choice(CareNeedState, "care_need_state_known"))
    opened_by: UUID = Field(sa_column=reference("account.id"))
    opened_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    closed_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    closed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class SuggestionList(Table, table=True):
    """Services that an advisor suggests to an elder and the family, until it is withdrawn."""

    __table_args__ = (
        CheckConstraint(
            "num_nulls(withdrawn_at, withdrawn_by) IN (0, 2)",
            name="suggestion_list_withdrawn_whole",
        ),
        Index("suggestion_list_elder_id_id", "elder_id", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    made_by: UUID = Field(sa_column=reference("account.id"))
    made_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    withdrawn_by: UUID | None = Field(
        default=None, sa_column=reference("account.id", nullable=True)
    )
    withdrawn_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class SuggestionItem(Table, table=True):
    """One of the services of a list, and what the elder or the family has said to it."""

    __table_args__ = (
        Index("suggestion_item_kind_once", "list_id", "kind", unique=True),
        CheckConstraint(
            "num_nulls(answered_at, answered_by) = CASE state WHEN 'PROPOSED' THEN 2 ELSE 0 END",
            name="suggestion_item_answered_by_somebody",
        ),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    list_id: UUID = Field(sa_column=reference("suggestion_list.id"))
    kind: CareNeedKind = Field(sa_column=choice(CareNeedKind, "suggestion_item_kind_known"))
    state: SuggestionItemState = Field(
        sa_column=choice(SuggestionItemState, "suggestion_item_state_known")
    )
    answered_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    answered_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))

"""The audit trail: rows are added, never changed or taken away."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Column, Index, LargeBinary, Text, Uuid, text
from sqlmodel import Field

from domain.access import Role
from domain.tables import POINTS_TO, Table, choice, counter, moment

READ = "read"
"""The action of rows that say who was shown what."""


class Outcome(StrEnum):
    """What came of it."""

    DONE = "DONE"
    DENIED = "DENIED"


class AuditEntry(Table, table=True):
    """One thing that somebody did, or one sensitive thing that somebody was shown."""

    __table_args__ = (
        Index("audit_entry_elder", "elder_id", "id", postgresql_where=text("elder_id IS NOT NULL")),
        Index("audit_entry_actor", "actor_id", "id"),
    )

    id: int = Field(default=None, sa_column=counter())
    at: datetime = Field(default=None, sa_column=moment(default_now=True))
    # No foreign keys: the trail stays when what it speaks of is erased.
    actor_id: UUID | None = Field(
        default=None, sa_column=Column(Uuid(), nullable=True, info={POINTS_TO: "account.id"})
    )
    role: Role | None = Field(
        default=None, sa_column=choice(Role, "audit_entry_role_known", nullable=True)
    )
    action: str
    outcome: Outcome = Field(sa_column=choice(Outcome, "audit_entry_outcome_known"))
    object_type: str | None = None
    object_id: UUID | None = Field(default=None, sa_column=Column(Uuid(), nullable=True))
    elder_id: UUID | None = Field(
        default=None, sa_column=Column(Uuid(), nullable=True, info={POINTS_TO: "elder.id"})
    )
    fields: list[str] = Field(
        default_factory=list,
        sa_column=Column(ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    )
    purpose: str | None = None
    request_id: str | None = None
    address: str | None = None


class AuditUnsealed(Table, table=True):
    """An entry that waits for the sealer; written with it."""

    entry_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


class AuditChain(Table, table=True):
    """An entry's place in the chain: the hash of the one before and of the entry.

    No foreign key: it would be the verifier's word that nothing is missing.
    """

    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    entry_id: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))

"""OAuth clients, and the assertions that they have used."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Column, LargeBinary, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from domain.tables import Table, moment, primary_key, reference

MAX_NAME = 100


class OauthClient(Table, table=True):
    """A system of a vendor's that asks for tokens (RFC 6749, 2).

    It proves itself by a secret or by keys of its own, never by either. The secret before the
    newest one is good for some time more, so that no call fails while a vendor takes the new one.
    """

    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(secret_hash, jwks) = 1", name="oauth_client_proves_itself_one_way"
        ),
        CheckConstraint(
            "(previous_hash IS NULL) = (previous_until IS NULL)"
            " AND (previous_hash IS NULL OR secret_hash IS NOT NULL)",
            name="oauth_client_previous_secret_ends",
        ),
        CheckConstraint("budget > 0", name="oauth_client_budget_positive"),
        CheckConstraint(f"length(name) BETWEEN 1 AND {MAX_NAME}", name="oauth_client_name_bounded"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    account_id: UUID = Field(sa_column=reference("account.id", index=True))
    name: str
    secret_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    previous_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    previous_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    # Public halves alone, as a JSON Web Key Set (RFC 7517).
    jwks: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True)
    )
    scopes: list[str] = Field(
        default_factory=list,
        sa_column=Column(ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    )
    budget: int | None = None
    # Stands in its tokens. A client that is disabled and enabled again has another, so that what it
    # held before stays void.
    epoch: UUID = Field(
        default=None, sa_column=Column(Uuid(), nullable=False, server_default=text("uuidv7()"))
    )
    created_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    disabled_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class OauthAssertion(Table, table=True):
    """A signed assertion by which a client has proved itself: it is good once (RFC 7523, 3).

    No UNLOGGED table: after a crash an assertion that somebody has caught would be good again.
    """

    client_id: UUID = Field(sa_column=reference("oauth_client.id", primary_key=True))
    # Of its `jti`, which may be any text.
    jti_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    until: datetime = Field(sa_column=moment())

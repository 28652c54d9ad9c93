"""Webhooks and their deliveries.

What a delivery says is not stored: it is read anew at each attempt, as its owner may see it then.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field

from domain.tables import Table, choice, facts, moment, primary_key, reference, sealed
from domain.webhooks.lifecycle import DeliveryState, WebhookState


class WebhookStop(StrEnum):
    """Why a webhook is sent nothing."""

    OWNER = "OWNER"
    FAILING = "FAILING"
    GONE = "GONE"
    RIGHTS_WITHDRAWN = "RIGHTS_WITHDRAWN"
    QUERY_REFUSED = "QUERY_REFUSED"
    CLIENT_DISABLED = "CLIENT_DISABLED"


class WebhookFault(StrEnum):
    """Why an attempt to deliver failed."""

    STATUS = "STATUS"
    TIMEOUT = "TIMEOUT"
    UNREACHABLE = "UNREACHABLE"
    ADDRESS_REFUSED = "ADDRESS_REFUSED"
    TOO_LARGE = "TOO_LARGE"
    EXPIRED = "EXPIRED"
    INTERNAL = "INTERNAL"


class Webhook(Table, table=True):
    """An address that is told of changes: which, on whose behalf, and how far it has got."""

    __table_args__ = (
        CheckConstraint("(state = 'ACTIVE') = (stop IS NULL)", name="webhook_stopped_with_reason"),
        CheckConstraint(
            "(previous_secret IS NULL) = (previous_until IS NULL)", name="webhook_secrets_whole"
        ),
        CheckConstraint("(client_id IS NULL) = (scopes IS NULL)", name="webhook_client_bounded"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    account_id: UUID = Field(sa_column=reference("account.id", index=True))
    # The OAuth client that asked for it, and with which scopes; none for who is bound by the role
    # alone. What the client may do now bounds it too.
    client_id: UUID | None = Field(
        default=None, sa_column=reference("oauth_client.id", nullable=True)
    )
    scopes: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text), nullable=True))
    url: str
    language: str
    document: str
    variables: dict[str, Any] = Field(default_factory=dict, sa_column=facts())
    secret: bytes = Field(sa_column=sealed())
    previous_secret: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    previous_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    state: WebhookState = Field(
        default=WebhookState.ACTIVE, sa_column=choice(WebhookState, "webhook_state_known")
    )
    stop: WebhookStop | None = Field(
        default=None, sa_column=choice(WebhookStop, "webhook_stop_known", nullable=True)
    )
    # Of the outbox: whatever lies before it has its delivery, or is not for this one.
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
    # Failures in a row, and since when; while it rests nothing is tried.
    failures: int = 0
    failing_since: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    rests_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    # A worker has it; one that dies over it loses it then.
    taken_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    created_at: datetime = Field(default=None, sa_column=moment(default_now=True))


class WebhookDelivery(Table, table=True):
    """One change that one webhook is told of; its global id is the message's ``webhook-id``."""

    __table_args__ = (
        UniqueConstraint("webhook_id", "position", name="webhook_delivery_position_once"),
        Index("webhook_delivery_webhook_id_id", "webhook_id", "id"),
        Index(
            "webhook_delivery_due",
            "webhook_id",
            "next_at",
            "id",
            postgresql_where=text("state = 'PENDING'"),
        ),
        Index("webhook_delivery_created_at", "created_at"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    webhook_id: UUID = Field(sa_column=reference("webhook.id"))
    # Of the change in the outbox; none for a test message.
    position: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    happened_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    state: DeliveryState = Field(
        default=DeliveryState.PENDING,
        sa_column=choice(DeliveryState, "webhook_delivery_state_known"),
    )
    attempts: int = 0
    next_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    last_attempt_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    last_status: int | None = None
    last_fault: WebhookFault | None = Field(
        default=None,
        sa_column=choice(WebhookFault, "webhook_delivery_last_fault_known", nullable=True),
    )
    created_at: datetime = Field(default=None, sa_column=moment(default_now=True))

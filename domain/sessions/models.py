"""Login sessions, their refresh tokens, and who a person is at WeChat."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from domain.tables import Table, choice, keyed_hash, moment, primary_key, reference, sealed


class SessionEnd(StrEnum):
    """Why a session has ended before its time."""

    LOGOUT = "LOGOUT"
    LOGOUT_EVERYWHERE = "LOGOUT_EVERYWHERE"
    ENDED_BY_PERSON = "ENDED_BY_PERSON"
    PROVIDER_LOGOUT = "PROVIDER_LOGOUT"
    REUSED = "REUSED"


class LoginSession(Table, table=True):
    """A device on which a person is signed in; its key stands in the tokens as ``sid``."""

    __table_args__ = (
        CheckConstraint(
            "(ended_at IS NULL) = (ended_why IS NULL)", name="login_session_ended_with_reason"
        ),
        Index("login_session_person_id_id", "person_id", "id"),
        Index("login_session_expires_at", "expires_at"),
        Index("login_session_provider_session_hash", "provider_session_hash"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    person_id: UUID = Field(sa_column=reference("person.id"))
    # In which the person acted last: a device opens where it was left.
    account_id: UUID = Field(sa_column=reference("account.id"))
    # Where an identity provider has signed the person in: who the person is there, and the
    # provider's own session. It may end either.
    staff_identity_id: UUID | None = Field(
        default=None, sa_column=reference("staff_identity.id", nullable=True, index=True)
    )
    provider_session_hash: bytes | None = Field(default=None, sa_column=keyed_hash(nullable=True))
    device: str | None = None
    address: str | None = None
    created_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    last_used_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    expires_at: datetime = Field(sa_column=moment())
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    ended_why: SessionEnd | None = Field(
        default=None, sa_column=choice(SessionEnd, "login_session_ended_why_known", nullable=True)
    )


class ProviderLogout(Table, table=True):
    """A logout token of an identity provider's that has been heeded: it is good once."""

    # Of its issuer and its `jti`, which may be any text.
    jti_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    until: datetime = Field(sa_column=moment())


class RefreshToken(Table, table=True):
    """What a device changes for new tokens, once. One that has been used is kept: who shows it
    again has stolen it, or was stolen from."""

    __table_args__ = (Index("refresh_token_expires_at", "expires_at"),)

    # SHA-256 of 256 random bits; there is nothing in it that a key would have to hide.
    token_hash: bytes = Field(sa_column=keyed_hash(primary_key=True))
    session_id: UUID = Field(sa_column=reference("login_session.id", index=True))
    issued_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    expires_at: datetime = Field(sa_column=moment())
    used_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class WechatIdentity(Table, table=True):
    """Who a person is to one of our mini-programs.

    The openid itself is sealed, to send messages to. Those who were bound before that was kept
    have none until they sign in again.
    """

    __table_args__ = (
        UniqueConstraint("app_id", "openid_hash", name="wechat_identity_openid_once"),
        UniqueConstraint("app_id", "person_id", name="wechat_identity_person_once"),
        Index("wechat_identity_unionid_hash", "unionid_hash"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    app_id: str
    openid_hash: bytes = Field(sa_column=keyed_hash())
    openid_cipher: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    unionid_hash: bytes | None = Field(default=None, sa_column=keyed_hash(nullable=True))
    person_id: UUID = Field(sa_column=reference("person.id", index=True))
    bound_at: datetime = Field(default=None, sa_column=moment(default_now=True))

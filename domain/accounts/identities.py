"""Staff as their identity provider knows them, and the accounts that it gave them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from domain.crypto import Vault
from domain.tables import Table, keyed_hash, moment, primary_key, reference


class StaffIdentity(Table, table=True):
    """Who a person is at an identity provider."""

    id: UUID = Field(default=None, sa_column=primary_key())
    issuer: str
    # A hash only: some providers name people by their phone or their mail.
    subject_hash: bytes = Field(sa_column=keyed_hash(unique=True))
    person_id: UUID = Field(sa_column=reference("person.id", index=True))
    signed_in_at: datetime = Field(default=None, sa_column=moment(default_now=True))


class StaffAccount(Table, table=True):
    """An account that an identity provider has given, and may take away again."""

    account_id: UUID = Field(sa_column=reference("account.id", primary_key=True))
    identity_id: UUID = Field(sa_column=reference("staff_identity.id", index=True))


@dataclass(frozen=True, slots=True)
class ProviderLogin:
    """A sign-in at an identity provider.

    Parameters:
        session_hash: digest of the provider's own session; None where it has none.
    """

    identity_id: UUID
    session_hash: bytes | None = None


def subject_digest(vault: Vault, issuer: str, subject: str) -> bytes:
    """What an identity is looked up by.

    Parameters:
        issuer: the provider's own address.
        subject: whom it means, in its own words (``sub``).
    """
    return vault.digest(f"{issuer}\0{subject}", "staff_identity.subject_hash")


def provider_session_digest(vault: Vault, issuer: str, session: str) -> bytes:
    """What a provider's own session is looked up by.

    Parameters:
        session: its name for it (``sid``).
    """
    return vault.digest(f"{issuer}\0{session}", "login_session.provider_session_hash")

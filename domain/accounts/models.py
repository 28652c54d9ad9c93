"""Persons, the accounts in which they act, and what links these to vendors."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Text, Uuid, column, func, literal_column, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from domain.access import Role
from domain.tables import (
    Table,
    choice,
    keyed_hash,
    moment,
    primary_key,
    reference,
    region_code,
    sealed,
)


class Relation(StrEnum):
    """How someone is related to an elder, seen from the elder."""

    SPOUSE = "SPOUSE"
    DAUGHTER = "DAUGHTER"
    SON = "SON"
    GRANDCHILD = "GRANDCHILD"
    SIBLING = "SIBLING"
    NEIGHBOUR = "NEIGHBOUR"
    OTHER = "OTHER"


class Vendor(Table, table=True):
    """A company whose devices or services the district uses."""

    id: UUID = Field(default=None, sa_column=primary_key())
    name: str = Field(unique=True)


class Person(Table, table=True):
    """Someone who signs in, whatever they then act as."""

    id: UUID = Field(default=None, sa_column=primary_key())
    name: str
    phone_masked: str | None = None
    phone_hash: bytes | None = Field(default=None, sa_column=keyed_hash(nullable=True, unique=True))
    phone_cipher: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    created_at: datetime = Field(default=None, sa_column=moment(default_now=True))


class Account(Table, table=True):
    """A person in one role at one place, for a time; or a house, or a vendor's client.

    Who holds several roles has several accounts, and each token speaks for one of them. At most one
    of elder, vendor, station and canteen says whose rows it answers for. An account is ended, never
    deleted or changed: what was done by it stays explained.
    """

    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="account_period_forward"),
        # The place that the role needs; a house brings its region along.
        ExcludeConstraint(
            (column("person_id", Uuid()), "="),
            (column("role", Text()), "="),
            (
                literal_column(
                    "coalesce(elder_id::text, vendor_id::text, station_id::text, canteen_id::text,"
                    " region_code, '')",
                    Text(),
                ),
                "=",
            ),
            (func.tstzrange(column("since"), column("until")), "&&"),
            name="account_role_once",
            using="gist",
            where=text("person_id IS NOT NULL"),
        ),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    name: str = Field(index=True)
    role: Role = Field(sa_column=choice(Role, "account_role_known"))
    region_code: str | None = Field(default=None, sa_column=region_code(nullable=True))
    elder_id: UUID | None = Field(
        default=None, sa_column=reference("elder.id", nullable=True, index=True)
    )
    vendor_id: UUID | None = Field(default=None, sa_column=reference("vendor.id", nullable=True))
    station_id: UUID | None = Field(default=None, sa_column=reference("station.id", nullable=True))
    canteen_id: UUID | None = Field(default=None, sa_column=reference("canteen.id", nullable=True))
    person_id: UUID | None = Field(
        default=None, sa_column=reference("person.id", nullable=True, index=True)
    )
    since: datetime = Field(default=None, sa_column=moment(default_now=True))
    until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    granted_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))

"""Accounts and what links them to elders and vendors."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from domain.access import Role
from domain.tables import Table, choice, moment, primary_key, reference, region_code


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


class Account(Table, table=True):
    """Someone who signs in, or a vendor's client; at most one of the last four says whose rows
    they answer for."""

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


class FamilyLink(Table, table=True):
    """An account that may look after an elder."""

    account_id: UUID = Field(sa_column=reference("account.id", primary_key=True))
    elder_id: UUID = Field(sa_column=reference("elder.id", primary_key=True, index=True))
    relation: Relation = Field(sa_column=choice(Relation, "family_link_relation_known"))
    linked_at: datetime = Field(default=None, sa_column=moment(default_now=True))

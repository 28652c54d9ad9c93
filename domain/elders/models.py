"""The register: elders, their tags, the people to call."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from domain.accounts.models import Relation
from domain.tables import (
    Table,
    choice,
    keyed_hash,
    primary_key,
    reference,
    region_code,
    sealed,
)


class Gender(StrEnum):
    """Sex as on the citizen id."""

    FEMALE = "FEMALE"
    MALE = "MALE"


class CareLevel(StrEnum):
    """Ability level 0 to 4 of GB/T 42195-2022, from intact to complete disability."""

    INTACT = "INTACT"
    MILD = "MILD"
    MODERATE = "MODERATE"
    SEVERE = "SEVERE"
    COMPLETE = "COMPLETE"


class Tag(StrEnum):
    """Why an elder needs attention. 高龄 (80 and older) is derived from the birth date, never
    entered."""

    LIVES_ALONE = "LIVES_ALONE"
    EMPTY_NEST = "EMPTY_NEST"
    LEFT_BEHIND = "LEFT_BEHIND"
    DISABLED = "DISABLED"
    SEVERELY_HANDICAPPED = "SEVERELY_HANDICAPPED"
    FAMILY_PLANNING_SPECIAL = "FAMILY_PLANNING_SPECIAL"
    DEMENTIA = "DEMENTIA"
    MINIMUM_LIVING = "MINIMUM_LIVING"
    EXTREME_HARDSHIP = "EXTREME_HARDSHIP"
    CHILDLESS = "CHILDLESS"


KEY_TAGS = frozenset(
    {
        Tag.LIVES_ALONE,
        Tag.EMPTY_NEST,
        Tag.LEFT_BEHIND,
        Tag.DISABLED,
        Tag.SEVERELY_HANDICAPPED,
        Tag.FAMILY_PLANNING_SPECIAL,
    }
)
"""独居 空巢 留守 失能 重残 计生特殊: key elders, the six groups of the 2022 visiting policy."""


class Elder(Table, table=True):
    """A person of 60 or older in the district's register.

    Personal data is kept as ciphertext, as a keyed hash for exact look-up where one is needed,
    and as masked text for lists.
    """

    __table_args__ = (
        Index("elder_region_code_id", "region_code", "id"),
        Index("elder_id_number_once", "id_number_hash", unique=True),
        CheckConstraint(
            "num_nulls(phone_masked, phone_hash, phone_cipher) IN (0, 3)", name="elder_phone_whole"
        ),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    region_code: str = Field(sa_column=region_code())
    name: str
    gender: Gender = Field(sa_column=choice(Gender, "elder_gender_known"))
    birth_date: date
    # Null after an erasure alone.
    care_level: CareLevel | None = Field(
        sa_column=choice(CareLevel, "elder_care_level_known", nullable=True)
    )
    id_number_masked: str
    id_number_hash: bytes = Field(sa_column=keyed_hash())
    id_number_cipher: bytes = Field(sa_column=sealed())
    address_masked: str
    address_cipher: bytes = Field(sa_column=sealed())
    phone_masked: str | None = None
    phone_hash: bytes | None = Field(default=None, sa_column=keyed_hash(nullable=True))
    phone_cipher: bytes | None = Field(default=None, sa_column=sealed(nullable=True))


class ElderCondition(Table, table=True):
    """A diagnosis of an elder's from a day on, until a day or for good.

    Code (ICD-10) and name are sealed to the elder: moved to another's row they do not open.
    """

    __table_args__ = (
        CheckConstraint("until IS NULL OR until > since", name="elder_condition_period_forward"),
        Index("elder_condition_elder_id_since_id", "elder_id", "since", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    since: date
    until: date | None = None
    code_cipher: bytes = Field(sa_column=sealed(bound_to=("elder_id",)))
    name_cipher: bytes = Field(sa_column=sealed(bound_to=("elder_id",)))


class ElderTag(Table, table=True):
    """One tag of an elder from a day on, until a day or for good."""

    __table_args__ = (
        CheckConstraint("until IS NULL OR until > since", name="elder_tag_period_forward"),
        Index("elder_tag_current", "tag", "elder_id", postgresql_where=text("until IS NULL")),
    )

    elder_id: UUID = Field(sa_column=reference("elder.id", primary_key=True))
    tag: Tag = Field(sa_column=choice(Tag, "elder_tag_known", primary_key=True))
    since: date = Field(primary_key=True)
    until: date | None = None
    source: str


class Contact(Table, table=True):
    """Someone to call for an elder, in order of calling (1 first)."""

    __table_args__ = (
        Index("contact_calling_order_once", "elder_id", "calling_order", unique=True),
        CheckConstraint("calling_order > 0", name="contact_calling_order_positive"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    calling_order: int
    name: str
    relation: Relation = Field(sa_column=choice(Relation, "contact_relation_known"))
    phone_masked: str
    phone_hash: bytes = Field(sa_column=keyed_hash())
    phone_cipher: bytes = Field(sa_column=sealed())

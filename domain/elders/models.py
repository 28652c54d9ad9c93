"""The register: elders, their tags, the people to call."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Column, Index, String, Uuid, column, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from domain.accounts.models import Relation
from domain.tables import (
    Table,
    choice,
    counter,
    keyed_hash,
    moment,
    no_overlap,
    primary_key,
    reference,
    region_code,
    sealed,
    version,
)


class Gender(StrEnum):
    """Sex as on the citizen id."""

    FEMALE = "FEMALE"
    MALE = "MALE"


class ElderField(StrEnum):
    """What the register says of somebody."""

    NAME = "NAME"
    GENDER = "GENDER"
    BIRTH_DATE = "BIRTH_DATE"
    ID_NUMBER = "ID_NUMBER"
    REGION = "REGION"
    ADDRESS = "ADDRESS"
    PHONE = "PHONE"
    CONTACT = "CONTACT"
    HOUSEHOLD = "HOUSEHOLD"


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
        Index("elder_id_number_end_hash", "id_number_end_hash"),
        Index(
            "elder_spelling",
            "spelling",
            postgresql_using="gin",
            postgresql_ops={"spelling": "gin_trgm_ops"},
        ),
        CheckConstraint(
            "num_nulls(phone_masked, phone_hash, phone_cipher) IN (0, 3)", name="elder_phone_whole"
        ),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    region_code: str = Field(sa_column=region_code())
    name: str
    # All by which the name is found (``spelling``).
    spelling: str = Field(
        default="", sa_column=Column(String, nullable=False, server_default=text("''"))
    )
    gender: Gender = Field(sa_column=choice(Gender, "elder_gender_known"))
    birth_date: date
    # Null before the first assessment, and after an erasure.
    care_level: CareLevel | None = Field(
        default=None, sa_column=choice(CareLevel, "elder_care_level_known", nullable=True)
    )
    id_number_masked: str
    id_number_hash: bytes = Field(sa_column=keyed_hash())
    id_number_cipher: bytes = Field(sa_column=sealed())
    # Of its last four characters.
    id_number_end_hash: bytes | None = Field(default=None, sa_column=keyed_hash(nullable=True))
    address_masked: str
    address_cipher: bytes = Field(sa_column=sealed())
    phone_masked: str | None = None
    phone_hash: bytes | None = Field(default=None, sa_column=keyed_hash(nullable=True))
    phone_cipher: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    # None: for as long as anybody remembers.
    registered_at: datetime | None = Field(
        default=None, sa_column=moment(nullable=True, default_now=True)
    )
    version: int = Field(default=None, sa_column=version())


class ElderLog(Table, table=True):
    """Who changed what of an elder's entry, and when: a row each field, and one, without a field,
    for the entry itself. Rows are only ever added.

    What was there before is shown masked as it would be now; in full it is sealed to the elder.
    """

    __table_args__ = (
        Index("elder_log_elder_id_id", "elder_id", "id"),
        # Who has moved since a day.
        Index("elder_log_moved", "at", postgresql_where=text("field = 'REGION'")),
    )

    id: int = Field(default=None, sa_column=counter())
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    at: datetime = Field(default=None, sa_column=moment(default_now=True))
    account_id: UUID = Field(sa_column=reference("account.id"))
    field: ElderField | None = Field(
        default=None, sa_column=choice(ElderField, "elder_log_field_known", nullable=True)
    )
    before: str | None = None
    after: str | None = None
    before_cipher: bytes | None = Field(
        default=None, sa_column=sealed(nullable=True, bound_to=("elder_id",))
    )


class ElderTag(Table, table=True):
    """One tag of an elder from a day on, until a day or for good, as somebody has entered it.

    Rows are only ever added and withdrawn: what has ended, or was wrong, is entered anew. Of what
    is believed, no two periods of one tag overlap.
    """

    __table_args__ = (
        ExcludeConstraint(
            (column("elder_id", Uuid()), "="),
            (column("tag", String()), "="),
            (func.daterange(column("since"), column("until")), "&&"),
            name="elder_tag_once",
            using="gist",
            # The same rows as those with no withdrawn_at, which reads ask for: so PostgreSQL, which
            # takes this index for cheaper than the others, cannot read by it.
            where=text("withdrawn_by IS NULL"),
        ),
        CheckConstraint("until IS NULL OR until > since", name="elder_tag_period_forward"),
        CheckConstraint(
            "num_nulls(withdrawn_at, withdrawn_by) IN (0, 2)", name="elder_tag_withdrawn_whole"
        ),
        Index("elder_tag_elder_id_since_id", "elder_id", "since", "id"),
        # Who carries a tag on a day, from the index alone.
        Index(
            "elder_tag_believed",
            "tag",
            "elder_id",
            "since",
            "until",
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    tag: Tag = Field(sa_column=choice(Tag, "elder_tag_known"))
    since: date
    until: date | None = None
    source: str
    entered_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    # Null where it came with an import.
    entered_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    withdrawn_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    withdrawn_by: UUID | None = Field(
        default=None, sa_column=reference("account.id", nullable=True)
    )


class KeyTagSet(Table, table=True):
    """Which tags make a key elder in a district from a day on, until it says otherwise."""

    __table_args__ = (
        Index("key_tag_set_once", "region_code", "since", unique=True),
        CheckConstraint("char_length(region_code) = 6", name="key_tag_set_of_a_district"),
        CheckConstraint("cardinality(tags) > 0", name="key_tag_set_says_something"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    region_code: str = Field(sa_column=region_code())
    since: date
    tags: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    set_by: UUID = Field(sa_column=reference("account.id"))
    set_at: datetime = Field(default=None, sa_column=moment(default_now=True))


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


class Household(Table, table=True):
    """Elders who live together."""

    id: UUID = Field(default=None, sa_column=primary_key())


class HouseholdMember(Table, table=True):
    """An elder who lives in a household from a day on, until a day or still; in one at a time."""

    __table_args__ = (
        no_overlap(
            "elder_id",
            func.daterange(column("since"), column("until")),
            name="household_member_elder_once",
        ),
        CheckConstraint("until IS NULL OR until >= since", name="household_member_period_forward"),
        Index("household_member_household_id_since_id", "household_id", "since", "id"),
        Index("household_member_elder_id_since_id", "elder_id", "since", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    household_id: UUID = Field(sa_column=reference("household.id"))
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    since: date
    until: date | None = None

"""What the health record says of an elder, and what was measured of them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, Uuid, column, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from domain.health.kinds import MeasurementKind
from domain.tables import (
    Table,
    choice,
    flag,
    keyed_hash,
    moment,
    primary_key,
    reference,
    sealed,
)

# SQLModel declares a class and takes an instance as well.
_MOMENT: Any = DateTime(timezone=True)


class AllergyKind(StrEnum):
    """What somebody is allergic to. It lies open, so that kitchens can ask for food alone."""

    DRUG = "DRUG"
    FOOD = "FOOD"
    OTHER = "OTHER"


class HealthEntry(Table):
    """What the health record says from a day on, until a day or for good, as somebody has entered
    it.

    Rows are only ever added and withdrawn: what has ended, or was wrong, is entered anew. Of what
    is believed, no two periods of one thing overlap; ``about_hash`` tells which that is, and is the
    elder's own: equal ones of two elders differ.
    """

    id: UUID = Field(
        default=None, primary_key=True, sa_column_kwargs={"server_default": text("uuidv7()")}
    )
    elder_id: UUID = Field(foreign_key="elder.id")
    since: date
    until: date | None = None
    entered_at: datetime = Field(
        default=None, sa_type=_MOMENT, sa_column_kwargs={"server_default": func.now()}
    )
    # Null where it came with an import.
    entered_by: UUID | None = Field(default=None, foreign_key="account.id")
    withdrawn_at: datetime | None = Field(default=None, sa_type=_MOMENT)
    withdrawn_by: UUID | None = Field(default=None, foreign_key="account.id")


def _rules(table: str) -> tuple[Any, ...]:
    return (
        ExcludeConstraint(
            (column("elder_id", Uuid()), "="),
            (column("about_hash", LargeBinary()), "="),
            (func.daterange(column("since"), column("until")), "&&"),
            name=f"{table}_once",
            using="gist",
            where=text("withdrawn_by IS NULL"),
        ),
        CheckConstraint("until IS NULL OR until > since", name=f"{table}_period_forward"),
        CheckConstraint(
            "num_nulls(withdrawn_at, withdrawn_by) IN (0, 2)", name=f"{table}_withdrawn_whole"
        ),
        Index(f"{table}_elder_id_since_id", "elder_id", "since", "id"),
    )


class ElderCondition(HealthEntry, table=True):
    """A diagnosis of an elder's.

    Code (ICD-10), name and source are sealed to the elder: moved to another's row they do not open.
    """

    __table_args__ = _rules("elder_condition")

    # Of the code; null where it was entered before there was one.
    about_hash: bytes | None = Field(default=None, sa_column=keyed_hash(nullable=True))
    code_cipher: bytes = Field(sa_column=sealed(bound_to=("elder_id",)))
    name_cipher: bytes = Field(sa_column=sealed(bound_to=("elder_id",)))
    # Null where nobody has said.
    source_cipher: bytes | None = Field(
        default=None, sa_column=sealed(nullable=True, bound_to=("elder_id",))
    )


class Allergy(HealthEntry, table=True):
    """What an elder is allergic to; all but the kind is sealed to the elder."""

    __table_args__ = _rules("allergy")

    kind: AllergyKind = Field(sa_column=choice(AllergyKind, "allergy_kind_known"))
    # Of the substance.
    about_hash: bytes = Field(sa_column=keyed_hash())
    content_cipher: bytes = Field(sa_column=sealed(bound_to=("elder_id",)))


class Medication(HealthEntry, table=True):
    """What an elder takes, how much and when, sealed to the elder."""

    __table_args__ = _rules("medication")

    # Of the name.
    about_hash: bytes = Field(sa_column=keyed_hash())
    content_cipher: bytes = Field(sa_column=sealed(bound_to=("elder_id",)))


class Measurement(Table, table=True):
    """One value that was measured of an elder; of a blood pressure both.

    Values lie open: curves are counted in SQL. Rows are only ever added and withdrawn.

    Parameters:
        newest: whether it is the newest of its kind that is believed; kept by who writes, under
            the elder's lock, as a page of elders asks for it.
    """

    __table_args__ = (
        # All that a curve reads, from the index alone.
        Index(
            "measurement_once",
            "elder_id",
            "kind",
            "taken_at",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
            postgresql_include=["value", "diastolic"],
        ),
        Index(
            "measurement_newest_once",
            "elder_id",
            "kind",
            unique=True,
            postgresql_where=text("newest"),
        ),
        Index("measurement_elder_id_taken_at_id", "elder_id", "taken_at", "id"),
        CheckConstraint(
            "(kind = 'BLOOD_PRESSURE') = (diastolic IS NOT NULL)", name="measurement_diastolic_of"
        ),
        CheckConstraint("diastolic < value", name="measurement_diastolic_below"),
        CheckConstraint(
            "value > 0 AND value < 'Infinity'::float8", name="measurement_value_finite"
        ),
        CheckConstraint(
            "num_nulls(withdrawn_at, withdrawn_by) IN (0, 2)", name="measurement_withdrawn_whole"
        ),
        CheckConstraint(
            "NOT newest OR withdrawn_at IS NULL", name="measurement_newest_is_believed"
        ),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    kind: MeasurementKind = Field(sa_column=choice(MeasurementKind, "measurement_kind_known"))
    taken_at: datetime = Field(sa_column=moment())
    value: float
    diastolic: float | None = None
    newest: bool = Field(default=False, sa_column=flag())
    device_id: UUID | None = Field(default=None, sa_column=reference("device.id", nullable=True))
    entered_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    entered_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    withdrawn_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    withdrawn_by: UUID | None = Field(
        default=None, sa_column=reference("account.id", nullable=True)
    )

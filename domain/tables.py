"""Shapes that every table shares, so that the same thing is stored the same way."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    Numeric,
    Text,
    Uuid,
    cast,
    column,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import declared_attr
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import SQLModel

from domain.calendar import DISTRICT_ZONE
from domain.errors import InvalidInput
from domain.reasons import Reason

SQLModel.metadata.naming_convention = {
    "pk": "%(table_name)s_pkey",
    "fk": "%(table_name)s_%(column_0_name)s_fkey",
    "uq": "%(table_name)s_%(column_0_name)s_once",
    "ix": "%(table_name)s_%(column_0_N_name)s",
    "ck": "%(constraint_name)s",
}


_REGION_CODE = re.compile(r"[0-9]{1,12}", re.ASCII)

POINTS_TO = "points_to"
"""In a column's info, the ``table.column`` that its values mean where no constraint says so: the
rows may outlive what they mean."""


class Table(SQLModel):
    """The base of every table: its name is the class's in snake case."""

    # SQLModel declares a ClassVar where SQLAlchemy wants a directive; both accept this at run time.
    @declared_attr.directive
    def __tablename__(cls) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


def primary_key() -> Any:
    """A UUIDv7 made by PostgreSQL: sortable by time, no counting from one to the next."""
    return Column(Uuid(), primary_key=True, server_default=text("uuidv7()"))


def reference(
    target: str, *, nullable: bool = False, index: bool = False, primary_key: bool = False
) -> Any:
    """A foreign key by UUID to ``table.column``."""
    return Column(
        Uuid(),
        ForeignKey(target),
        nullable=nullable,
        index=index or None,
        primary_key=primary_key,
    )


def region_code(*, nullable: bool = False, index: bool = False) -> Any:
    """A region's code. Collation C, so that a subtree is a range of codes."""
    return Column(
        Text(collation="C"), ForeignKey("region.code"), nullable=nullable, index=index or None
    )


def choice(
    values: type[StrEnum],
    check: str,
    *,
    nullable: bool = False,
    primary_key: bool = False,
    default: StrEnum | None = None,
) -> Any:
    """An enum as text under a named CHECK: a new value needs no type change.

    Parameters:
        values: the enum; its values are stored.
        check: the constraint's name.
        default: what PostgreSQL stores where nothing is said.
    """
    kind = Enum(
        values,
        name=check,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=_stored,
    )
    server_default = text(f"'{default.value}'") if default else None
    return Column(kind, nullable=nullable, primary_key=primary_key, server_default=server_default)


def _stored(values: type[StrEnum]) -> list[str]:
    return [member.value for member in values]


def moment(*, nullable: bool = False, default_now: bool = False, primary_key: bool = False) -> Any:
    """A point in time, UTC."""
    return Column(
        DateTime(timezone=True),
        nullable=nullable,
        server_default=func.now() if default_now else None,
        primary_key=primary_key,
    )


SEALED = "sealed"
"""Marks a column of ciphertext; beside it stands what its values are bound to."""


def sealed(*, nullable: bool = False, bound_to: tuple[str, ...] = ()) -> Any:
    """Ciphertext of the vault, that no list ever selects; `yiyang keys rotate` finds it by this.

    Parameters:
        bound_to: columns of the same row, whose values are part of the place that it was sealed
            for (``crypto.place``), in their order: moved to another row, it does not open.
    """
    return Column(LargeBinary, nullable=nullable, info={SEALED: bound_to})


def keyed_hash(*, nullable: bool = False, unique: bool = False, primary_key: bool = False) -> Any:
    """The vault's digest of a value that rows are looked up by; no list ever selects it."""
    return Column(LargeBinary, nullable=nullable, unique=unique or None, primary_key=primary_key)


def facts() -> Any:
    """Small structured data that no statement filters by."""
    return Column(JSONB, nullable=False, server_default=text("'{}'::jsonb"))


def flag() -> Any:
    """Yes or no; no unless it is said."""
    return Column(Boolean, nullable=False, server_default=text("false"))


def district_today() -> Any:
    """The district's current day, by PostgreSQL's clock: for conditions that stand in a plan."""
    return cast(func.timezone(str(DISTRICT_ZONE), func.now()), Date)


def money() -> Any:
    """An amount in yuan, to the fen; a Decimal in Python."""
    return Column(Numeric(12, 2), nullable=False)


def amount(*, zero: bool = False) -> Any:
    """How much of any currency, exact; a Decimal in Python. How many places it has, is the
    currency's: a CHECK says so.

    Parameters:
        zero: whether it is 0 where nothing is said.
    """
    return Column(Numeric(), nullable=False, server_default=text("0") if zero else None)


def no_overlap(
    key: str, span: ColumnElement[Any], *, name: str, where: str | None = None
) -> ExcludeConstraint[Any]:
    """Two rows of one key never overlap in time.

    Parameters:
        key: the UUID column that tells whose time it is.
        span: the row's time, as a range.
        name: the constraint's name.
        where: SQL for the rows that count; all if None.
    """
    return ExcludeConstraint(
        (column(key, Uuid()), "="),
        (span, "&&"),
        name=name,
        using="gist",
        where=text(where) if where else None,
    )


def counter() -> Any:
    """A key that counts up, given by PostgreSQL only."""
    return Column(BigInteger, Identity(always=True), primary_key=True)


def version() -> Any:
    """How often the row has been written: 1, and one more with each change, by a trigger
    (``count_version``), so that no way of writing can forget it."""
    return Column(Integer, nullable=False, server_default=text("1"))


@dataclass(frozen=True, slots=True)
class Subtree:
    """The codes of a division and of all below it, as a half-open range.

    Parameters:
        first: the smallest code; SQL of a value to come will do as well, so below.
        beyond: the smallest code that is no longer one of them.
    """

    first: Any
    beyond: Any

    @classmethod
    def of(cls, region: str) -> "Subtree":
        """The range of a code, or of all codes that begin with a text.

        Raises: InvalidInput for a text that is no code.
        """
        if not _REGION_CODE.fullmatch(region):
            raise InvalidInput("region", reason=Reason.REGION_CODE)
        return cls(region, region[:-1] + chr(ord(region[-1]) + 1))


def within(code: Any, region: str | Subtree) -> ColumnElement[bool]:
    """Whether a region code lies in a subtree: a range, not a LIKE.

    Parameters:
        code: the column with the code, collation C.
        region: the subtree, or the code of its root, or the beginning of codes.
    Raises: InvalidInput for a text that is no code.
    """
    subtree = region if isinstance(region, Subtree) else Subtree.of(region)
    return (code >= subtree.first) & (code < subtree.beyond)

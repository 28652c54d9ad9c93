"""The shapes of declarations, and the register of declared types: what a planner reads."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Table
from sqlalchemy.orm import InstrumentedAttribute
from strawberry.types.field import StrawberryField

from api.prices import OBJECT
from domain.access import ConsentScope, Permission
from domain.row_access import RowAccess
from domain.tables import POINTS_TO

Visible = RowAccess

USUAL_LENGTH = 5
"""Rows of a list that is short by nature."""

Named = Callable[[Mapping[str, Any]], tuple[str, str | None]]
"""A field's arguments -> what the audit trail says of it: the field that is shown, and for what."""


OfDay = Callable[[Any], ColumnElement[bool]]
"""SQL of a day -> which rows mean something on it."""


@dataclass(frozen=True)
class Order:
    """A total order: columns that together are unique, all in one direction."""

    columns: tuple[Any, ...]
    descending: bool = False


@dataclass(frozen=True, eq=False)
class One:
    """The row that a foreign key of this row points to; null if there is none to be seen."""

    column: InstrumentedAttribute[Any]


@dataclass(frozen=True, eq=False)
class Many:
    """All rows whose foreign key points to this row; for lists that are short by nature.

    Parameters:
        on: where the field takes a day, ``asOf``: which of the rows it means.
    """

    column: InstrumentedAttribute[Any]
    order: Order
    where: ColumnElement[bool] | None = None
    value: InstrumentedAttribute[Any] | None = None
    usual_length: int = USUAL_LENGTH
    on: OfDay | None = None


@dataclass(frozen=True, eq=False)
class OneBack:
    """The first of the rows whose foreign key points to this row; null if there is none to be
    seen."""

    column: InstrumentedAttribute[Any]
    order: Order
    where: ColumnElement[bool] | None = None


@dataclass(frozen=True, eq=False)
class Listing:
    """A connection over the rows whose foreign key points to this row."""

    column: InstrumentedAttribute[Any]
    order: Order


@dataclass(frozen=True, eq=False)
class Computed:
    """A Python function of some columns of the row and of the operation's context; null where
    the actor's role lacks the permission.

    Parameters:
        own: the columns with accounts of which the function is told whether they are the actor's,
            or the same person's, by the argument's name; none where it need not know.
        discloses: the column with the elder, or the key of another row, whose sensitive data it
            shows; None where it shows none.
        named: where the field has arguments. Who is refused is then in the trail, too.
        points: what an object of it costs.
    """

    function: Callable[..., Any]
    needs: tuple[InstrumentedAttribute[Any], ...]
    own: Mapping[str, InstrumentedAttribute[Any]] = field(default_factory=dict[str, Any])
    permission: Permission | None = None
    discloses: InstrumentedAttribute[Any] | None = None
    named: Named | None = None
    points: int = OBJECT

    @property
    def disclosed(self) -> str:
        """The table of those whose sensitive data it shows."""
        assert self.discloses is not None
        column = self.discloses.property.columns[0]
        pointed_at = [one.column.table.name for one in column.foreign_keys]
        return pointed_at[0] if pointed_at else column.table.name


@dataclass(frozen=True, eq=False)
class Column:
    """A column of the row."""

    column: InstrumentedAttribute[Any]


@dataclass(frozen=True, eq=False)
class GlobalId:
    """The key, with the type's prefix."""

    prefix: str


@dataclass(frozen=True, eq=False)
class Consented:
    """Another declaration, of a row that is an elder or has to do with one: null for one of the
    family to whom the elder has not consented to show it.

    Parameters:
        declaration: where the field comes from.
        scope: what the elder must have consented to.
        elder: the row's column with the elder's key.
    """

    declaration: "One | Many | OneBack | Listing | Computed | Column"
    scope: ConsentScope
    elder: InstrumentedAttribute[Any]


Declaration = One | Many | OneBack | Listing | Computed | Column | Consented


def unwrapped(declaration: Declaration) -> Declaration:
    """Where a field comes from, whoever has to consent to it."""
    return declaration.declaration if isinstance(declaration, Consented) else declaration


_METADATA = "declaration"


def declared(declaration: Any) -> dict[str, Any]:
    """What a Strawberry field carries, so that the planner finds its declaration."""
    return {_METADATA: declaration}


def declaration_of(field: StrawberryField) -> Any:
    """Where a Strawberry field comes from, if that was declared."""
    return field.metadata.get(_METADATA)


@dataclass
class RowType:
    """A GraphQL type over a table.

    Parameters:
        prefix: of its global ids; None for a type that has none.
        streamed: whether its pages carry their place in the stream of changes.
    """

    cls: Any
    model: Any
    visible: Visible
    prefix: str | None
    streamed: bool = False
    fields: dict[str, Declaration] = field(default_factory=dict[str, Declaration])

    @property
    def table(self) -> Table:
        """The table."""
        return self.model.__table__

    @property
    def key(self) -> InstrumentedAttribute[Any]:
        """The first column of the primary key."""
        return getattr(self.model, next(iter(self.table.primary_key.columns)).key)

    def columns(self) -> list[InstrumentedAttribute[Any]]:
        """Every column that some field reads: what a load selects."""
        needed = {self.key.key: self.key}
        for declaration in self.fields.values():
            for column in _columns_of(declaration):
                needed[column.key] = column
        return list(needed.values())

    def instance(self, values: dict[str, Any]) -> Any:
        """A row as an instance of the type; its attributes are the columns."""
        made: Any = object.__new__(self.cls)
        made.__dict__.update(values)
        return made


def _columns_of(declaration: Declaration) -> Iterator[InstrumentedAttribute[Any]]:
    match declaration:
        case Consented(declaration=inner, elder=elder):
            yield elder
            yield from _columns_of(inner)
        case Column(column) | One(column):
            yield column
        case Computed(needs=needs, own=accounts, discloses=whose):
            yield from (*needs, *accounts.values())
            yield from [] if whose is None else [whose]
        case Many() | OneBack() | Listing():
            pass


_BY_TABLE: dict[str, RowType] = {}
_BY_PREFIX: dict[str, RowType] = {}
_BY_CLASS: dict[type, RowType] = {}


def register(row_type: RowType) -> None:
    """Make a declared type known by its table, its class and its ids' prefix.

    Raises: ValueError for a second type over a table: pointers to it would not know which.
    """
    if row_type.table.name in _BY_TABLE:
        raise ValueError(f"{row_type.table.name} is declared twice")
    _BY_TABLE[row_type.table.name] = row_type
    _BY_CLASS[row_type.cls] = row_type
    if row_type.prefix:
        _BY_PREFIX[row_type.prefix] = row_type


def row_type_of_table(table: Any) -> RowType:
    """The type over a table. Raises: KeyError where none is declared."""
    return _BY_TABLE[table.name]


def declared_types() -> list[RowType]:
    """Every declared type, in the order of their names."""
    return sorted(_BY_CLASS.values(), key=lambda row_type: row_type.cls.__name__)


def declared_nodes() -> list[type]:
    """Every type that has global ids."""
    return [row_type.cls for row_type in _BY_PREFIX.values()]


def row_type_of_prefix(prefix: str) -> RowType | None:
    """The type whose global ids begin with a prefix."""
    return _BY_PREFIX.get(prefix)


def row_type_of(cls: type) -> RowType:
    """What a class was declared as. Raises: KeyError."""
    return _BY_CLASS[cls]


def row_type_of_class(cls: type) -> RowType | None:
    """What a class was declared as; None for one that stands for no row."""
    return _BY_CLASS.get(cls)


def source_of(column: InstrumentedAttribute[Any]) -> RowType:
    """The type over the table that has a column."""
    return row_type_of_table(column.property.columns[0].table)


def pointed_at(column: InstrumentedAttribute[Any]) -> str:
    """The name of the column that another one points at."""
    return _target(column).key


def target_of(column: InstrumentedAttribute[Any]) -> RowType:
    """The type over the table that a column points to."""
    return row_type_of_table(_target(column).table)


def _target(column: InstrumentedAttribute[Any]) -> Any:
    stored = column.property.columns[0]
    for key in stored.foreign_keys:
        return key.column
    table, _, name = stored.info[POINTS_TO].partition(".")
    return stored.table.metadata.tables[table].columns[name]

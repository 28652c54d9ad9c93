"""The SQL of a plan: which table is read under which name, and what stands side by side in a row.

Each reading of a table is a subquery of its own that carries the actor's predicate, so that the
predicate always speaks of the table by its own name; PostgreSQL flattens it. To-one fields are
LEFT JOINs in their parent's row, to-many fields arrays of rows in it.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import ARRAY, Select, Text, cast, func, literal_column, select, true
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.expression import ColumnElement

from api.plan.shapes import Order, RowType

_DIALECT = asyncpg_dialect()


AnySelect = Select[*tuple[Any, ...]]


class ArrayOf(ColumnElement[Any]):
    """``ARRAY(SELECT …)`` of a statement with one column."""

    inherit_cache = False

    def __init__(self, statement: AnySelect) -> None:
        self.statement = statement
        self.type = ARRAY(Text())


@compiles(ArrayOf)
def _array_of(element: ArrayOf, compiler: Any, **options: Any) -> str:
    return "ARRAY" + compiler.process(element.statement.scalar_subquery(), **options)


class Reading(Protocol):
    """Which rows of a table."""

    def __call__(self, columns: list[Any]) -> AnySelect:
        """The statement that selects columns of them."""
        ...


@dataclass(eq=False)
class Access:
    """One reading of a table, as far as the actor sees it.

    Parameters:
        name: unique in the statement.
        on: what joins it to its parent's row; None where the reading itself says that.
        order: of the rows.
    """

    name: str
    row_type: RowType
    reading: Reading
    on: Callable[[Any], ColumnElement[bool]] | None = None
    order: Order | None = None
    reverse: bool = False
    alias: Any = None
    _columns: dict[str, InstrumentedAttribute[Any]] = field(
        default_factory=dict[str, InstrumentedAttribute[Any]]
    )

    def need(self, column: InstrumentedAttribute[Any]) -> str:
        """Have a column read; its name in the alias."""
        self._columns.setdefault(column.key, column)
        return column.key

    def column(self, name: str) -> Any:
        """A column that is needed, by its name; None if none is called that."""
        return self._columns.get(name)

    def build(self, *, lateral: bool = False) -> Any:
        """Fix what is read, and name it."""
        self.need(self.row_type.key)
        ordering = self.order.columns if self.order else ()
        places = [one.label(f"order_{number}") for number, one in enumerate(ordering)]
        statement = self.reading([*self._columns.values(), *places])
        self.alias = statement.lateral(self.name) if lateral else statement.subquery(self.name)
        return self.alias

    def ordering(self) -> list[ColumnElement[Any]]:
        """The order, in the alias's columns."""
        return ordered(
            self.order,
            lambda number, _: self.alias.c[f"order_{number}"],
            reverse=self.reverse,
        )


def ordered(
    order: Order | None, place: Callable[[int, Any], Any], *, reverse: bool
) -> list[ColumnElement[Any]]:
    """ORDER BY of a declared order.

    Parameters:
        place: an order column's number and itself -> what to order by.
    """
    if order is None:
        return []
    down = order.descending is not reverse
    places = [place(number, one) for number, one in enumerate(order.columns)]
    return [one.desc() if down else one.asc() for one in places]


Place = tuple[str, str] | tuple[str, str, Any]
"""What stands somewhere in a row: an access and its column, or its rows, and how they are shown."""


@dataclass(eq=False)
class Record:
    """What stands side by side in one row of a result: a table's columns, those of the rows that
    it points to, arrays of the rows that point to it.

    Parameters:
        variable: of the row, in the assembler.
        top: the reading that makes the rows.
    """

    variable: str
    top: Access
    joined: dict[Hashable, Access] = field(default_factory=dict[Hashable, Access])
    _slots: dict[Place, Callable[[], Any]] = field(default_factory=dict[Place, Callable[[], Any]])

    def slot(self, key: Place, make: Callable[[], Any]) -> str:
        """A place in the row, as the assembler reads it.

        Parameters:
            key: what stands there; asked for twice, it stands there once.
            make: its SQL, once all accesses have been built.
        """
        self._slots.setdefault(key, make)
        return f"{self.variable}[{list(self._slots).index(key)}]"

    def column(self, access: Access, column: InstrumentedAttribute[Any]) -> str:
        """The place of a column; an array's values are plain texts, for the driver knows no array
        of a narrower type inside a row."""
        name = access.need(column)

        def made() -> Any:
            found = access.alias.c[name]
            return cast(found, ARRAY(Text)) if isinstance(found.type, ARRAY) else found

        return self.slot((access.name, name), made)

    def presence(self, access: Access) -> str:
        """A place that is null only where the access found no row: one that is read anyway, if
        possible."""
        for name, column, *rest in self._slots:
            known = access.column(column) if name == access.name else None
            if known is not None and not known.property.columns[0].nullable:
                key = (name, column, *rest)
                return self.slot(key, self._slots[key])
        return self.column(access, access.row_type.key)

    def text(self, access: Access, column: InstrumentedAttribute[Any]) -> str:
        """The place of a column's value as PostgreSQL writes it."""
        name = access.need(column)
        return self.slot((access.name, name, "text"), lambda: cast(access.alias.c[name], Text))

    def join(self, key: Hashable, make: Callable[[], Access]) -> Access:
        """The access that stands beside this one for a declaration; one for several fields."""
        if key not in self.joined:
            self.joined[key] = make()
        return self.joined[key]

    def select(self, *, as_row: bool = False) -> AnySelect:
        """The statement.

        Parameters:
            as_row: whether its one column is the row, to stand in an array.
        """
        source = self.top.build()
        for access in self.joined.values():
            lateral = access.on is None
            alias = access.build(lateral=lateral)
            source = source.outerjoin(alias, true() if access.on is None else access.on(alias))
        slots = [make() for make in self._slots.values()]
        columns = [func.row(*slots)] if as_row else self._labelled(slots or [literal_column("1")])
        return select(*columns).select_from(source).order_by(*self.top.ordering())

    def _labelled(self, slots: list[Any]) -> list[Any]:
        return [one.label(f"c{number}") for number, one in enumerate(slots)]


def text_of(statement: AnySelect) -> str:
    """The statement as PostgreSQL gets it: constants stand in it, values are parameters."""
    return str(statement.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))

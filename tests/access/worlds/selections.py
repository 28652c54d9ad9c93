"""Random operations that ask who is there, chosen from the schema's own declarations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import get_named_type, is_leaf_type
from strawberry.utils.str_converters import to_camel_case

from api.plan.root_shapes import ById, Oneself, Rows
from api.plan.shapes import (
    Column,
    Computed,
    Listing,
    Many,
    One,
    OneBack,
    Order,
    RowType,
    declaration_of,
    declared_types,
    row_type_of_table,
    source_of,
    target_of,
    unwrapped,
)
from api.schema import core, schema
from domain.audit.models import AuditEntry
from domain.elders.models import Tag
from domain.ids import public_id
from tests.access.oracle import ORACLE
from tests.access.world import Row, World
from tests.plans.tape import Tape

OBJECTS = 1500
"""Rows that an operation may be taken to have; its limit lies higher."""

FILE_OBJECTS = 12
"""The same of a line of a file, which may have hundreds."""

MOST_FIELDS = 3
"""Of a row."""

REGION_FILTERED = ("elders", "alarms", "devices", "visit_tasks", "assistance_cases")

NOBODY = "0" * 32
"""Of no row's id."""


class Supply:
    """What the arguments of operations are taken from.

    Attributes:
        rows: of each table in the order of their keys, whoever may see them.
        ids: their global ids, of tables that have any.
        regions: codes to filter by.
    """

    def __init__(self, world: World) -> None:
        self.rows: Mapping[str, list[Row]] = {
            table: [rows[key] for key in sorted(rows)] for table, rows in world.tables.items()
        }
        self.ids = {
            table: [public_id(table, row["id"]) for row in self.rows[table]] for table in ORACLE
        }
        codes = sorted({row["region_code"] for row in self.rows["elder"]})
        self.regions = [code[:digits] for code in codes for digits in (2, 6, 9, 12)]


@dataclass(frozen=True)
class Part:
    """Which rows of a list are asked for.

    Parameters:
        size: how many at most.
        backward: from the list's end.
        after, before: rows, seen or not, between which they lie; None for the list's own ends.
    """

    size: int
    backward: bool = False
    after: Row | None = None
    before: Row | None = None


@dataclass(frozen=True)
class Field:
    """A selected field under a key of its own.

    Parameters:
        name: as declared, for example ``meal_orders``.
        below: what is selected of each row; None for a leaf.
        part: of a connection; None where it is none.
        given: the other arguments as Python values: ``region``, ``tag``, ``id``, ``ids``.
    """

    key: str
    name: str
    declaration: Any
    below: "Selection | None" = None
    part: Part | None = None
    given: tuple[tuple[str, Any], ...] = ()

    @property
    def order(self) -> Order:
        """A connection's."""
        declaration: Any = unwrapped(self.declaration)
        return declaration.order


@dataclass(frozen=True)
class Selection:
    """What is selected of a row of a type."""

    row_type: RowType
    fields: tuple[Field, ...]


def root_fields() -> dict[str, Any]:
    """The declared fields of the query type, by name."""
    found: dict[str, Any] = {}
    for field in schema.query.__strawberry_definition__.fields:  # pyright: ignore[reportAttributeAccessIssue]  # of Strawberry's decorator
        declaration = declaration_of(field)
        # The trail grows with each answer; and what is asked for somewhere has no filter.
        other = isinstance(declaration, Rows) and (
            declaration.model is AuditEntry or declaration.spread
        )
        if isinstance(declaration, ById | Rows | Oneself) and not other:
            found[field.python_name] = declaration
    return found


ROOTS = root_fields()
LISTS = [name for name, declaration in ROOTS.items() if isinstance(declaration, Rows)]
NODES = [row_type for row_type in declared_types() if row_type.prefix]

_MOST_BOUND = ["elders", "alarms", "visit_tasks"]
"""Whose rows and fields are shown by consents, times and claims, however much else there is."""


class Chooser:
    """Chooses what an operation asks for."""

    def __init__(self, tape: Tape, supply: Supply) -> None:
        self.tape, self.supply = tape, supply
        self.keys = 0

    def operation(self) -> list[Field]:
        """One to three root fields."""
        return [self.root() for _ in range(self.tape.pick([1, 1, 2, 3]))]

    def root(self) -> Field:
        if self.tape.chance(35):
            return self.node() if self.tape.chance(25) else self.nodes()
        name = self.tape.pick(_MOST_BOUND if self.tape.chance(60) else list(ROOTS))
        declaration = ROOTS[name]
        match declaration:
            case Rows():
                return self.rows(name, declaration)
            case ById(model):
                row_type = row_type_of_table(model.__table__)
                return self.one(name, declaration, row_type)
            case _:
                below = self.selection(row_type_of_table(declaration.model.__table__), 4, OBJECTS)
                return Field(self.key(name), name, declaration, below)

    def rows(self, name: str, declaration: Rows) -> Field:
        """Some of a whole table."""
        row_type = row_type_of_table(declaration.model.__table__)
        part = self.part(self.tape.pick([200, 20, 5, 0]), row_type)
        below = self.selection(row_type, 3, OBJECTS // max(part.size, 1))
        return Field(self.key(name), name, declaration, below, part, self.filter(name))

    def listing(self) -> Field:
        """All of a whole table, for a file."""
        # A file of one's exports would have itself in it.
        name = self.tape.pick([one for one in LISTS if one != "exports"])
        row_type = row_type_of_table(ROOTS[name].model.__table__)
        below = self.selection(row_type, 3, FILE_OBJECTS)
        return Field(self.key(name), name, ROOTS[name], below, None, self.filter(name))

    def filter(self, name: str) -> tuple[tuple[str, Any], ...]:
        """What a whole table is asked for by."""
        given: list[tuple[str, Any]] = []
        if name in REGION_FILTERED and self.tape.chance(40):
            given.append(("region", self.tape.pick(self.supply.regions)))
        if name == "elders" and self.tape.chance(25):
            given.append(("tag", self.tape.pick(list(Tag)).value))
        return tuple(given)

    def part(self, size: int, row_type: RowType) -> Part:
        """A page of so many rows, from either end, perhaps beyond some row of the table."""
        rows = self.supply.rows[row_type.table.name]
        ends = [self.tape.pick(rows) if rows and self.tape.chance(30) else None for _ in range(2)]
        return Part(size, self.tape.chance(30), *ends)

    def node(self) -> Field:
        """A row of any type by its id."""
        return self.one("node", None, self.tape.pick(NODES))

    def one(self, name: str, declaration: Any, row_type: RowType) -> Field:
        """A row by its id, or none."""
        given = (("id", self.an_id(row_type)),)
        below = self.selection(row_type, 4, OBJECTS)
        return Field(self.key(name), name, declaration, below, None, given)

    def nodes(self) -> Field:
        """Rows of a type by their ids, all of them or some, and of none."""
        row_type = self.tape.pick(NODES)
        ids = [*self.supply.ids[row_type.table.name], self.nobody(row_type)]
        start, stride = self.tape.number(len(ids)), self.tape.pick([1, 3, 7, 11])
        places = range(start, start + stride * self.tape.pick([20, 60, 3]), stride)
        many = [ids[place % len(ids)] for place in places]
        below = self.selection(row_type, 3, OBJECTS // len(many))
        return Field(self.key("nodes"), "nodes", None, below, None, (("ids", tuple(many)),))

    def an_id(self, row_type: RowType) -> str:
        """Of any row, or of none."""
        ids = self.supply.ids[row_type.table.name]
        return self.tape.pick(ids) if ids and self.tape.chance(95) else self.nobody(row_type)

    def nobody(self, row_type: RowType) -> str:
        return f"{row_type.prefix}_{NOBODY}"

    def key(self, name: str) -> str:
        self.keys += 1
        return f"{name}{self.keys}"

    def selection(self, row_type: RowType, levels: int, rows: int) -> Selection:
        """Some of a type's fields, those that lead to other rows before all."""
        rows //= MOST_FIELDS
        choices = [name for name in row_type.fields if self.tells(row_type, name, levels, rows)]
        guarded = [name for name in choices if _is_guarded(row_type, name)]
        many = self.tape.pick([2, MOST_FIELDS, 1]) if choices else 0
        chosen = [
            self.tape.pick(guarded if guarded and self.tape.chance(50) else choices)
            for _ in range(many)
        ]
        return Selection(
            row_type, tuple(self.field(row_type, name, levels, rows) for name in chosen)
        )

    def tells(self, row_type: RowType, name: str, levels: int, rows: int) -> bool:
        """Whether a field shows who may see what, and fits in."""
        declaration = unwrapped(row_type.fields[name])
        match declaration:
            case Computed() | Column():
                return _is_guarded(row_type, name)
            case Many(value=value) if value is not None:
                return True
            case Many(usual_length=usual):
                return levels > 0 and rows >= usual and name != "menu"
            case Listing():
                return levels > 0 and rows >= 3
            case _:
                return levels > 0 and rows >= 1

    def field(self, row_type: RowType, name: str, levels: int, rows: int) -> Field:
        declared = row_type.fields[name]
        declaration = unwrapped(declared)
        key = self.key(name)
        match declaration:
            case One(column):
                below = self.selection(target_of(column), levels - 1, rows)
                return Field(key, name, declared, below)
            case OneBack(column):
                below = self.selection(source_of(column), levels - 1, rows)
                return Field(key, name, declared, below)
            case Many(column, value=None, usual_length=usual):
                below = self.selection(source_of(column), levels - 1, rows // usual)
                return Field(key, name, declared, below)
            case Listing(column):
                part = self.part(min(rows, self.tape.pick([3, 10, 50])), source_of(column))
                below = self.selection(source_of(column), levels - 1, rows // part.size)
                return Field(key, name, declared, below, part)
            case _:
                return Field(key, name, declared)


def _is_guarded(row_type: RowType, name: str) -> bool:
    """Whether a value is shown to some of those who see the row, and hidden from others."""
    declaration = unwrapped(row_type.fields[name])
    match declaration:
        case Computed():
            guarded = declaration.permission is not None and declaration.named is None
            return guarded and _is_leaf(row_type, name)
        case Column():
            return declaration is not row_type.fields[name]
        case _:
            return False


def _is_leaf(row_type: RowType, name: str) -> bool:
    """Whether a field of Python's has a value that is selected by its name alone."""
    shown: Any = core.type_map[row_type.cls.__name__]
    return is_leaf_type(get_named_type(shown.fields[to_camel_case(name)].type))

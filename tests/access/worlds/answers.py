"""What an operation should answer, worked out row by row from the oracle; no SQL, no plan."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from api.plan.root_shapes import ById, Oneself
from api.plan.shapes import (
    Column,
    Computed,
    Consented,
    Listing,
    Many,
    One,
    OneBack,
    Order,
    RowType,
    pointed_at,
    source_of,
    target_of,
    unwrapped,
)
from domain.access import Actor, Role
from domain.calendar import now, today
from domain.ids import parse_public_id, public_id
from tests.access.oracle import expected
from tests.access.readers import READERS
from tests.access.world import Row, World
from tests.access.worlds.documents import cursor
from tests.access.worlds.selections import Field, Part, Selection


class Something:
    """Equal to whatever is not null: which value it is, is for other tests."""

    def __eq__(self, other: object) -> bool:
        return other is not None

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "<something>"


class Anything(Something):
    """Equal to everything."""

    def __eq__(self, other: object) -> bool:
        return True


_LISTS_ACCOUNTS = {Role.ADMIN, Role.OFFICIAL, Role.STATION}


def in_force(row: Row) -> bool:
    """Whether an account may be used now."""
    return row["since"] <= now() and (row["until"] is None or row["until"] > now())


def _in_bed(row: Row) -> bool:
    return row["state"] in ("OCCUPIED", "ON_LEAVE")


def _holds_today(tag: Row) -> bool:
    begun = tag["withdrawn_at"] is None and tag["since"] <= today()
    return begun and (tag["until"] is None or tag["until"] > today())


def _of_today(period: Row) -> bool:
    begun = period["since"] <= today()
    return begun and (period["until"] is None or period["until"] > today())


WHERE: dict[tuple[str, str], Callable[[Row], bool]] = {
    ("Elder", "tags"): _holds_today,
    ("Elder", "conditions"): _holds_today,
    ("Elder", "allergies"): _holds_today,
    ("Elder", "medications"): _holds_today,
    ("Elder", "newest_measurements"): lambda row: row["newest"],
    ("Elder", "household"): _of_today,
    ("Elder", "advisor"): _of_today,
    ("Elder", "station_assignments"): _of_today,
    ("Household", "members"): _of_today,
    ("Region", "station_areas"): _of_today,
    ("Elder", "current_stay"): _in_bed,
    ("Bed", "current_stay"): _in_bed,
    ("Bed", "care_code"): lambda code: code["ended_at"] is None,
    ("Person", "accounts"): in_force,
}
"""What some lists leave out, said once more."""


class Seen:
    """What an actor sees of a world; each table is looked through once."""

    def __init__(self, world: World, actor: Actor) -> None:
        self.world, self.actor = world, actor
        self.masked: list[tuple[tuple[Any, ...], str]] = []
        self._seen: dict[str, set[Any]] = {}

    def keys(self, table: str) -> set[Any]:
        """Of the rows that the actor sees."""
        if table not in self._seen:
            self._seen[table] = expected(self.world, self.actor, table)
        return self._seen[table]

    def answer(self, fields: Sequence[Field]) -> dict[str, Any]:
        """The data of an operation; what is masked is noted."""
        self.masked = []
        return {field.key: self._root(field, (field.key,)) for field in fields}

    def rows(self, field: Field) -> list[Any]:
        """All rows of a root list, as a file has them; what is masked is noted as in an answer."""
        assert field.below is not None
        self.masked = []
        listed = enumerate(self._listed(field))
        return [self._row(row, field.below, (field.key, "nodes", place)) for place, row in listed]

    def event(self, name: str, part: str, row: Row, selection: Selection) -> Any:
        """What a subscription says of a row; None where the row is not seen.

        Parameters:
            name, part: the subscription's field, and the field of it that shows the row.
        """
        self.masked = []
        if row["id"] not in self.keys(selection.row_type.table.name):
            return None
        return self._row(row, selection, (name, part))

    def _mask(self, path: tuple[Any, ...], reason: str) -> None:
        self.masked.append((path, reason))

    def _root(self, field: Field, path: tuple[Any, ...]) -> Any:
        assert field.below is not None
        given = dict(field.given)
        if field.name == "nodes":
            return [
                self._by_id(one, field.below, (*path, place))
                for place, one in enumerate(given["ids"])
            ]
        match field.declaration:
            case ById():
                return self._by_id(given["id"], field.below, path)
            case Oneself():
                return self._row(self.world.me(self.actor), field.below, path)
            case _ if field.name == "node":
                return self._by_id(given["id"], field.below, path)
            case _:
                return self._page(field, self._listed(field), path)

    def _listed(self, field: Field) -> list[Row]:
        """A whole table's rows, as far as they are seen and asked for, in their order."""
        assert field.below is not None
        if field.name == "accounts" and self.actor.role not in _LISTS_ACCOUNTS:
            return []
        rows = [row for row in self._all(field.below.row_type) if self._fits(row, field)]
        return _ordered(rows, field.order)

    def _all(self, row_type: RowType) -> list[Row]:
        rows = self.world.tables[row_type.table.name]
        return [rows[key] for key in self.keys(row_type.table.name)]

    def _fits(self, row: Row, field: Field) -> bool:
        given = dict(field.given)
        if "region" in given and not self._lies_in(row, field.name, given["region"]):
            return False
        return "tag" not in given or any(
            tag["elder_id"] == row["id"] and tag["tag"] == given["tag"] and _holds_today(tag)
            for tag in (self.world.tables["elder_tag"][key] for key in self.keys("elder_tag"))
        )

    def _lies_in(self, row: Row, name: str, region: str) -> bool:
        """Of a device its elder's region is asked for, of whom only who sees the elder knows."""
        if name != "devices":
            return row["region_code"].startswith(region)
        # A station's device, or one in stock, is of no elder.
        elder = self.world.tables["elder"].get(row["elder_id"])
        if elder is None or elder["id"] not in self.keys("elder"):
            return False
        return elder["region_code"].startswith(region)

    def _by_id(self, global_id: str, selection: Selection, path: tuple[Any, ...]) -> Any:
        parsed = parse_public_id(global_id)
        assert parsed is not None
        if parsed[1] not in self.keys(selection.row_type.table.name):
            return None
        return self._row(
            self.world.tables[selection.row_type.table.name][parsed[1]], selection, path
        )

    def _row(self, row: Row, selection: Selection, path: tuple[Any, ...]) -> dict[str, Any]:
        row_type = selection.row_type
        made: dict[str, Any] = {"__typename": row_type.cls.__name__}
        if row_type.prefix:
            made["id"] = public_id(row_type.prefix, row["id"])
        for field in selection.fields:
            made[field.key] = self._value(row, row_type, field, (*path, field.key))
        return made

    def _value(self, row: Row, row_type: RowType, field: Field, path: tuple[Any, ...]) -> Any:
        declared = field.declaration
        if isinstance(declared, Consented) and not self._consents(row, declared):
            return self._mask(path, "NO_CONSENT")
        declaration = unwrapped(declared)
        match declaration:
            case Column(column):
                return row[column.key]
            case Computed(needs=needs):
                if self.actor.role not in READERS[row_type.cls.__name__, field.name]:
                    return self._mask(path, "NOT_PERMITTED")
                # What is made of nothing may be nothing.
                whole = all(row[column.key] is not None for column in needs)
                return Something() if whole else Anything()
            case One(column):
                return self._one(row[column.key], target_of(column), field, path)
            case Consented():
                raise AssertionError("a consent within a consent")
            case _:
                return self._many(row, row_type, field, declaration, path)

    def _consents(self, row: Row, declared: Consented) -> bool:
        family, elder_id = self.actor.role is Role.FAMILY, row[declared.elder.key]
        return not family or elder_id in self.world.shown(self.actor, declared.scope)

    def _one(self, key: Any, target: RowType, field: Field, path: tuple[Any, ...]) -> Any:
        if key is None:
            return None
        if key not in self.keys(target.table.name):
            return self._mask(path, "NOT_VISIBLE")
        assert field.below is not None
        return self._row(self.world.tables[target.table.name][key], field.below, path)

    def _many(
        self,
        row: Row,
        row_type: RowType,
        field: Field,
        declaration: Many | OneBack | Listing,
        path: tuple[Any, ...],
    ) -> Any:
        column = declaration.column
        holds = WHERE.get((row_type.cls.__name__, field.name), lambda _: True)
        theirs = row[pointed_at(column)]
        rows = [
            one for one in self._all(source_of(column)) if one[column.key] == theirs and holds(one)
        ]
        rows = _ordered(rows, declaration.order)
        match declaration:
            case Listing():
                return self._page(field, rows, path)
            case Many(value=value) if value is not None:
                return [one[value.key] for one in rows]
        assert field.below is not None
        if isinstance(declaration, OneBack):
            return self._row(rows[0], field.below, path) if rows else None
        return [self._row(one, field.below, (*path, place)) for place, one in enumerate(rows)]

    def _page(self, field: Field, rows: list[Row], path: tuple[Any, ...]) -> dict[str, Any]:
        assert field.below is not None
        assert field.part is not None
        part, order = field.part, field.order
        between = [row for row in rows if _lies_between(row, part, order)]
        shown = between[-part.size or len(between) :] if part.backward else between[: part.size]
        nodes = [
            self._row(row, field.below, (*path, "nodes", place)) for place, row in enumerate(shown)
        ]
        more = len(between) > part.size
        info = {
            "hasNextPage": part.before is not None if part.backward else more,
            "hasPreviousPage": more if part.backward else part.after is not None,
            "startCursor": cursor(shown[0], order) if shown else None,
            "endCursor": cursor(shown[-1], order) if shown else None,
        }
        return {"totalCount": len(rows), "pageInfo": info, "nodes": nodes}


def _lies_between(row: Row, part: Part, order: Order) -> bool:
    """Of rows that are not in the list themselves only the place counts."""
    place = _place(row, order)
    after = part.after is None or _follows(place, _place(part.after, order), order)
    return after and (part.before is None or _follows(_place(part.before, order), place, order))


def _follows(place: list[Any], other: list[Any], order: Order) -> bool:
    return place < other if order.descending else place > other


def _ordered(rows: list[Row], order: Order) -> list[Row]:
    return sorted(rows, key=lambda row: _place(row, order), reverse=order.descending)


def _place(row: Row, order: Order) -> list[Any]:
    return [_comparable(row[column.key]) for column in order.columns]


def _comparable(value: Any) -> Any:
    return value.timestamp() if isinstance(value, datetime) else value

"""Writes connections: a page's rows, their cursors, and where the page lies."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Uuid
from sqlalchemy.orm import InstrumentedAttribute

from api.plan.records import Access, Record
from api.plan.selection import Picked, Unplanned
from api.plan.sites import PlacedPage
from api.plan.source import Source
from api.relay import cursor_of_key, encode_cursor

Shown = Callable[[Record, Access, list[Picked], str], str]


@dataclass
class PageWriter:
    """Writes the function that makes a connection's object of a page's rows.

    It is called with the rows, the connection's path, the request's values, the answer in the
    making, and how many rows the whole list has.

    Parameters:
        record: of the rows.
        page: its arguments.
        shown: writes a row's object.
        streamed: whether the page carries its place in the stream of changes.
    """

    source: Source
    record: Record
    page: PlacedPage
    shown: Shown
    streamed: bool
    counts: bool = False
    positions: bool = False

    def function(self, picked: Picked) -> str:
        """The function's name."""
        picks = picked.below()
        self.source.spend(fields=len(picks))
        entries = [f"{one.key!r}: {self._field(one)}" for one in picks]
        lines = [f"size = {self.page.size}", "more = len(rows) > size"]
        lines += ["if more:", "    rows = rows[:size]"]
        lines += ["rows = rows[::-1]"] if self.page.shape.backward else []
        lines += ["return {" + ", ".join(entries) + "}"]
        return self.source.function("rows, p, v, o, total", *lines)

    def _field(self, picked: Picked) -> str:
        path = f"(p, {picked.key!r})"
        match picked.name:
            case "__typename":
                return repr(picked.parent.name)
            case "nodes":
                return self._rows(lambda at: self._node(picked, at), path)
            case "edges":
                return self._rows(lambda at: self._edge(picked, at), path)
            case "pageInfo":
                entries = [f"{one.key!r}: {self._info(one)}" for one in picked.below()]
                return "{" + ", ".join(entries) + "}"
            case "totalCount":
                self.counts = True
                return "total"
            case "streamCursor" if self.streamed:
                self.positions = True
                return f"{self.source.constant(encode_cursor)}([o.position])"
            case name:
                raise Unplanned(f"{picked.parent.name}.{name} is no connection's")

    def _rows(self, shown: Callable[[str], str], path: str) -> str:
        number = self.source.fresh("i")
        return listed(shown(f"({path}, {number})"), self.record.variable, "rows", number)

    def _node(self, picked: Picked, path: str) -> str:
        return self.shown(self.record, self.record.top, picked.below(), path)

    def _edge(self, picked: Picked, path: str) -> str:
        entries: list[str] = []
        picks = picked.below()
        self.source.spend(fields=len(picks))
        for one in picks:
            match one.name:
                case "__typename":
                    shown = repr(one.parent.name)
                case "cursor":
                    shown = self._cursor(self.record.variable)
                case "node":
                    shown = self._node(one, f"({path}, {one.key!r})")
                case name:
                    raise Unplanned(f"{one.parent.name}.{name} is no edge's")
            entries.append(f"{one.key!r}: {shown}")
        return "{" + ", ".join(entries) + "}"

    def _info(self, picked: Picked) -> str:
        shape = self.page.shape
        match picked.name:
            case "__typename":
                return repr(picked.parent.name)
            case "hasNextPage":
                return repr(shape.before) if shape.backward else "more"
            case "hasPreviousPage":
                return "more" if shape.backward else repr(shape.after)
            case "startCursor":
                return f"({self._cursor('rows[0]')} if rows else None)"
            case "endCursor":
                return f"({self._cursor('rows[-1]')} if rows else None)"
            case name:
                raise Unplanned(f"PageInfo.{name} is unknown")

    def _cursor(self, row: str) -> str:
        top = self.record.top
        assert top.order is not None
        places = [self._place(top, number, one) for number, one in enumerate(top.order.columns)]
        values = [place.replace(self.record.variable, row, 1) for place in places]
        (first, *others) = top.order.columns
        if first is top.row_type.key and not others and isinstance(first.type, Uuid):
            return f"{self.source.constant(cursor_of_key)}({values[0]})"
        return f"{self.source.constant(encode_cursor)}([{', '.join(values)}])"

    def _place(self, top: Access, number: int, column: Any) -> str:
        if isinstance(column, InstrumentedAttribute):
            return self.record.column(top, cast(Any, column))
        return self.record.slot((top.name, "order", number), lambda: top.alias.c[f"order_{number}"])


def listed(shown: str, variable: str, rows: str, number: str) -> str:
    """The expression for a list of rows.

    Parameters:
        shown: the expression for one of them; it may name its number.
        variable: the row's.
    """
    if number in shown:
        return f"[{shown} for {number}, {variable} in enumerate({rows})]"
    return f"[{shown} for {variable} in {rows}]"

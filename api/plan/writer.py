"""Writes a plan: the SQL that reads it and the Python that makes the answer, field by field.

Both come from the declarations on the types, as ordinary execution's resolvers do. In the source,
``v`` are the request's values and ``o`` is the answer in the making.
"""

from functools import partial
from inspect import iscoroutinefunction
from typing import Any

from sqlalchemy import String, TypeDecorator, func, select

from api.plan.arguments import Arguments
from api.plan.consents import NO_CONSENT, Gate, gate
from api.plan.kinds import Kind, element, is_required
from api.plan.leaves import column_leaf, missing, python_value, written_leaf
from api.plan.pages import PageWriter, listed
from api.plan.reads import Reads, key_for, only
from api.plan.records import Access, AnySelect, ArrayOf, Reading, Record
from api.plan.running import disclose, hide
from api.plan.selection import Picked, Unplanned
from api.plan.shapes import (
    Column,
    Computed,
    Consented,
    GlobalId,
    Listing,
    Many,
    One,
    OneBack,
    RowType,
    pointed_at,
    source_of,
    target_of,
)
from api.plan.sites import ArgumentsOf, PageSite, PlacedPage, Sites, placed_day
from api.plan.source import Source
from api.plan.values import ValueWriter
from domain.access import ROLE_PERMISSIONS, Actor, Role
from domain.accounts.visibility import own


class Writer:
    """Writes the fields of declared types.

    Parameters:
        role: of whoever asks.
        by_key: whether the plan begins at one row by its key.
    """

    def __init__(
        self, source: Source, arguments: Arguments, sites: Sites, role: Role, *, by_key: bool
    ) -> None:
        self.source = source
        self.arguments = arguments
        self.sites = sites
        self.values = ValueWriter(source)
        self.positions = False
        self._role = role
        self._reads = Reads(arguments, role, by_key=by_key)
        self._hide = source.constant(hide)

    @property
    def actor(self) -> Actor:
        """Whoever asks, for predicates."""
        return self.arguments.actor()

    def access(self, row_type: RowType, reading: Reading, **how: Any) -> Access:
        """A reading of a table under a name of its own."""
        self.source.spend(readings=1)
        return Access(self.source.fresh("a"), row_type, reading, **how)

    def record(self, top: Access) -> Record:
        """A row that a reading makes."""
        return Record(self.source.fresh("r"), top)

    def object(self, record: Record, access: Access, picks: list[Picked], path: str) -> str:
        """The expression for a row's object.

        Parameters:
            path: the expression for the object's path in the answer.
        """
        self.source.spend(fields=len(picks))
        entries = [
            f"{one.key!r}: {self._field(record, access, one, f'({path}, {one.key!r})')}"
            for one in picks
        ]
        return "{" + ", ".join(entries) + "}"

    def page(self, record: Record, picked: Picked, placed: PlacedPage) -> tuple[str, bool]:
        """The function that makes a connection's object, and whether it wants the total."""
        pages = PageWriter(self.source, record, placed, self.object, record.top.row_type.streamed)
        name = pages.function(picked)
        self.positions |= pages.positions
        return name, pages.counts

    def _field(self, record: Record, access: Access, picked: Picked, path: str) -> str:
        declaration = picked.declaration
        if not isinstance(declaration, Consented):
            return self._declared(record, access, picked, declaration, path)
        inner = declaration.declaration
        if self._role is not Role.FAMILY:
            return self._declared(record, access, picked, inner, path)
        actor = self._reads.actor
        consent = gate(record, access, declaration, self.access, actor)
        shown = self._declared(record, access, picked, inner, path, consent)
        return f"({shown} if {consent.place} else {self._hide}(o, {path}, {NO_CONSENT!r}))"

    def _declared(
        self,
        record: Record,
        access: Access,
        picked: Picked,
        declaration: Any,
        path: str,
        consent: Gate | None = None,
    ) -> str:
        match declaration:
            case GlobalId(prefix):
                return f"{prefix + '_'!r} + {record.column(access, access.row_type.key)}"
            case Column(column):
                return self._column(record, access, column, picked.kind)
            case Computed() as declaration:
                return self._computed(record, access, picked, declaration, path)
            case One() as declaration:
                return self._one(record, access, picked, declaration, path)
            case OneBack() as declaration:
                return self._one_back(record, access, picked, declaration, path)
            case Many() as declaration:
                return self._many(record, access, picked, declaration, path, consent)
            case Listing() as declaration:
                return self._listing(record, access, picked, declaration, path, consent)
            case _ if picked.name == "__typename":
                return repr(picked.parent.name)
            case _:
                raise Unplanned(f"{picked.parent.name}.{picked.name} is not declared")

    def _column(self, record: Record, access: Access, column: Any, kind: Kind) -> str:
        def text() -> str:
            return record.text(access, column)

        written = written_leaf(self.source, text, column, kind)
        return written or column_leaf(self.source, record.column(access, column), column, kind)

    def _computed(
        self, record: Record, access: Access, picked: Picked, declaration: Computed, path: str
    ) -> str:
        if declaration.named is not None:
            raise Unplanned(f"{picked.parent.name}.{picked.name} takes note of whom it refuses")
        asked = declaration.permission
        if asked is not None and asked not in ROLE_PERMISSIONS.get(self._role, ()):
            return f"{self._hide}(o, {path}, 'NOT_PERMITTED')"
        if iscoroutinefunction(declaration.function):
            raise Unplanned(f"{picked.parent.name}.{picked.name} is asynchronous")
        given: list[str] = []
        for column in declaration.needs:
            place, convert = record.column(access, column), python_value(column.type)
            given.append(f"{self.source.constant(convert)}({place})" if convert else place)
        row = self.source.row(tuple(column.key for column in declaration.needs))
        function = self.source.constant(declaration.function)
        known = self._own(record, access, declaration)
        made = f"{function}({row}({', '.join(given)}), o.context{known})"
        if declaration.discloses is not None:
            made = self._disclosed(record, access, picked, declaration, made)
        return self.values.value(picked.kind, picked, made, path)

    def _own(self, record: Record, access: Access, declaration: Computed) -> str:
        """What else the function is told: whether accounts are the actor's own."""
        told: list[str] = []
        for argument, column in declaration.own.items():
            name = access.need(column)
            is_own = partial(self._is_own, access, name)
            told.append(f", {argument}={record.slot((access.name, name, 'own'), is_own)}")
        return "".join(told)

    def _is_own(self, access: Access, name: str) -> Any:
        return own(self._reads.actor, access.alias.c[name])

    def _disclosed(
        self, record: Record, access: Access, picked: Picked, declaration: Computed, made: str
    ) -> str:
        """The value, and a note of whose it is."""
        column: Any = declaration.discloses
        key = f"{self.source.constant(python_value(column.type))}({record.column(access, column)})"
        name = f"{picked.parent.name}.{picked.name}"
        noted = self.source.constant(disclose)
        return f"{noted}(o, {declaration.disclosed!r}, {key}, {name!r}, {made})"

    def _one(
        self, record: Record, access: Access, picked: Picked, declaration: One, path: str
    ) -> str:
        column, target = declaration.column, target_of(declaration.column)
        known = access.row_type.visible.seen_with(self._role) is column
        pointer, key = access.need(column), getattr(target.model, pointed_at(column))

        def join() -> Access:
            def matched(alias: Any) -> Any:
                return alias.c[key.key] == access.alias.c[pointer]

            return self.access(
                target,
                lambda columns: select(*columns).where(*self._reads.seen_one(target, known=known)),
                on=matched,
            )

        joined = record.join((access.name, declaration), join)
        joined.need(key)
        shown = self.object(record, joined, picked.below(), path)
        found = record.presence(joined)
        if is_required(picked.kind):
            return f"({shown} if {found} is not None else {self.source.constant(missing)}())"
        unseen = f"{self._hide}(o, {path}, 'NOT_VISIBLE')"
        if column.property.columns[0].nullable:
            unseen = f"None if {record.column(access, column)} is None else {unseen}"
        return f"({shown} if {found} is not None else {unseen})"

    def _one_back(
        self, record: Record, access: Access, picked: Picked, declaration: OneBack, path: str
    ) -> str:
        def join() -> Access:
            def first(columns: list[Any]) -> AnySelect:
                return self._reads.children(access, declaration, columns).limit(1)

            access.need(key_for(access, declaration))
            return self.access(source_of(declaration.column), first)

        joined = record.join((access.name, declaration), join)
        shown = self.object(record, joined, picked.below(), path)
        found = record.presence(joined)
        return f"({shown} if {found} is not None else None)"

    def _many(
        self,
        record: Record,
        access: Access,
        picked: Picked,
        declaration: Many,
        path: str,
        consent: Gate | None,
    ) -> str:
        access.need(key_for(access, declaration))
        day = placed_day(picked, declaration, self.sites, self.arguments)
        child = self.access(
            source_of(declaration.column),
            lambda columns: self._reads.children(access, declaration, columns, consent, day=day),
            order=declaration.order,
        )
        row = self.record(child)
        if declaration.value is not None:
            # As plain text: the driver knows no array of a narrower type inside a row.
            words = isinstance(declaration.value.type, String | TypeDecorator)
            (row.text if words else row.column)(child, declaration.value)
            rows = self._rows(record, row, consent, as_row=False)
            return self._values(rows, declaration.value, picked.kind)
        number = self.source.fresh("i")
        shown = self.object(row, child, picked.below(), f"({path}, {number})")
        rows = self._rows(record, row, consent)
        return listed(shown, row.variable, rows, number)

    def _values(self, values: str, column: Any, kind: Kind) -> str:
        each = self.source.fresh("x")
        shown = column_leaf(self.source, each, column, element(kind))
        return values if shown == each else f"[{shown} for {each} in {values}]"

    def _rows(
        self, record: Record, row: Record, consent: Gate | None, *, as_row: bool = True
    ) -> str:
        """The place of the rows below a row."""

        def array() -> Any:
            return only(consent, ArrayOf(row.select(as_row=as_row)))

        return record.slot((row.top.name, "rows"), array)

    def _listing(
        self,
        record: Record,
        access: Access,
        picked: Picked,
        declaration: Listing,
        path: str,
        consent: Gate | None,
    ) -> str:
        access.need(key_for(access, declaration))
        placed = self.sites.place(PageSite(ArgumentsOf(picked), declaration.order))
        reverse = placed.shape.backward

        def paged(columns: list[Any]) -> AnySelect:
            statement = self._reads.children(access, declaration, columns, consent, reverse=reverse)
            bounds = placed.bounds(self.arguments)
            return statement.where(*bounds).limit(placed.limit(self.arguments))

        def counted() -> Any:
            counting = self._reads.pointing(access, declaration, [func.count()], consent)
            return only(consent, counting.scalar_subquery())

        child = self.access(
            source_of(declaration.column), paged, order=declaration.order, reverse=reverse
        )
        row = self.record(child)
        function, counts = self.page(row, picked, placed)
        rows = self._rows(record, row, consent)
        total = record.slot((child.name, "count"), counted) if counts else "None"
        return f"{function}({rows}, {path}, v, o, {total})"

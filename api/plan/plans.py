"""Plans and where they are kept: one for each shape that the arguments of a field can take."""

import logging
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graphql.execution.values import VariableValues
from sqlalchemy import Uuid, any_, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import SQLAlchemyError

from api.plan import metrics
from api.plan.arguments import Arguments
from api.plan.records import AnySelect, ordered
from api.plan.root_shapes import Rows
from api.plan.running import Path, Run
from api.plan.selection import Picked, Unplanned
from api.plan.shapes import RowType, row_type_of_table
from api.plan.sites import ArgumentsOf, DaySite, PageSite, PlacedPage, Sites
from api.plan.source import Source
from api.plan.statement import Statement
from api.plan.writer import Writer
from domain.access import Actor, DataScope, Role

log = logging.getLogger("yiyang.plan")

MAX_SHAPES = 32
"""How many plans one field keeps."""


class Scope(NamedTuple):
    """Whom a plan serves: every actor of a role, with a region or without, a person or a client
    with certain scopes."""

    role: Role
    has_region: bool
    scopes: frozenset[DataScope] | None = None

    @classmethod
    def of(cls, actor: Actor) -> "Scope":
        """An actor's."""
        return cls(actor.role, actor.region is not None, actor.scopes)

    def arguments(self) -> Arguments:
        """The arguments of a statement for it."""
        return Arguments(self.role, has_region=self.has_region, scopes=self.scopes)


@dataclass(frozen=True)
class Plan:
    """One compiled read.

    Parameters:
        show: a row, its path, the request's values, the answer in the making -> its object; of a
            connection the rows, ..., and the total.
        count: counts the whole list, where that is asked for.
        positions: whether the place in the stream of changes is shown.
    """

    main: Statement
    show: Callable[..., Any]
    count: Statement | None = None
    positions: bool = False


Compile = Callable[[Sites], Plan]


@dataclass
class Plans:
    """The plans of one field, for one scope, by the shapes of the arguments in it."""

    compile: Compile
    _sites: list[PageSite | DaySite] | None = None
    _plans: dict[Hashable, Plan] = field(default_factory=dict[Hashable, Plan])
    _impossible: str | None = None

    def plan(self, variables: VariableValues, first: list[Any]) -> tuple[Plan, list[Any]]:
        """The plan for a request, and the values to run it with.

        Parameters:
            first: the values that come before those of the sites.
        Raises: Unplanned; InvalidInput for a value that is refused.
        """
        if self._sites is not None:
            shapes: list[Hashable] = []
            values = [*first]
            for site in self._sites:
                shape, given = site.read(variables)
                shapes.append(shape)
                values += given
            known = self._plans.get(tuple(shapes))
            if known is not None:
                metrics.HITS.add()
                return known, values
        sites = Sites(variables, [*first])
        plan = self._compiled(sites)
        self._sites = sites.known
        if len(self._plans) >= MAX_SHAPES:
            del self._plans[next(iter(self._plans))]
        self._plans[tuple(sites.shapes)] = plan
        return plan, sites.values

    def _compiled(self, sites: Sites) -> Plan:
        if self._impossible is not None:
            raise Unplanned(self._impossible)
        metrics.COMPILED.add()
        try:
            return self.compile(sites)
        except Unplanned as reason:
            self._impossible = str(reason)
            raise
        except SQLAlchemyError as error:
            self._impossible = f"{type(error).__name__}: {error}"
            log.warning("a field cannot be planned: %s", error)
            raise Unplanned(self._impossible) from error


def by_key(row_type: RowType, picks: list[Picked], scope: Scope, *, several: bool) -> Plans:
    """Plans for rows by their keys: the first value is a key, or a list of keys."""

    def compiled(sites: Sites) -> Plan:
        arguments, source = scope.arguments(), Source()
        writer = Writer(source, arguments, sites, scope.role, by_key=not several)
        # How many keys there are decides how to find them.
        arguments.anew = several
        kind = Uuid()
        given = arguments.value(0, ARRAY(kind) if several else kind)

        def keyed(columns: list[Any]) -> AnySelect:
            key = row_type.key == (any_(given) if several else given)
            one = not several and row_type.visible.asks_own_region(scope.role)
            seen = row_type.visible(arguments.actor(of_one_row=one))
            return select(*columns).where(key, seen)

        record = writer.record(writer.access(row_type, keyed))
        shown = writer.object(record, record.top, picks, "p")
        key = record.column(record.top, row_type.key)
        name = source.function(f"{record.variable}, p, v, o", f"return {shown}")
        key_name = source.function(record.variable, f"return {key}")
        statement = Statement.of(record.select(), arguments, by_key=not several)
        names = source.compiled()
        show, key_of = names(name), names(key_name)
        if not several:
            return Plan(statement, show, positions=writer.positions)

        def keyed_rows(rows: list[Any], values: Sequence[Any]) -> KeyedRows:
            return KeyedRows({key_of(row): row for row in rows}, show, values)

        return Plan(statement, keyed_rows, positions=writer.positions)

    return Plans(compiled)


@dataclass(frozen=True)
class KeyedRows:
    """Rows that were read by their keys."""

    rows: dict[str, Any]
    show: Callable[..., Any]
    values: Sequence[Any]

    def shown(self, key: Any, path: Path, run: Run) -> Any:
        """The object of a key; None where there is none to be seen."""
        row = self.rows.get(key.hex)
        return None if row is None else self.show(row, path, self.values, run)


def of_page(picked: Picked, declaration: Rows, scope: Scope) -> Plans:
    """Plans for a connection over a whole table."""
    row_type = row_type_of_table(declaration.model.__table__)
    site = PageSite(ArgumentsOf(picked), declaration.order, declaration.filter, declaration.spread)

    def compiled(sites: Sites) -> Plan:
        arguments, source = scope.arguments(), Source()
        writer = Writer(source, arguments, sites, scope.role, by_key=False)
        placed = sites.place(site)

        def paged(columns: list[Any]) -> AnySelect:
            order = ordered(site.order, lambda _, one: one, reverse=placed.shape.backward)
            return (
                select(*columns)
                .where(declaration.visible(writer.actor))
                .where(*placed.filtered(arguments), *placed.bounds(arguments))
                .order_by(*order)
                .limit(placed.limit(arguments))
            )

        record = writer.record(
            writer.access(row_type, paged, order=site.order, reverse=placed.shape.backward)
        )
        name, counts = writer.page(record, picked, placed)
        main = Statement.of(record.select(), arguments, by_key=False)
        count = _count(declaration, placed, scope) if counts else None
        return Plan(main, source.compiled()(name), count, writer.positions)

    return Plans(compiled)


def _count(declaration: Rows, placed: PlacedPage, scope: Scope) -> Statement:
    arguments = scope.arguments()
    seen = declaration.visible(arguments.actor())
    statement = select(func.count()).select_from(declaration.model.__table__)
    return Statement.of(statement.where(seen, *placed.filtered(arguments)), arguments, by_key=False)

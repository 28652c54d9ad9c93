"""Where a request's values enter a plan: pages with their cursors and filters.

A site gives the shape that decides about the SQL, and the values that are bound when it runs. So
one plan serves every request of the same shapes.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from graphql.execution.values import VariableValues, get_argument_values
from sqlalchemy import BigInteger, Date
from sqlalchemy.sql.expression import ColumnElement

from api.plan.arguments import Arguments
from api.plan.days import day_asked_for
from api.plan.filters import Filter
from api.plan.quick_arguments import quick_reader
from api.plan.selection import Picked
from api.plan.shapes import Many, Order
from api.plan.statements import beyond
from api.relay import PageArguments, decode_cursor


class ArgumentsOf:
    """The arguments of one field, as ordinary execution hands them to its resolver."""

    def __init__(self, picked: Picked) -> None:
        self._field = picked.field
        self._node = picked.details[0].node
        self._read = quick_reader(self._field, self._node)

    def read(self, variables: VariableValues) -> dict[str, Any]:
        """The values by the names in the schema.

        Raises: GraphQLError for what ordinary execution refuses.
        """
        try:
            return self._read(variables.coerced)
        except KeyError:
            # A variable that was not given: there are rules for that.
            return get_argument_values(self._field, self._node, variables)


@dataclass(frozen=True)
class PageShape:
    """What of a page's arguments changes the SQL.

    Parameters:
        filtered: the shape of the filter; None for none.
    """

    backward: bool
    after: bool
    before: bool
    filtered: tuple[Any, ...] | None


@dataclass(frozen=True, eq=False)
class PageSite:
    """The arguments of a connection.

    Parameters:
        filter: the class of its filter, if it takes one.
        spread: whether the filter's fields are arguments of the field's own.
    """

    arguments: ArgumentsOf
    order: Order
    filter: type[Filter] | None = None
    spread: bool = False

    def read(self, variables: VariableValues) -> tuple[PageShape, list[Any]]:
        """The shape, and the page's size, its cursors' values, its filter's.

        Raises: InvalidInput.
        """
        given = self.arguments.read(variables)
        page = PageArguments(
            given.get("first"), given.get("after"), given.get("last"), given.get("before")
        )
        values: list[Any] = [page.size]
        for name in ("after", "before"):
            if given.get(name) is not None:
                kinds = [column.type.python_type for column in self.order.columns]
                values += decode_cursor(given[name], kinds, name)
        wanted = given.get("filter")
        if self.spread and self.filter:
            wanted = {name: given[name] for name in self.filter.shown if name in given}
        filter = self.filter.of(wanted) if self.filter and wanted is not None else None
        if filter is not None:
            values += filter.values()
        shape = PageShape(
            page.backward,
            page.after is not None,
            page.before is not None,
            filter.shape() if filter is not None else None,
        )
        return shape, values


@dataclass(frozen=True, eq=False)
class DaySite:
    """The day of which a list is asked for."""

    arguments: ArgumentsOf

    def read(self, variables: VariableValues) -> tuple[Hashable, list[Any]]:
        """The shape, and the day."""
        return None, [day_asked_for(self.arguments.read(variables).get("asOf"))]


@dataclass(frozen=True)
class PlacedPage:
    """A page site in one plan: where its values stand.

    Parameters:
        start: the first of them among the request's values.
    """

    site: PageSite
    shape: PageShape
    start: int

    @property
    def size(self) -> str:
        """The page's size, in the assembler."""
        return f"v[{self.start}]"

    def limit(self, arguments: Arguments) -> ColumnElement[Any]:
        """One row more than the page, which tells whether the list goes on."""
        arguments.few.add(self.start)
        return arguments.value(self.start, BigInteger()) + 1

    def bounds(self, arguments: Arguments) -> list[ColumnElement[bool]]:
        """The bounds that the cursors set."""
        columns = self.site.order.columns
        bounds: list[ColumnElement[bool]] = []
        place = self.start + 1
        for given, onward in ((self.shape.after, True), (self.shape.before, False)):
            if not given:
                continue
            values = [arguments.value(place + n, one.type) for n, one in enumerate(columns)]
            bounds.append(beyond(self.site.order, values, onward=onward))
            place += len(columns)
        return bounds

    def filtered(self, arguments: Arguments) -> list[ColumnElement[bool]]:
        """The conditions that the filter sets."""
        if self.shape.filtered is None or self.site.filter is None:
            return []
        cursors = (self.shape.after + self.shape.before) * len(self.site.order.columns)
        kinds = self.site.filter.types_for(self.shape.filtered)
        start = self.start + 1 + cursors
        self.site.filter.note_planning(self.shape.filtered, start, arguments)
        bounds = [arguments.value(start + n, kind) for n, kind in enumerate(kinds)]
        return self.site.filter.conditions_for(arguments.actor(), self.shape.filtered, bounds)


@dataclass
class Sites:
    """The sites of one plan, in the order in which the compiler meets them.

    Parameters:
        variables: of the request that the plan is compiled for.
        values: what comes first, for example a key.
    """

    variables: VariableValues
    values: list[Any] = field(default_factory=list[Any])
    known: list[PageSite | DaySite] = field(default_factory=list[PageSite | DaySite])
    shapes: list[Hashable] = field(default_factory=list[Hashable])

    def place(self, site: PageSite) -> PlacedPage:
        """Read a site, and note where its values stand."""
        shape, values = site.read(self.variables)
        return PlacedPage(site, shape, self._note(site, shape, values))

    def day(self, site: DaySite) -> int:
        """The same of a day; its place among the request's values."""
        return self._note(site, *site.read(self.variables))

    def _note(self, site: PageSite | DaySite, shape: Hashable, values: list[Any]) -> int:
        start = len(self.values)
        self.known.append(site)
        self.shapes.append(shape)
        self.values += values
        return start


def placed_day(picked: Picked, declaration: Many, sites: Sites, arguments: Arguments) -> Any:
    """The day of which a list is asked for, in SQL; None for a list that is of no day."""
    if declaration.on is None:
        return None
    return arguments.value(sites.day(DaySite(ArgumentsOf(picked))), Date())

"""The SELECTs that declarations turn into; each carries the actor's predicate."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import ARRAY, ColumnElement, Date, Select, any_, func, literal, select, true, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute, aliased

from api.plan.shapes import Many, OneBack, Order, RowType, source_of
from api.relay import PageArguments, decode_cursor
from domain.access import Actor
from domain.accounts import visibility
from domain.accounts.models import Account

ACCOUNT: Any = Account.id
"""The key of accounts that may be the actor's own."""

PARENT = "parent_key"
"""Label of the column that says whose child a row is."""


def rows_by_key(row_type: RowType, actor: Actor, keys: Sequence[Any]) -> Select[*tuple[Any, ...]]:
    """The rows of some keys."""
    return (
        select(*row_type.columns()).where(_among(row_type.key, keys)).where(row_type.visible(actor))
    )


def own(actor: Actor, accounts: Sequence[Any]) -> Select[*tuple[Any, ...]]:
    """Those of some accounts that are the actor's, or the same person's."""
    account: Any = aliased(Account).id
    return select(account).where(_among(account, accounts), visibility.own(actor, account))


def children(
    declaration: Many, actor: Actor, parents: Sequence[Any], day: date | None = None
) -> Select[*tuple[Any, ...]]:
    """The rows that point to some parents, each parent's in the declared order.

    Parameters:
        day: of which they are asked for, where the declaration is of a day.
    """
    target = source_of(declaration.column)
    value = declaration.value
    columns = [value] if value is not None else target.columns()
    statement = (
        select(declaration.column.label(PARENT), *columns)
        .where(_among(declaration.column, parents))
        .where(target.visible(actor))
        .order_by(*_by(declaration.order))
    )
    if declaration.on is not None:
        statement = statement.where(declaration.on(literal(day, Date())))
    return statement if declaration.where is None else statement.where(declaration.where)


def first_children(
    declaration: OneBack, actor: Actor, parents: Sequence[Any]
) -> Select[*tuple[Any, ...]]:
    """Of the rows that point to each of some parents, the first in the declared order."""
    target, column = source_of(declaration.column), declaration.column
    statement = (
        select(column.label(PARENT), *target.columns())
        .ext(distinct_on(column))
        .where(_among(column, parents))
        .where(target.visible(actor))
        .order_by(column, *_by(declaration.order))
    )
    return statement if declaration.where is None else statement.where(declaration.where)


def page(
    row_type: RowType,
    actor: Actor,
    order: Order,
    arguments: PageArguments,
    conditions: Sequence[ColumnElement[bool]],
) -> Select[*tuple[Any, ...]]:
    """One page and one row more, which tells whether the list goes on."""
    selected = {column.key: column for column in (*row_type.columns(), *order.columns)}
    return (
        select(*selected.values())
        .where(row_type.visible(actor), *conditions, *_between(order, arguments))
        .order_by(*_by(order, reverse=arguments.backward))
        .limit(arguments.size + 1)
    )


def pages_of_parents(
    row_type: RowType,
    actor: Actor,
    order: Order,
    arguments: PageArguments,
    column: InstrumentedAttribute[Any],
    parents: Sequence[Any],
) -> Select[*tuple[Any, ...]]:
    """The same page for each of some parents, in one statement."""
    parents_given = select(func.unnest(_array(column, parents)).label("key")).subquery("parent")
    parent = parents_given.c.key
    inner = page(row_type, actor, order, arguments, [column == parent]).lateral("page")
    placed = tuple(cast(Any, inner.c[column.key]) for column in order.columns)
    in_page = Order(placed, order.descending)
    return (
        select(parent.label(PARENT), *inner.c)
        .select_from(parents_given)
        .join(inner, true())
        .order_by(parent, *_by(in_page, reverse=arguments.backward))
    )


def count(
    row_type: RowType, actor: Actor, conditions: Sequence[ColumnElement[bool]]
) -> Select[int]:
    """How many rows a whole list has."""
    return (
        select(func.count()).select_from(row_type.table).where(row_type.visible(actor), *conditions)
    )


def counts_of_parents(
    row_type: RowType, actor: Actor, column: InstrumentedAttribute[Any], parents: Sequence[Any]
) -> Select[*tuple[Any, ...]]:
    """How many rows point to each of some parents; a parent without any has no row."""
    return (
        select(column.label(PARENT), func.count())
        .where(_among(column, parents), row_type.visible(actor))
        .group_by(column)
    )


def _among(column: InstrumentedAttribute[Any], keys: Sequence[Any]) -> ColumnElement[bool]:
    return column == any_(_array(column, keys))


def _array(column: InstrumentedAttribute[Any], keys: Sequence[Any]) -> ColumnElement[Any]:
    return literal(list(keys), ARRAY(column.type))


def _by(order: Order, *, reverse: bool = False) -> list[ColumnElement[Any]]:
    down = order.descending is not reverse
    return [column.desc() if down else column.asc() for column in order.columns]


def _between(order: Order, arguments: PageArguments) -> list[ColumnElement[bool]]:
    """What the cursors of a page bound."""
    bounds: list[ColumnElement[bool]] = []
    for cursor, onward in ((arguments.after, True), (arguments.before, False)):
        if cursor is None:
            continue
        kinds = [column.type.python_type for column in order.columns]
        values = decode_cursor(cursor, kinds, "after" if onward else "before")
        place = [
            literal(value, column.type) for value, column in zip(values, order.columns, strict=True)
        ]
        bounds.append(beyond(order, place, onward=onward))
    return bounds


def beyond(order: Order, place: Sequence[Any], *, onward: bool) -> ColumnElement[bool]:
    """Whether a row lies after a place in an order, or before it: a comparison of rows, never a
    count of them.

    Parameters:
        place: a value for each of the order's columns.
        onward: after it, rather than before it.
    """
    columns, bound = tuple_(*order.columns), tuple_(*place)
    return columns > bound if onward is not order.descending else columns < bound

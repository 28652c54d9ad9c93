"""Declared root fields: a row by its id, a connection over a whole table."""

from collections.abc import Awaitable, Callable
from inspect import Parameter, get_annotations
from types import NoneType
from typing import Annotated, Any, get_args

import strawberry
from sqlalchemy import ColumnElement

from api.context import Info
from api.describe import attribute_docs
from api.plan.filters import Filter
from api.plan.resolvers import taking
from api.plan.root_shapes import ById, Rows
from api.plan.shapes import Order, Visible, declared, row_type_of_table
from api.plan.unseen import seen
from api.relay import After, Before, First, Last, PageArguments, key_of

GlobalId = Annotated[strawberry.ID, strawberry.argument(description="Its global id.")]


def by_id(model: Any, description: str) -> Any:
    """The row of a global id; null if there is none to be seen.

    Parameters:
        model: the table.
    """

    async def resolve(info: Info, id: GlobalId) -> Any:
        row_type = row_type_of_table(model.__table__)
        assert row_type.prefix is not None
        return await seen(info, row_type, key_of(id, row_type.prefix))

    return strawberry.field(
        resolver=resolve, description=description, metadata=declared(ById(model))
    )


def listing(
    model: Any,
    *,
    order: Order,
    filter: type[Filter],
    description: str,
    listed: Visible | None = None,
    needs: str | None = None,
) -> Any:
    """A connection over all rows that the actor sees.

    Parameters:
        model: the table.
        order: the list's order.
        filter: an input type whose ``conditions(actor)`` are SQL predicates. One that asks about
            rows of another table asks only about those that the actor sees: else a filter would
            tell what no field does.
        listed: which rows it holds, where those are fewer.
        needs: a field of the filter without which the list means nothing: then the filter's fields
            are arguments of their own, and this one is required. None where all may be left out.
    """

    async def page(info: Info, arguments: PageArguments, given: Filter | None) -> Any:
        conditions: list[ColumnElement[bool]] = (
            given.conditions(info.context.actor, info.context.vault) if given else []
        )
        row_type = row_type_of_table(model.__table__)
        if listed is not None:
            conditions.append(listed(info.context.actor))
        return await info.context.loaders.page(row_type, order, arguments, conditions)

    resolve = _filtered(page, filter) if needs is None else _spread(page, filter, needs)
    return strawberry.field(
        resolver=resolve,
        description=description,
        metadata=declared(Rows(model, order, filter, listed, spread=needs is not None)),
    )


_Page = Callable[[Info, PageArguments, Any], Awaitable[Any]]


def _filtered(page: _Page, kind: type[Filter]) -> Any:
    async def resolve(
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Any = None,
    ) -> Any:
        return await page(info, PageArguments(first, after, last, before), filter)

    described = strawberry.argument(description="Which rows; all that you may see if null.")
    resolve.__annotations__["filter"] = Annotated[kind | None, described]
    return resolve


def _spread(page: _Page, kind: type[Filter], needs: str) -> Any:
    async def resolve(
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        **given: Any,
    ) -> Any:
        return await page(info, PageArguments(first, after, last, before), kind(**given))

    described: list[Parameter] = []
    docs, types = attribute_docs(kind), get_annotations(kind)
    for name in kind.criteria:
        required = name == needs
        shown: Any = strawberry.argument(description=docs[name])
        type_ = _without_null(types[name]) if required else types[name]
        default = Parameter.empty if required else None
        annotation = Annotated[type_, shown]
        described.append(
            Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        )
    return taking(resolve, described)


def _without_null(kind: Any) -> Any:
    (given,) = (one for one in get_args(kind) if one is not NoneType)
    return given

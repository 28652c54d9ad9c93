"""Declared root fields: a row by its id, a connection over a whole table."""

from typing import Annotated, Any

import strawberry
from sqlalchemy import ColumnElement

from api.context import Info
from api.plan.shapes import ById, Order, Rows, Visible, declared, row_type_of_table
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
    model: Any, *, order: Order, filter: type, description: str, listed: Visible | None = None
) -> Any:
    """A connection over all rows that the actor sees.

    Parameters:
        model: the table.
        order: the list's order.
        filter: an input type whose ``conditions(actor)`` are SQL predicates. One that asks about
            rows of another table asks only about those that the actor sees: else a filter would
            tell what no field does.
        listed: which rows it holds, where those are fewer.
    """

    async def resolve(
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Any = None,
    ) -> Any:
        arguments = PageArguments(first, after, last, before)
        conditions: list[ColumnElement[bool]] = (
            filter.conditions(info.context.actor) if filter else []
        )
        row_type = row_type_of_table(model.__table__)
        if listed is not None:
            conditions.append(listed(info.context.actor))
        return await info.context.loaders.page(row_type, order, arguments, conditions)

    described = strawberry.argument(description="Which rows; all that you may see if null.")
    resolve.__annotations__["filter"] = Annotated[filter | None, described]
    return strawberry.field(
        resolver=resolve,
        description=description,
        metadata=declared(Rows(model, order, filter, listed)),
    )

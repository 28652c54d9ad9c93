"""What every mutation does: one transaction, one verb, one payload."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.context import Info
from api.errors import UserError, user_error
from api.plan.shapes import RowType, row_type_of
from api.plan.values import later
from domain.errors import DomainError
from domain.ids import parse_public_id

Payload = TypeVar("Payload")
Verb = Callable[[AsyncSession], Awaitable[Any]]


async def changed(
    info: Info, payload: type[Payload], node: type, input: Any, verb: Verb
) -> Payload:
    """Run a verb in a transaction; its object is read anew, whatever came of it.

    Parameters:
        payload: has a field named as the object's table, ``user_errors``, ``client_mutation_id``.
        node: the object's declared type.
        input: may name the object by ``id``; it is shown then even if nothing was changed.
        verb: the domain's; it returns the changed row. What it cannot do is a DomainError.
    """
    row_type = row_type_of(node)
    errors: list[UserError] = []
    key = _named(input, row_type)
    try:
        async with info.context.transaction() as session:
            key = (await verb(session)).id
    except DomainError as error:
        errors.append(user_error(error, info.context))
    fields: dict[str, Any] = {
        row_type.table.name: later(info.context, row_type, key),
        "user_errors": errors,
        "client_mutation_id": input.client_mutation_id,
    }
    return payload(**fields)


def _named(input: Any, row_type: RowType) -> UUID | None:
    """The key of the object that the input names, if it names one."""
    parsed = parse_public_id(getattr(input, "id", ""))
    return parsed[1] if parsed and parsed[0] == row_type.prefix else None

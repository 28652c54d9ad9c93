"""From what a client asks to be told of to what is stored: looked at as it will be executed."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from graphql import FieldNode, OperationType

from api.asked_fields import declared_fields
from api.context import Context
from api.operations import Operation
from api.own_documents import check_variables, chosen, declared, handed_in, names_declared
from api.plan.shapes import Computed
from api.schema import core
from domain.access import Actor
from domain.errors import InvalidInput, QueryTooLarge
from domain.reasons import Reason
from domain.webhooks.address import checked
from domain.webhooks.service import Wanted

if TYPE_CHECKING:
    from api.webhooks.mutations import WebhookCreateInput, WebhookUpdateInput

MOST_POINTS = 500
"""In one message."""


def wanted(context: Context, given: "WebhookCreateInput") -> Wanted:
    """What a new webhook is to be. Raises: InvalidInput; QueryTooLarge."""
    return Wanted(
        url=checked(given.url, anywhere=context.webhooks_anywhere),
        **_followed(context, given),
        language=context.language.value,
        client_id=context.client_id,
    )


def changes(context: Context, given: "WebhookUpdateInput") -> dict[str, Any]:
    """What of a webhook is to be otherwise. Raises: as ``wanted``."""
    found: dict[str, Any] = {"client_id": context.client_id}
    if given.url is not None:
        found["url"] = checked(given.url, anywhere=context.webhooks_anywhere)
    if given.query is not None or given.document_id is not None:
        found |= _followed(context, given)
    return found


def _followed(context: Context, given: "WebhookCreateInput | WebhookUpdateInput") -> dict[str, Any]:
    """The document and its variables."""
    document = handed_in(context, given.query, given.document_id)
    operation, text = chosen(document, given.operation_name)
    if not _can_be_resumed(operation):
        raise InvalidInput("query", reason=Reason.FOLLOWABLE)
    variables = declared(names_declared(operation), given.variables or {})
    check_variables(operation, variables)
    _check_size(operation, variables)
    if hidden := sorted(_hidden(text, context.actor)):
        raise InvalidInput("query", reason=Reason.NOT_YOURS, fields=", ".join(hidden))
    return {"document": text, "variables": variables}


def _can_be_resumed(operation: Operation) -> bool:
    """Whether it is a subscription of one stream that begins after a cursor."""
    (field, *_) = operation.node.selection_set.selections
    if operation.kind is not OperationType.SUBSCRIPTION or not isinstance(field, FieldNode):
        return False
    assert core.subscription_type is not None
    return "after" in core.subscription_type.fields[field.name.value].args and not field.directives


def _check_size(operation: Operation, variables: Mapping[str, Any]) -> None:
    points = operation.points(variables)
    if points > MOST_POINTS:
        raise QueryTooLarge("query", reason=f"{points} points, at most {MOST_POINTS}")


def _hidden(text: str, actor: Actor) -> Iterator[str]:
    """Fields that would be null in every message, because the role may not read them."""
    for name, field in declared_fields(text):
        permission = field.permission if isinstance(field, Computed) else None
        if permission is not None and not actor.may(permission):
            yield name

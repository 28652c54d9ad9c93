"""What people do about an alarm: one transaction, one verb, one payload."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from api.alarms.types import Alarm
from api.context import Info
from api.describe import input_object, output
from api.errors import UserError, user_error
from api.plan.shapes import row_type_of
from api.relay import key_of
from domain.alarms import models, service
from domain.errors import DomainError

Payload = TypeVar("Payload", bound="AlarmPayload")
Verb = Callable[[AsyncSession, UUID], Awaitable[models.Alarm]]


@input_object
class AlarmAcknowledgeInput:
    """Which alarm to take responsibility for."""

    id: strawberry.ID
    """The alarm."""
    note: str | None = None
    """A word for its log."""
    client_mutation_id: str | None = None
    """Given back in the payload."""


@input_object
class AlarmDispatchInput:
    """Which alarm someone was sent for."""

    id: strawberry.ID
    """The alarm."""
    note: str | None = None
    """Who was sent, or another word for its log."""
    client_mutation_id: str | None = None
    """Given back in the payload."""


@input_object
class AlarmArriveInput:
    """At which alarm someone has arrived."""

    id: strawberry.ID
    """The alarm."""
    note: str | None = None
    """A word for its log."""
    client_mutation_id: str | None = None
    """Given back in the payload."""


@input_object
class AlarmResolveInput:
    """Which alarm is over, and what it was."""

    id: strawberry.ID
    """The alarm."""
    reason: models.ResolveReason
    """What it turned out to be."""
    note: str | None = None
    """A word for its log."""
    client_mutation_id: str | None = None
    """Given back in the payload."""


@output
class AlarmPayload:
    """What every alarm mutation answers."""

    alarm: Alarm | None
    """The alarm after the change; null if there is none to be seen."""
    user_errors: list[UserError]
    """Why nothing was changed; empty when it was."""
    client_mutation_id: str | None = None
    """As given in the input."""


@output
class AlarmAcknowledgePayload(AlarmPayload):
    """The acknowledged alarm."""


@output
class AlarmDispatchPayload(AlarmPayload):
    """The dispatched alarm."""


@output
class AlarmArrivePayload(AlarmPayload):
    """The alarm at which someone has arrived."""


@output
class AlarmResolvePayload(AlarmPayload):
    """The resolved alarm."""


async def _changed(info: Info, payload: type[Payload], input: Any, verb: Verb) -> Payload:
    """Run a verb in a transaction and read the alarm anew, whatever came of it."""
    errors: list[UserError] = []
    key: UUID | None = None
    try:
        key = key_of(input.id, "alarm")
        async with info.context.transaction() as session:
            await verb(session, key)
    except DomainError as error:
        errors.append(user_error(error, info.context))
    alarm = await info.context.loaders.by_key(row_type_of(Alarm)).load(key) if key else None
    return payload(alarm=alarm, user_errors=errors, client_mutation_id=input.client_mutation_id)


@strawberry.type
class AlarmMutations:
    """Root fields that change alarms."""

    @strawberry.mutation(description="Take responsibility for a raised alarm.")
    async def alarm_acknowledge(
        self,
        info: Info,
        input: Annotated[AlarmAcknowledgeInput, strawberry.argument(description="Which alarm.")],
    ) -> AlarmAcknowledgePayload:
        """RAISED -> ACKNOWLEDGED."""
        return await _changed(
            info,
            AlarmAcknowledgePayload,
            input,
            lambda session, key: service.acknowledge(session, info.context.actor, key, input.note),
        )

    @strawberry.mutation(description="Someone was sent to the elder.")
    async def alarm_dispatch(
        self,
        info: Info,
        input: Annotated[AlarmDispatchInput, strawberry.argument(description="Which alarm.")],
    ) -> AlarmDispatchPayload:
        """ACKNOWLEDGED -> DISPATCHED."""
        return await _changed(
            info,
            AlarmDispatchPayload,
            input,
            lambda session, key: service.dispatch(session, info.context.actor, key, input.note),
        )

    @strawberry.mutation(description="Someone is with the elder.")
    async def alarm_arrive(
        self,
        info: Info,
        input: Annotated[AlarmArriveInput, strawberry.argument(description="Which alarm.")],
    ) -> AlarmArrivePayload:
        """DISPATCHED -> ARRIVED."""
        return await _changed(
            info,
            AlarmArrivePayload,
            input,
            lambda session, key: service.arrive(session, info.context.actor, key, input.note),
        )

    @strawberry.mutation(description="End an alarm, from any open state.")
    async def alarm_resolve(
        self,
        info: Info,
        input: Annotated[AlarmResolveInput, strawberry.argument(description="Which, and why.")],
    ) -> AlarmResolvePayload:
        """Any open state -> RESOLVED."""
        return await _changed(
            info,
            AlarmResolvePayload,
            input,
            lambda session, key: service.resolve(
                session, info.context.actor, key, input.reason, input.note
            ),
        )

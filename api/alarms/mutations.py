"""What people do about an alarm: one transaction, one verb, one payload."""

from typing import Annotated

import strawberry

from api.alarms.types import Alarm
from api.context import Info
from api.describe import input_object, output
from api.errors import UserError
from api.mutations import changed
from api.permissions import asks
from api.relay import key_of
from domain.access import Permission
from domain.alarms import models, service


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


@strawberry.type
class AlarmMutations:
    """Root fields that change alarms."""

    @strawberry.mutation(description="Take responsibility for a raised alarm.")
    @asks(Permission.ALARM_ACKNOWLEDGE)
    async def alarm_acknowledge(
        self,
        info: Info,
        input: Annotated[AlarmAcknowledgeInput, strawberry.argument(description="Which alarm.")],
    ) -> AlarmAcknowledgePayload:
        """RAISED -> ACKNOWLEDGED."""
        return await changed(
            info,
            AlarmAcknowledgePayload,
            Alarm,
            input,
            lambda session: service.acknowledge(
                session, info.context.actor, key_of(input.id, "alarm"), input.note
            ),
        )

    @strawberry.mutation(description="Someone was sent to the elder.")
    @asks(Permission.ALARM_DISPATCH)
    async def alarm_dispatch(
        self,
        info: Info,
        input: Annotated[AlarmDispatchInput, strawberry.argument(description="Which alarm.")],
    ) -> AlarmDispatchPayload:
        """ACKNOWLEDGED -> DISPATCHED."""
        return await changed(
            info,
            AlarmDispatchPayload,
            Alarm,
            input,
            lambda session: service.dispatch(
                session, info.context.actor, key_of(input.id, "alarm"), input.note
            ),
        )

    @strawberry.mutation(description="Someone is with the elder.")
    @asks(Permission.ALARM_ARRIVE)
    async def alarm_arrive(
        self,
        info: Info,
        input: Annotated[AlarmArriveInput, strawberry.argument(description="Which alarm.")],
    ) -> AlarmArrivePayload:
        """DISPATCHED -> ARRIVED."""
        return await changed(
            info,
            AlarmArrivePayload,
            Alarm,
            input,
            lambda session: service.arrive(
                session, info.context.actor, key_of(input.id, "alarm"), input.note
            ),
        )

    @strawberry.mutation(description="End an alarm, from any open state.")
    @asks(Permission.ALARM_RESOLVE)
    async def alarm_resolve(
        self,
        info: Info,
        input: Annotated[AlarmResolveInput, strawberry.argument(description="Which, and why.")],
    ) -> AlarmResolvePayload:
        """Any open state -> RESOLVED."""
        return await changed(
            info,
            AlarmResolvePayload,
            Alarm,
            input,
            lambda session: service.resolve(
                session,
                info.context.actor,
                key_of(input.id, "alarm"),
                input.reason,
                input.note,
            ),
        )

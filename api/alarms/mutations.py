"""What people do about an alarm: one transaction, one verb, one payload."""

import strawberry

from api.alarms.types import Alarm
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from domain.access import Permission
from domain.alarms import models, service


@mutation_input
class AlarmAcknowledgeInput(MutationInput):
    """Which alarm to take responsibility for."""

    id: strawberry.ID
    """The alarm."""
    note: str | None = None
    """A word for its log."""


@mutation_input
class AlarmDispatchInput(MutationInput):
    """Which alarm someone was sent for."""

    id: strawberry.ID
    """The alarm."""
    note: str | None = None
    """Who was sent, or another word for its log."""


@mutation_input
class AlarmArriveInput(MutationInput):
    """At which alarm someone has arrived."""

    id: strawberry.ID
    """The alarm."""
    note: str | None = None
    """A word for its log."""


@mutation_input
class AlarmResolveInput(MutationInput):
    """Which alarm is over, and what it was."""

    id: strawberry.ID
    """The alarm."""
    reason: models.ResolveReason
    """What it turned out to be."""
    note: str | None = None
    """A word for its log."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_payload
class AlarmPayload(MutationPayload):
    """What every alarm mutation answers."""

    alarm: Alarm | None
    """The alarm after the change; null if there is none to be seen."""


@mutation_payload
class AlarmAcknowledgePayload(AlarmPayload):
    """The acknowledged alarm."""


@mutation_payload
class AlarmDispatchPayload(AlarmPayload):
    """The dispatched alarm."""


@mutation_payload
class AlarmArrivePayload(AlarmPayload):
    """The alarm at which someone has arrived."""


@mutation_payload
class AlarmResolvePayload(AlarmPayload):
    """The resolved alarm."""


@strawberry.type
class AlarmMutations:
    """Root fields that change alarms."""

    # RAISED -> ACKNOWLEDGED.
    alarm_acknowledge = mutation(
        AlarmAcknowledgePayload,
        "Take responsibility for a raised alarm.",
        node=Alarm,
        asks=Permission.ALARM_ACKNOWLEDGE,
        given=AlarmAcknowledgeInput,
        which="Which alarm.",
        verb=lambda change, given: service.acknowledge(
            change.session, change.actor, change.key, given.note
        ),
    )

    # ACKNOWLEDGED -> DISPATCHED.
    alarm_dispatch = mutation(
        AlarmDispatchPayload,
        "Someone was sent to the elder.",
        node=Alarm,
        asks=Permission.ALARM_DISPATCH,
        given=AlarmDispatchInput,
        which="Which alarm.",
        verb=lambda change, given: service.dispatch(
            change.session, change.actor, change.key, given.note
        ),
    )

    # DISPATCHED -> ARRIVED.
    alarm_arrive = mutation(
        AlarmArrivePayload,
        "Someone is with the elder.",
        node=Alarm,
        asks=Permission.ALARM_ARRIVE,
        given=AlarmArriveInput,
        which="Which alarm.",
        verb=lambda change, given: service.arrive(
            change.session, change.actor, change.key, given.note
        ),
    )

    # Any open state -> RESOLVED.
    alarm_resolve = mutation(
        AlarmResolvePayload,
        "End an alarm, from any open state.",
        node=Alarm,
        asks=Permission.ALARM_RESOLVE,
        given=AlarmResolveInput,
        which="Which, and why.",
        verb=lambda change, given: service.resolve(
            change.session,
            change.actor,
            change.key,
            given.reason,
            given.note,
            given.expected_version,
        ),
    )

"""What people do about an alarm: one transaction, one verb, one payload."""

from uuid import UUID

import strawberry

from api.alarms.types import Alarm
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from domain.access import Permission
from domain.alarms import cancelling, models, service


def account_key(id: str) -> UUID:
    """The key in an account's global id. Raises: InvalidInput(account_id)."""
    return key_of(id, "account", field="account_id")


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
    account_id: strawberry.ID | None = None
    """Who was sent: a caregiver, a volunteer or somebody of a station who works where it rang. They
    see the alarm, the elder and the address until it is over. Null for somebody without an
    account, such as a neighbour."""
    note: str | None = None
    """Who was sent, or another word for its log."""
    expected_version: int | None = None
    """As for `alarmResolve`: a colleague may have sent somebody meanwhile."""


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


@mutation_input
class AlarmCommentInput(MutationInput):
    """A word for the log of which alarm."""

    id: strawberry.ID
    """The alarm; it may be over."""
    note: str
    """The word, of at most 2,000 characters."""


@mutation_input
class AlarmAssignInput(MutationInput):
    """Which alarm to give to whom."""

    id: strawberry.ID
    """The alarm."""
    account_id: strawberry.ID
    """A dispatcher, or somebody of a station, who works where it rang."""
    note: str | None = None
    """A word for its log."""
    expected_version: int | None = None
    """As for `alarmResolve`."""


@mutation_input
class AlarmSnoozeInput(MutationInput):
    """With which alarm to be left alone, and for how long."""

    id: strawberry.ID
    """The alarm; somebody has acknowledged it."""
    minutes: int
    """1 to 30; of a critical alarm 1 to 5. It rises all the same."""
    note: str | None = None
    """A word for its log."""
    expected_version: int | None = None
    """As for `alarmResolve`."""


@mutation_input
class AlarmCancelInput(MutationInput):
    """Which alarm was none."""

    id: strawberry.ID
    """The alarm."""
    note: str | None = None
    """A word for its log."""


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


@mutation_payload
class AlarmCommentPayload(AlarmPayload):
    """The alarm with one more word in its log."""


@mutation_payload
class AlarmAssignPayload(AlarmPayload):
    """The alarm that was given to somebody."""


@mutation_payload
class AlarmSnoozePayload(AlarmPayload):
    """The alarm with which somebody is left alone."""


@mutation_payload
class AlarmCancelPayload(AlarmPayload):
    """The alarm that was taken back; still open where that came too late."""


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
            change.session,
            change.actor,
            change.key,
            given.note,
            None if given.account_id is None else account_key(given.account_id),
            given.expected_version,
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

    alarm_comment = mutation(
        AlarmCommentPayload,
        "Write a word to an alarm's log, also after it is over.",
        node=Alarm,
        asks=Permission.ALARM_COMMENT,
        given=AlarmCommentInput,
        which="Which alarm, and the word.",
        verb=lambda change, given: service.comment(
            change.session, change.actor, change.key, given.note
        ),
    )

    # Any open state, which stays.
    alarm_assign = mutation(
        AlarmAssignPayload,
        "Give an open alarm to somebody at a desk, who sees to it from now on.",
        node=Alarm,
        asks=Permission.ALARM_ASSIGN,
        given=AlarmAssignInput,
        which="Which alarm, and to whom.",
        verb=lambda change, given: service.assign(
            change.session,
            change.actor,
            change.key,
            account_key(given.account_id),
            given.note,
            given.expected_version,
        ),
    )

    # Any open state but RAISED, which stays.
    alarm_snooze = mutation(
        AlarmSnoozePayload,
        "Leave whoever sees to an acknowledged alarm alone with it for a while.",
        node=Alarm,
        asks=Permission.ALARM_SNOOZE,
        given=AlarmSnoozeInput,
        which="Which alarm, and for how long.",
        verb=lambda change, given: service.snooze(
            change.session,
            change.actor,
            change.key,
            given.minutes,
            given.note,
            given.expected_version,
        ),
    )

    # RAISED -> RESOLVED, before anybody is told.
    alarm_cancel = mutation(
        AlarmCancelPayload,
        "The elder says that nothing has happened. Until `cancellableUntil` that ends the alarm as "
        "a false one, and nobody is told; later it is a line in its log, and whoever is on the way "
        "comes all the same.",
        node=Alarm,
        asks=Permission.ALARM_CANCEL,
        given=AlarmCancelInput,
        which="Which alarm.",
        verb=lambda change, given: cancelling.cancel(
            change.session, change.actor, change.key, given.note
        ),
    )

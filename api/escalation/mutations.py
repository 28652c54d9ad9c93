"""A division sets how soon alarms pass on: one transaction, one verb, one payload."""

import strawberry

from api.escalation.types import EscalationPolicy
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from domain.access import Permission
from domain.alarms.models import AlarmSeverity
from domain.escalation import service
from domain.escalation.service import Wanted


@mutation_input
class EscalationPolicySetInput(MutationInput):
    """How soon which alarms pass on where."""

    region_code: str
    """The division, with all below it that has set nothing of its own."""
    severity: AlarmSeverity
    """Of which alarms."""
    street_after_seconds: int
    """From level 1 to level 2: 10 to 86,400, of critical alarms at most 60."""
    district_after_seconds: int
    """From level 1 to level 3: at least 10 more than that and at most 172,800, of critical alarms
    at most 180."""
    rearm_after_seconds: int = 600
    """How long an alarm may be acknowledged before its level's clock begins again: 60 to 86,400, of
    critical alarms at most 600."""


@mutation_input
class EscalationPolicyRemoveInput(MutationInput):
    """What to take back."""

    id: strawberry.ID
    """What a division has set."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_payload
class EscalationPolicySetPayload(MutationPayload):
    """The times that count now."""

    escalation_policy: EscalationPolicy | None
    """The division's; null if nothing was set."""


@mutation_payload
class EscalationPolicyRemovePayload(MutationPayload):
    """What is left of them: nothing."""

    escalation_policy: EscalationPolicy | None
    """Null, once it is taken back."""


@strawberry.type
class EscalationMutations:
    """Root fields that set how soon alarms pass on."""

    escalation_policy_set = mutation(
        EscalationPolicySetPayload,
        "Set how soon alarms of a severity pass on in a division and below it, instead of what was "
        "set there before. It counts from an alarm's next step on.",
        node=EscalationPolicy,
        asks=Permission.ESCALATION_SET,
        given=EscalationPolicySetInput,
        which="How soon, and where.",
        verb=lambda change, given: service.put(
            change.session,
            change.actor,
            given.region_code,
            given.severity,
            Wanted(
                given.street_after_seconds,
                given.district_after_seconds,
                given.rearm_after_seconds,
            ),
        ),
    )

    escalation_policy_remove = mutation(
        EscalationPolicyRemovePayload,
        "Take back what a division has set: what one above it has set counts again, at last the "
        "rules.",
        node=EscalationPolicy,
        asks=Permission.ESCALATION_SET,
        given=EscalationPolicyRemoveInput,
        which="What to take back.",
        verb=lambda change, given: service.remove(
            change.session, change.actor, change.key, given.expected_version
        ),
    )

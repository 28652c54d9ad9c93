"""What is done with thresholds: one transaction, one verb, one payload."""

from datetime import timedelta

import strawberry

from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from api.thresholds.types import RuleThreshold
from domain.access import Permission
from domain.devices.models import DeviceKind
from domain.thresholds import service
from domain.thresholds.service import Place
from domain.thresholds.tuning import Setting


@mutation_input
class RuleThresholdPutInput(MutationInput):
    """For whom or where, and what. One of `elderId` and `regionCode`, and one at least of the three
    values; what is null of these is the kind's own."""

    elder_id: strawberry.ID | None = None
    """For this elder's devices."""
    region_code: str | None = None
    """For the devices in the homes and stations of this division and all below it."""
    kind: DeviceKind
    """Of which devices."""
    rule: str
    """Which of their rules."""
    raise_at: float | None = None
    """Beyond this it raises, in the measure's unit and within what it can be; of a count, how
    often."""
    clear_at: float | None = None
    """Beyond this on the other side it clears; never where it raises. Counts and absences have
    none."""
    hold_seconds: int | None = None
    """How long it must last, at most seven days; of a count the window."""


@mutation_input
class RuleThresholdEndInput(MutationInput):
    """Which threshold to take back."""

    id: strawberry.ID
    """The threshold."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_payload
class RuleThresholdPayload(MutationPayload):
    """What every mutation of a threshold answers."""

    rule_threshold: RuleThreshold | None
    """The threshold after the change; null if there is none to be seen."""


@mutation_payload
class RuleThresholdPutPayload(RuleThresholdPayload):
    """The threshold that counts now."""


@mutation_payload
class RuleThresholdEndPayload(RuleThresholdPayload):
    """The threshold that has ended."""


def _setting(given: RuleThresholdPutInput) -> Setting:
    hold = None if given.hold_seconds is None else timedelta(seconds=given.hold_seconds)
    return Setting(given.rule, given.raise_at, given.clear_at, hold)


def _place(given: RuleThresholdPutInput) -> Place:
    elder_id = None if given.elder_id is None else key_of(given.elder_id, "elder", "elder_id")
    return Place(elder_id, given.region_code)


@strawberry.type
class ThresholdMutations:
    """Root fields that change thresholds."""

    # A new one; what stood there before ends.
    rule_threshold_put = mutation(
        RuleThresholdPutPayload,
        "Give a rule other values, for one elder or in a division; what stood there before ends. "
        "In a division only by its officials. It counts from the next reading on.",
        node=RuleThreshold,
        asks=Permission.THRESHOLD_SET,
        given=RuleThresholdPutInput,
        which="For whom or where, and what.",
        verb=lambda change, given: service.put(
            change.session, change.actor, _place(given), given.kind, _setting(given)
        ),
    )

    # Counting -> ended.
    rule_threshold_end = mutation(
        RuleThresholdEndPayload,
        "Take a threshold back: what is less specific counts again, at last the kind's own values.",
        node=RuleThreshold,
        asks=Permission.THRESHOLD_SET,
        given=RuleThresholdEndInput,
        which="Which threshold.",
        verb=lambda change, given: service.end(
            change.session, change.actor, change.key, given.expected_version
        ),
    )

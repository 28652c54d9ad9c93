"""What advisors do: one transaction, one verb, one payload."""

from datetime import date

import strawberry

from api.advising.types import CareNeed, Caseload
from api.alarms.mutations import account_key
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from domain.access import Permission
from domain.advising import caseloads, models, needs
from domain.advising.lifecycle import CareNeedAction
from domain.advising.needs import Found


@mutation_input
class CaseloadAssignInput(MutationInput):
    """Which advisor answers for whom."""

    elder_id: strawberry.ID
    """The elder."""
    account_id: strawberry.ID
    """The advisor's account."""
    since: date | None = None
    """From which day on, none past; today if null."""


@mutation_input
class CaseloadEndInput(MutationInput):
    """Which case is an advisor's no more."""

    id: strawberry.ID
    """The case."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_input
class CaseloadHandOverInput(MutationInput):
    """Which case becomes another advisor's."""

    id: strawberry.ID
    """The case; it ends."""
    account_id: strawberry.ID
    """The account of the advisor who answers for the elder from now on."""
    expected_version: int | None = None
    """As for `caseloadEnd`."""


@mutation_input
class CareNeedAddInput(MutationInput):
    """Who needs what."""

    elder_id: strawberry.ID
    """The elder."""
    kind: models.CareNeedKind
    """With what they need help."""
    urgency: models.CareNeedUrgency
    """How soon."""
    source: models.CareNeedSource
    """How it became known."""
    note: str | None = None
    """What was found, in words, at most 2000 characters."""


@mutation_input
class CareNeedMeetInput(MutationInput):
    """With what somebody helps now."""

    id: strawberry.ID
    """The need."""


@mutation_input
class CareNeedDeclineInput(MutationInput):
    """With what no help is wanted."""

    id: strawberry.ID
    """The need."""


@mutation_input
class CareNeedWithdrawInput(MutationInput):
    """What was no need."""

    id: strawberry.ID
    """The need."""


@mutation_payload
class CaseloadPayload(MutationPayload):
    """What every mutation of an advisor's case answers."""

    caseload: Caseload | None
    """The case after the change; null if there is none to be seen."""


@mutation_payload
class CaseloadAssignPayload(CaseloadPayload):
    """The new case."""


@mutation_payload
class CaseloadEndPayload(CaseloadPayload):
    """The case that was."""


@mutation_payload
class CaseloadHandOverPayload(CaseloadPayload):
    """The other advisor's case; if there is none, the one that was to be handed over."""


@mutation_payload
class CareNeedPayload(MutationPayload):
    """What every mutation of a need answers."""

    care_need: CareNeed | None
    """The need after the change; null if there is none to be seen."""


@mutation_payload
class CareNeedAddPayload(CareNeedPayload):
    """The new need."""


@mutation_payload
class CareNeedMeetPayload(CareNeedPayload):
    """The need that is met."""


@mutation_payload
class CareNeedDeclinePayload(CareNeedPayload):
    """The need that is left."""


@mutation_payload
class CareNeedWithdrawPayload(CareNeedPayload):
    """What was no need."""


@strawberry.type
class AdvisingMutations:
    """Root fields that change whom advisors answer for, and what elders need."""

    caseload_assign = mutation(
        CaseloadAssignPayload,
        "Let an advisor answer for an elder; refused (ALREADY_EXISTS) where another does on one of "
        "these days.",
        node=Caseload,
        asks=Permission.CASELOAD_KEEP,
        given=CaseloadAssignInput,
        which="Who, and for whom.",
        verb=lambda change, given: caseloads.assign(
            change.session,
            change.actor,
            key_of(given.elder_id, "elder", "elder_id"),
            account_key(given.account_id),
            given.since,
        ),
    )

    caseload_end = mutation(
        CaseloadEndPayload,
        "Let an advisor answer for an elder no more from today on.",
        node=Caseload,
        asks=Permission.CASELOAD_KEEP,
        given=CaseloadEndInput,
        which="Which case.",
        verb=lambda change, given: caseloads.end(
            change.session, change.actor, change.key, given.expected_version
        ),
    )

    caseload_hand_over = mutation(
        CaseloadHandOverPayload,
        "Let another advisor answer for the elder from today on, in one step.",
        node=Caseload,
        asks=Permission.CASELOAD_KEEP,
        given=CaseloadHandOverInput,
        which="Which case, and to whom.",
        verb=lambda change, given: caseloads.hand_over(
            change.session,
            change.actor,
            change.key,
            account_key(given.account_id),
            given.expected_version,
        ),
    )

    # A new need, OPEN.
    care_need_add = mutation(
        CareNeedAddPayload,
        "Enter what an elder needs; refused (ALREADY_EXISTS) where a need of the kind is open.",
        node=CareNeed,
        asks=Permission.CARE_NEED_KEEP,
        given=CareNeedAddInput,
        which="Who, and what.",
        verb=lambda change, given: needs.add(
            change.session,
            change.vault,
            change.actor,
            key_of(given.elder_id, "elder", "elder_id"),
            Found(given.kind, given.urgency, given.source, given.note),
        ),
    )

    # OPEN -> MET.
    care_need_meet = mutation(
        CareNeedMeetPayload,
        "Say that somebody helps now.",
        node=CareNeed,
        asks=Permission.CARE_NEED_KEEP,
        given=CareNeedMeetInput,
        which="With what.",
        verb=lambda change, _: needs.close(
            change.session, change.actor, change.key, CareNeedAction.MEET
        ),
    )

    # OPEN -> DECLINED.
    care_need_decline = mutation(
        CareNeedDeclinePayload,
        "Say that the elder or the family does not want help.",
        node=CareNeed,
        asks=Permission.CARE_NEED_KEEP,
        given=CareNeedDeclineInput,
        which="With what.",
        verb=lambda change, _: needs.close(
            change.session, change.actor, change.key, CareNeedAction.DECLINE
        ),
    )

    # OPEN -> WITHDRAWN.
    care_need_withdraw = mutation(
        CareNeedWithdrawPayload,
        "Say that it was no need.",
        node=CareNeed,
        asks=Permission.CARE_NEED_KEEP,
        given=CareNeedWithdrawInput,
        which="What.",
        verb=lambda change, _: needs.close(
            change.session, change.actor, change.key, CareNeedAction.WITHDRAW
        ),
    )

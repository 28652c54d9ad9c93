"""What families and homes do about an application: one transaction, one verb, one payload."""

from datetime import date

import strawberry

from api.admissions.types import AdmissionApplication
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from domain.access import Permission
from domain.admissions import service
from domain.beds.models import BedKind


@mutation_input
class AdmissionApplicationCreateInput(MutationInput):
    """For whom, where, and for what."""

    elder_id: strawberry.ID
    """The elder."""
    station_id: strawberry.ID
    """The home."""
    kind: BedKind
    """For what kind of bed; the home must have such."""
    nursing: bool | None = None
    """Whether it must be a nursing bed, or must be none; null where it does not matter."""
    wanted_from: date | None = None
    """Before which day the elder cannot come; null for at once."""


@mutation_input
class AdmissionApplicationSubmitInput(MutationInput):
    """Which draft to send."""

    id: strawberry.ID
    """The application."""
    note: str | None = None
    """A word for its history, at most 2000 characters."""


@mutation_input
class AdmissionApplicationAssessInput(MutationInput):
    """Which application the home looks at."""

    id: strawberry.ID
    """The application."""
    note: str | None = None
    """A word for its history, at most 2000 characters."""


@mutation_input
class AdmissionApplicationWaitlistInput(MutationInput):
    """Which application waits for its turn."""

    id: strawberry.ID
    """The application."""
    note: str | None = None
    """A word for its history, at most 2000 characters."""


@mutation_input
class AdmissionApplicationRejectInput(MutationInput):
    """Whom the home cannot take, and why."""

    id: strawberry.ID
    """The application."""
    reason: str
    """Why, 1 to 2000 characters; the family reads it."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_input
class AdmissionApplicationWithdrawInput(MutationInput):
    """Which application to take back."""

    id: strawberry.ID
    """The application."""
    note: str | None = None
    """A word for its history, at most 2000 characters."""


@mutation_input
class AdmissionApplicationAcceptInput(MutationInput):
    """Which offer to accept."""

    id: strawberry.ID
    """The application."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_input
class AdmissionApplicationAdmitInput(MutationInput):
    """Who has come, and since when."""

    id: strawberry.ID
    """The application."""
    starts_on: date | None = None
    """The first day, up to 31 days ago; today if null."""


@mutation_payload
class AdmissionApplicationPayload(MutationPayload):
    """What every mutation of an application for a bed answers."""

    admission_application: AdmissionApplication | None
    """The application after the change; null if there is none to be seen."""


@mutation_payload
class AdmissionApplicationCreatePayload(AdmissionApplicationPayload):
    """The draft."""


@mutation_payload
class AdmissionApplicationSubmitPayload(AdmissionApplicationPayload):
    """The application, with the home."""


@mutation_payload
class AdmissionApplicationAssessPayload(AdmissionApplicationPayload):
    """The application that is looked at."""


@mutation_payload
class AdmissionApplicationWaitlistPayload(AdmissionApplicationPayload):
    """The application, with its place."""


@mutation_payload
class AdmissionApplicationRejectPayload(AdmissionApplicationPayload):
    """The rejected application."""


@mutation_payload
class AdmissionApplicationWithdrawPayload(AdmissionApplicationPayload):
    """The application that was taken back."""


@mutation_payload
class AdmissionApplicationAcceptPayload(AdmissionApplicationPayload):
    """The accepted application, with the promised bed."""


@mutation_payload
class AdmissionApplicationAdmitPayload(AdmissionApplicationPayload):
    """The application of who has come."""


@strawberry.type
class AdmissionMutations:
    """Root fields that change applications for a bed."""

    # A new application, DRAFT.
    admission_application_create = mutation(
        AdmissionApplicationCreatePayload,
        "Begin an application for a bed in a home; an elder may have one for each home. The family "
        "needs the consent HEALTH_RECORD.",
        node=AdmissionApplication,
        asks=Permission.ADMISSION_APPLY,
        given=AdmissionApplicationCreateInput,
        which="For whom, where, and for what.",
        verb=lambda change, given: service.create(
            change.session,
            change.actor,
            elder_id=key_of(given.elder_id, "elder", "elder_id"),
            station_id=key_of(given.station_id, "station", "station_id"),
            kind=given.kind,
            nursing=given.nursing,
            wanted_from=given.wanted_from,
        ),
    )

    # DRAFT -> SUBMITTED.
    admission_application_submit = mutation(
        AdmissionApplicationSubmitPayload,
        "Send a draft to the home.",
        node=AdmissionApplication,
        asks=Permission.ADMISSION_APPLY,
        given=AdmissionApplicationSubmitInput,
        which="Which draft.",
        verb=lambda change, given: service.submit(
            change.session, change.actor, change.key, given.note
        ),
    )

    # SUBMITTED -> ASSESSING.
    admission_application_assess = mutation(
        AdmissionApplicationAssessPayload,
        "The home looks at what the elder needs.",
        node=AdmissionApplication,
        asks=Permission.ADMISSION_DECIDE,
        given=AdmissionApplicationAssessInput,
        which="Which application.",
        verb=lambda change, given: service.assess(
            change.session, change.actor, change.key, given.note
        ),
    )

    # ASSESSING and OFFER_EXPIRED -> WAITLISTED.
    admission_application_waitlist = mutation(
        AdmissionApplicationWaitlistPayload,
        "Nothing is free now: the application waits for its turn, by the division's rule.",
        node=AdmissionApplication,
        asks=Permission.ADMISSION_DECIDE,
        given=AdmissionApplicationWaitlistInput,
        which="Which application.",
        verb=lambda change, given: service.waitlist(
            change.session, change.actor, change.key, given.note
        ),
    )

    # SUBMITTED, ASSESSING, WAITLISTED and OFFER_EXPIRED -> REJECTED.
    admission_application_reject = mutation(
        AdmissionApplicationRejectPayload,
        "The home cannot take the elder.",
        node=AdmissionApplication,
        asks=Permission.ADMISSION_DECIDE,
        given=AdmissionApplicationRejectInput,
        which="Which, and why.",
        verb=lambda change, given: service.reject(
            change.session, change.actor, change.key, given.reason, given.expected_version
        ),
    )

    # Any undecided state, and ACCEPTED -> WITHDRAWN.
    admission_application_withdraw = mutation(
        AdmissionApplicationWithdrawPayload,
        "Take an application back, or decline what is offered: the bed is free for the next.",
        node=AdmissionApplication,
        asks=Permission.ADMISSION_APPLY,
        given=AdmissionApplicationWithdrawInput,
        which="Which application.",
        verb=lambda change, given: service.withdraw(
            change.session, change.actor, change.key, given.note
        ),
    )

    # OFFERED -> ACCEPTED; the elder's others -> WITHDRAWN.
    admission_application_accept = mutation(
        AdmissionApplicationAcceptPayload,
        "Take the bed that is offered. The elder's other applications are withdrawn with it, and "
        "the beds that were kept for them are free.",
        node=AdmissionApplication,
        asks=Permission.ADMISSION_APPLY,
        given=AdmissionApplicationAcceptInput,
        which="Which offer.",
        verb=lambda change, given: service.accept(
            change.session, change.actor, change.key, given.expected_version
        ),
    )

    # OFFERED and ACCEPTED -> ADMITTED.
    admission_application_admit = mutation(
        AdmissionApplicationAdmitPayload,
        "The elder has come, and lies in the bed.",
        node=AdmissionApplication,
        asks=Permission.ADMISSION_DECIDE,
        given=AdmissionApplicationAdmitInput,
        which="Who, and since when.",
        verb=lambda change, given: service.admit(
            change.session, change.actor, change.key, given.starts_on
        ),
    )

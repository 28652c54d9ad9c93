"""Who answers for the sides of a fused bed."""

import strawberry

from api.beds.types import BedStayManager
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from domain.access import Permission
from domain.beds import fusing, models


@mutation_input
class BedStayManagerNameInput(MutationInput):
    """Who answers for which side of which stay."""

    stay_id: strawberry.ID
    """The stay: reserved, or lived in."""
    role: models.CoManagerRole
    """For which side; each once."""
    account_id: strawberry.ID
    """Who: a caregiver, somebody of a station, or an advisor."""


@mutation_input
class BedStayManagerConsentInput(MutationInput):
    """To whom the elder consents."""

    id: strawberry.ID
    """Who was named."""


@mutation_input
class BedStayManagerEndInput(MutationInput):
    """Who answers for it no more."""

    id: strawberry.ID
    """Who was named."""


@mutation_payload
class BedStayManagerPayload(MutationPayload):
    """What every mutation of who answers for a stay answers."""

    bed_stay_manager: BedStayManager | None
    """Who was named, after the change; null if there is none to be seen."""


@mutation_payload
class BedStayManagerNamePayload(BedStayManagerPayload):
    """Who was named; to be consented to."""


@mutation_payload
class BedStayManagerConsentPayload(BedStayManagerPayload):
    """Who was consented to."""


@mutation_payload
class BedStayManagerEndPayload(BedStayManagerPayload):
    """Who answers for it no more."""


@strawberry.type
class FusedBedMutations:
    """Root fields on who answers for a stay."""

    bed_stay_manager_name = mutation(
        BedStayManagerNamePayload,
        "Name who answers for medicine, rehabilitation or care of a stay; the elder or the "
        "guardian is to consent.",
        node=BedStayManager,
        asks=Permission.BED_STAY_NAME_MANAGER,
        given=BedStayManagerNameInput,
        which="Who, and for what.",
        verb=lambda change, given: fusing.name_manager(
            change.session,
            change.actor,
            key_of(given.stay_id, "bed_stay", "stay_id"),
            given.role,
            key_of(given.account_id, "account", "account_id"),
        ),
    )

    bed_stay_manager_consent = mutation(
        BedStayManagerConsentPayload,
        "Consent to somebody who was named; for the elder and the guardian.",
        node=BedStayManager,
        asks=Permission.BED_STAY_CONSENT_TO_MANAGER,
        given=BedStayManagerConsentInput,
        which="To whom.",
        verb=lambda change, _: fusing.consent(change.session, change.actor, change.key),
    )

    bed_stay_manager_end = mutation(
        BedStayManagerEndPayload,
        "Somebody answers for it no more: another may be named.",
        node=BedStayManager,
        asks=Permission.BED_STAY_NAME_MANAGER,
        given=BedStayManagerEndInput,
        which="Who.",
        verb=lambda change, _: fusing.end(change.session, change.actor, change.key),
    )

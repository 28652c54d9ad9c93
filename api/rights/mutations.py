"""What people do about an elder's data: one transaction, one verb, one payload."""

import strawberry

from api.mutations import (
    Change,
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from api.rights.types import DataRequest
from domain.access import Permission
from domain.rights import models, service


@mutation_input
class DataRequestSubmitInput(MutationInput):
    """What is to be done about whose data."""

    elder_id: strawberry.ID
    """The elder."""
    kind: models.RequestKind
    """What is asked for."""
    reason: str | None = None
    """Why, at most 2000 characters."""
    field: models.CorrectedField | None = None
    """What is to be corrected; with CORRECTION alone."""
    wanted: str | None = None
    """What it should be, 1 to 200 characters; with CORRECTION alone."""


@mutation_input
class DataRequestApproveInput(MutationInput):
    """Which request to grant."""

    id: strawberry.ID
    """The request."""
    note: str | None = None
    """A word for whoever asked, at most 2000 characters."""


@mutation_input
class DataRequestRefuseInput(MutationInput):
    """Which request to refuse, and why."""

    id: strawberry.ID
    """The request."""
    refusal: models.Refusal
    """Why; whoever asked reads it."""
    note: str | None = None
    """A word for whoever asked, at most 2000 characters."""


@mutation_input
class DataRequestWithdrawInput(MutationInput):
    """Which request to take back."""

    id: strawberry.ID
    """The request."""


@mutation_payload
class DataRequestPayload(MutationPayload):
    """What every mutation of a data request answers."""

    data_request: DataRequest | None
    """The request after the change; null if there is none to be seen."""


@mutation_payload
class DataRequestSubmitPayload(DataRequestPayload):
    """The request, waiting for a decision."""


@mutation_payload
class DataRequestApprovePayload(DataRequestPayload):
    """The request that has been granted."""


@mutation_payload
class DataRequestRefusePayload(DataRequestPayload):
    """The request that has been refused."""


@mutation_payload
class DataRequestWithdrawPayload(DataRequestPayload):
    """The request that has been taken back."""


async def _submit(change: Change, given: DataRequestSubmitInput) -> models.DataRequest:
    elder_id = key_of(given.elder_id, "elder", "elder_id")
    asked = service.Asked(elder_id, given.kind, given.reason, given.field, given.wanted)
    return await service.submit(change.session, change.vault, change.actor, asked)


@strawberry.type
class RightsMutations:
    """Root fields that change data requests."""

    # A new request, REQUESTED.
    data_request_submit = mutation(
        DataRequestSubmitPayload,
        "Ask for a copy of all data about an elder, for a correction, or for the erasure of all of "
        "it. By the elder, a guardian, or the station on their behalf.",
        node=DataRequest,
        asks=Permission.DATA_REQUEST_SUBMIT,
        given=DataRequestSubmitInput,
        which="What, about whom.",
        verb=_submit,
    )

    # REQUESTED -> APPROVED; a correction -> DONE.
    data_request_approve = mutation(
        DataRequestApprovePayload,
        "Grant a data request, by somebody who has not asked: a correction is made at once, a copy "
        "is written and an erasure done soon. An erasure is granted once nothing is going on and "
        "no law wants the data kept.",
        node=DataRequest,
        asks=Permission.DATA_REQUEST_DECIDE,
        given=DataRequestApproveInput,
        which="Which.",
        verb=lambda change, given: service.approve(
            change.session, change.vault, change.actor, change.key, given.note
        ),
    )

    # REQUESTED -> REFUSED.
    data_request_refuse = mutation(
        DataRequestRefusePayload,
        "Refuse a data request, with a reason, by somebody who has not asked.",
        node=DataRequest,
        asks=Permission.DATA_REQUEST_DECIDE,
        given=DataRequestRefuseInput,
        which="Which, and why.",
        verb=lambda change, given: service.refuse(
            change.session, change.vault, change.actor, change.key, given.refusal, given.note
        ),
    )

    # REQUESTED -> WITHDRAWN.
    data_request_withdraw = mutation(
        DataRequestWithdrawPayload,
        "Take back a data request of your own that has not been decided.",
        node=DataRequest,
        asks=Permission.DATA_REQUEST_SUBMIT,
        given=DataRequestWithdrawInput,
        which="Which.",
        verb=lambda change, _: service.withdraw(change.session, change.actor, change.key),
    )

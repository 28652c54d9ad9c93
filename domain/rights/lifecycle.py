"""A data request: asked for, decided by somebody else, carried out by a worker."""

from datetime import timedelta
from enum import StrEnum

from domain.lifecycle import Lifecycle


class RequestState(StrEnum):
    """Where a data request has got to."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    DONE = "DONE"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"


class RequestAction(StrEnum):
    """What may happen to a data request."""

    APPROVE = "APPROVE"
    REFUSE = "REFUSE"
    WITHDRAW = "WITHDRAW"
    FINISH = "FINISH"
    HALT = "HALT"
    EXPIRE = "EXPIRE"
    FAIL = "FAIL"


REQUEST_LIFECYCLE = Lifecycle(
    {
        (RequestState.REQUESTED, RequestAction.APPROVE): RequestState.APPROVED,
        (RequestState.REQUESTED, RequestAction.REFUSE): RequestState.REFUSED,
        (RequestState.REQUESTED, RequestAction.WITHDRAW): RequestState.WITHDRAWN,
        (RequestState.APPROVED, RequestAction.FINISH): RequestState.DONE,
        # Something has come up since: the data must be kept after all.
        (RequestState.APPROVED, RequestAction.HALT): RequestState.REFUSED,
        (RequestState.APPROVED, RequestAction.FAIL): RequestState.FAILED,
        # Once what was broken is mended.
        (RequestState.FAILED, RequestAction.APPROVE): RequestState.APPROVED,
        (RequestState.DONE, RequestAction.EXPIRE): RequestState.EXPIRED,
    }
)

UNDECIDED = (RequestState.REQUESTED, RequestState.APPROVED)
"""Something is still to be done about it."""

ANSWERED_WITHIN = timedelta(days=30)
"""How soon a request is answered: PIPL article 50 says in good time, GB/T 35273-2020 8.7 thirty
days."""

KEPT = timedelta(days=7)
"""How long a copy of the data may be fetched."""

"""An application for a bed, from the first draft until the elder has left again."""

from enum import StrEnum

from domain.access import Permission
from domain.lifecycle import Lifecycle


class AdmissionState(StrEnum):
    """Where an application has got to."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    ASSESSING = "ASSESSING"
    WAITLISTED = "WAITLISTED"
    OFFERED = "OFFERED"
    OFFER_EXPIRED = "OFFER_EXPIRED"
    ACCEPTED = "ACCEPTED"
    ADMITTED = "ADMITTED"
    DISCHARGED = "DISCHARGED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class AdmissionAction(StrEnum):
    """What may happen to an application."""

    CREATE = "CREATE"
    SUBMIT = "SUBMIT"
    ASSESS = "ASSESS"
    WAITLIST = "WAITLIST"
    OFFER = "OFFER"
    ACCEPT = "ACCEPT"
    ADMIT = "ADMIT"
    DISCHARGE = "DISCHARGE"
    EXPIRE = "EXPIRE"
    REJECT = "REJECT"
    WITHDRAW = "WITHDRAW"


_S, _A = AdmissionState, AdmissionAction

UNDECIDED_STATES = (
    _S.DRAFT,
    _S.SUBMITTED,
    _S.ASSESSING,
    _S.WAITLISTED,
    _S.OFFERED,
    _S.OFFER_EXPIRED,
)
"""The elder may still go elsewhere: these end where another home's offer is accepted."""

OVER = (_S.DISCHARGED, _S.REJECTED, _S.WITHDRAWN)
"""Nothing follows; the elder may apply again."""

ADMISSION_LIFECYCLE = Lifecycle(
    {
        (_S.DRAFT, _A.SUBMIT): _S.SUBMITTED,
        (_S.SUBMITTED, _A.ASSESS): _S.ASSESSING,
        (_S.ASSESSING, _A.OFFER): _S.OFFERED,
        (_S.ASSESSING, _A.WAITLIST): _S.WAITLISTED,
        (_S.WAITLISTED, _A.OFFER): _S.OFFERED,
        (_S.OFFERED, _A.ACCEPT): _S.ACCEPTED,
        (_S.OFFERED, _A.EXPIRE): _S.OFFER_EXPIRED,
        # Who comes at once is let in at once.
        (_S.OFFERED, _A.ADMIT): _S.ADMITTED,
        (_S.OFFER_EXPIRED, _A.WAITLIST): _S.WAITLISTED,
        (_S.ACCEPTED, _A.ADMIT): _S.ADMITTED,
        (_S.ADMITTED, _A.DISCHARGE): _S.DISCHARGED,
        **{
            (state, _A.REJECT): _S.REJECTED
            for state in (_S.SUBMITTED, _S.ASSESSING, _S.WAITLISTED, _S.OFFER_EXPIRED)
        },
        **{(state, _A.WITHDRAW): _S.WITHDRAWN for state in (*UNDECIDED_STATES, _S.ACCEPTED)},
    }
)

PERMISSION_FOR = {
    _A.SUBMIT: Permission.ADMISSION_APPLY,
    _A.ASSESS: Permission.ADMISSION_DECIDE,
    _A.WAITLIST: Permission.ADMISSION_DECIDE,
    _A.OFFER: Permission.ADMISSION_DECIDE,
    _A.ACCEPT: Permission.ADMISSION_APPLY,
    _A.ADMIT: Permission.ADMISSION_DECIDE,
    _A.REJECT: Permission.ADMISSION_DECIDE,
    _A.WITHDRAW: Permission.ADMISSION_APPLY,
}
"""The actions that people may take on an application, and what each asks for. DISCHARGE follows
from the end of the stay, EXPIRE from time."""

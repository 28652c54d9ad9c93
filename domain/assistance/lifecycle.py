"""An application for social assistance, from the first draft to the end of what was granted.

Sources: 最低生活保障审核确认办法 (民发〔2021〕57号) articles 15 to 23 for the way to the decision,
31 for reviews; 浙江省社会救助条例 (2020) article 40 for urgent aid first and papers after.
"""

from enum import StrEnum

from domain.access import Permission
from domain.lifecycle import Lifecycle


class CaseState(StrEnum):
    """Where a case has got to."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    NEEDS_SUPPLEMENT = "NEEDS_SUPPLEMENT"
    ACCEPTED = "ACCEPTED"
    INVESTIGATING = "INVESTIGATING"
    PUBLICIZED = "PUBLICIZED"
    OBJECTED = "OBJECTED"
    COUNTY_REVIEW = "COUNTY_REVIEW"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    ACTIVE = "ACTIVE"
    REVIEW = "REVIEW"
    TAPERING = "TAPERING"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"
    TERMINATED = "TERMINATED"
    WITHDRAWN = "WITHDRAWN"
    ADVANCED = "ADVANCED"
    BACKFILL = "BACKFILL"


class CaseAction(StrEnum):
    """What may happen to a case."""

    SUBMIT = "SUBMIT"
    ASK_SUPPLEMENT = "ASK_SUPPLEMENT"
    SUPPLEMENT = "SUPPLEMENT"
    WITHDRAW = "WITHDRAW"
    ACCEPT = "ACCEPT"
    REJECT = "REJECT"
    INVESTIGATE = "INVESTIGATE"
    PUBLICIZE = "PUBLICIZE"
    OBJECT = "OBJECT"
    PASS_TO_COUNTY = "PASS_TO_COUNTY"
    APPROVE = "APPROVE"
    ACTIVATE = "ACTIVATE"
    REVIEW = "REVIEW"
    CONTINUE = "CONTINUE"
    TAPER = "TAPER"
    SUSPEND = "SUSPEND"
    RESUME = "RESUME"
    TERMINATE = "TERMINATE"
    CLOSE = "CLOSE"
    ADVANCE = "ADVANCE"
    BACKFILL = "BACKFILL"


_S, _A = CaseState, CaseAction

ENDED_STATES = (_S.REJECTED, _S.CLOSED, _S.TERMINATED, _S.WITHDRAWN)
"""Nothing follows; the elder may apply again."""

UNDECIDED_STATES = (
    _S.SUBMITTED,
    _S.NEEDS_SUPPLEMENT,
    _S.ACCEPTED,
    _S.INVESTIGATING,
    _S.PUBLICIZED,
    _S.OBJECTED,
    _S.COUNTY_REVIEW,
)

CASE_LIFECYCLE = Lifecycle(
    {
        (_S.DRAFT, _A.SUBMIT): _S.SUBMITTED,
        (_S.SUBMITTED, _A.ACCEPT): _S.ACCEPTED,
        (_S.SUBMITTED, _A.ASK_SUPPLEMENT): _S.NEEDS_SUPPLEMENT,
        (_S.NEEDS_SUPPLEMENT, _A.SUPPLEMENT): _S.SUBMITTED,
        (_S.ACCEPTED, _A.INVESTIGATE): _S.INVESTIGATING,
        (_S.ACCEPTED, _A.ADVANCE): _S.ADVANCED,
        (_S.INVESTIGATING, _A.PUBLICIZE): _S.PUBLICIZED,
        (_S.PUBLICIZED, _A.OBJECT): _S.OBJECTED,
        (_S.OBJECTED, _A.INVESTIGATE): _S.INVESTIGATING,
        (_S.PUBLICIZED, _A.PASS_TO_COUNTY): _S.COUNTY_REVIEW,
        # Where the county has delegated the decision, its own review is skipped.
        (_S.PUBLICIZED, _A.APPROVE): _S.APPROVED,
        (_S.COUNTY_REVIEW, _A.APPROVE): _S.APPROVED,
        (_S.APPROVED, _A.ACTIVATE): _S.ACTIVE,
        (_S.ACTIVE, _A.REVIEW): _S.REVIEW,
        (_S.REVIEW, _A.CONTINUE): _S.ACTIVE,
        (_S.REVIEW, _A.TAPER): _S.TAPERING,
        (_S.REVIEW, _A.TERMINATE): _S.TERMINATED,
        (_S.ACTIVE, _A.SUSPEND): _S.SUSPENDED,
        (_S.SUSPENDED, _A.RESUME): _S.ACTIVE,
        (_S.SUSPENDED, _A.TERMINATE): _S.TERMINATED,
        (_S.ACTIVE, _A.TERMINATE): _S.TERMINATED,
        (_S.TAPERING, _A.CLOSE): _S.CLOSED,
        (_S.ADVANCED, _A.BACKFILL): _S.BACKFILL,
        (_S.BACKFILL, _A.CLOSE): _S.CLOSED,
        (_S.DRAFT, _A.WITHDRAW): _S.WITHDRAWN,
        **{(state, _A.REJECT): _S.REJECTED for state in UNDECIDED_STATES},
        **{(state, _A.WITHDRAW): _S.WITHDRAWN for state in UNDECIDED_STATES},
    }
)

PERMISSION_FOR = {
    _A.ACCEPT: Permission.ASSISTANCE_CASE_ACCEPT,
    _A.REJECT: Permission.ASSISTANCE_CASE_REJECT,
}
"""The actions that people may take on a case, and what each asks for."""

"""A visit: open until a volunteer claims it, then checked in, done and verified by another."""

from datetime import timedelta
from enum import StrEnum

from domain.access import Permission
from domain.lifecycle import Lifecycle


class VisitState(StrEnum):
    """Where a visit has got to."""

    OPEN = "OPEN"
    CLAIMED = "CLAIMED"
    CHECKED_IN = "CHECKED_IN"
    DONE = "DONE"
    VERIFIED = "VERIFIED"
    REJECTED = "REJECTED"
    REFUSED = "REFUSED"
    NO_SHOW = "NO_SHOW"


class VisitAction(StrEnum):
    """What may happen to a visit."""

    CLAIM = "CLAIM"
    RELEASE = "RELEASE"
    CHECK_IN = "CHECK_IN"
    CHECK_OUT = "CHECK_OUT"
    VERIFY = "VERIFY"
    REJECT = "REJECT"
    REFUSE = "REFUSE"
    MISS = "MISS"


CLAIMED_STATES = (VisitState.CLAIMED, VisitState.CHECKED_IN)
"""A volunteer has taken it on and it is not over: the elder and the address are known to them."""

KNOWN_AFTERWARDS = timedelta(days=1)
"""How long after its time a claimed visit that was not ended still makes the elder known."""

TIME_FREED_STATES = (VisitState.REJECTED, VisitState.NO_SHOW)
"""The visit was not made, as far as anyone can say: its time is the volunteer's own again. The
constraint ``visit_task_volunteer_once`` leaves out the same."""

VISIT_LIFECYCLE = Lifecycle(
    {
        (VisitState.OPEN, VisitAction.CLAIM): VisitState.CLAIMED,
        (VisitState.CLAIMED, VisitAction.RELEASE): VisitState.OPEN,
        (VisitState.CLAIMED, VisitAction.CHECK_IN): VisitState.CHECKED_IN,
        (VisitState.CLAIMED, VisitAction.MISS): VisitState.NO_SHOW,
        (VisitState.CHECKED_IN, VisitAction.CHECK_OUT): VisitState.DONE,
        (VisitState.CHECKED_IN, VisitAction.REFUSE): VisitState.REFUSED,
        (VisitState.DONE, VisitAction.VERIFY): VisitState.VERIFIED,
        (VisitState.DONE, VisitAction.REJECT): VisitState.REJECTED,
    }
)

PERMISSION_FOR = {
    VisitAction.CLAIM: Permission.VISIT_CLAIM,
    VisitAction.RELEASE: Permission.VISIT_RELEASE,
    VisitAction.CHECK_IN: Permission.VISIT_CHECK_IN,
    VisitAction.CHECK_OUT: Permission.VISIT_CHECK_OUT,
    VisitAction.VERIFY: Permission.VISIT_VERIFY,
    VisitAction.REJECT: Permission.VISIT_VERIFY,
}
"""The actions that people may take, and what each asks for."""

BY_CLAIMANT = frozenset({VisitAction.RELEASE, VisitAction.CHECK_IN, VisitAction.CHECK_OUT})
"""Only who has claimed the visit takes these."""

BY_OTHERS = frozenset({VisitAction.VERIFY, VisitAction.REJECT})
"""Anyone but who has claimed the visit: nobody confirms their own."""

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
    CANCELLED = "CANCELLED"


class Allocation(StrEnum):
    """Who gets an open visit."""

    FIRST_COME = "FIRST_COME"
    FAIR = "FAIR"


class VisitAction(StrEnum):
    """What may befall a visit; PLAN, OVERDUE and ALLOT stand in its log alone, APPLY in no log.

    APPLY is told of when a window opens, RELEASE also of what is first come, first served again
    when it is over."""

    PLAN = "PLAN"
    CLAIM = "CLAIM"
    RELEASE = "RELEASE"
    CHECK_IN = "CHECK_IN"
    CHECK_OUT = "CHECK_OUT"
    VERIFY = "VERIFY"
    REJECT = "REJECT"
    REFUSE = "REFUSE"
    MISS = "MISS"
    CANCEL = "CANCEL"
    OVERDUE = "OVERDUE"
    APPLY = "APPLY"
    ALLOT = "ALLOT"


class VisitReleaseCause(StrEnum):
    """Why a visit was given back that whoever had claimed it did not give back themselves."""

    SUSPENDED = "SUSPENDED"
    NOT_CLEARED = "NOT_CLEARED"
    ROLE_ENDED = "ROLE_ENDED"


CLAIMED_STATES = (VisitState.CLAIMED, VisitState.CHECKED_IN)
"""A volunteer has taken it on and it is not over: the elder and the address are known to them."""

KNOWN_AFTERWARDS = timedelta(days=1)
"""How long after its time a claimed visit that was not ended still makes the elder known."""

TIME_FREED_STATES = (VisitState.REJECTED, VisitState.NO_SHOW, VisitState.CANCELLED)
"""The visit was not made, as far as anyone can say: its time is the volunteer's own again. The
constraint ``visit_task_volunteer_once`` leaves out the same."""

UNENDED_STATES = (VisitState.OPEN, VisitState.CLAIMED, VisitState.CHECKED_IN)
"""Somebody ought still to do something; when the visit's time is over, it is overdue."""

MADE_STATES = (VisitState.DONE, VisitState.VERIFIED)
"""The visit was made, and nobody has said otherwise. In them, and under way, a volunteer is in one
place at a time; the constraint ``visit_task_made_once`` has the same."""

VISIT_LIFECYCLE = Lifecycle(
    {
        (VisitState.OPEN, VisitAction.CLAIM): VisitState.CLAIMED,
        (VisitState.OPEN, VisitAction.CANCEL): VisitState.CANCELLED,
        (VisitState.CLAIMED, VisitAction.RELEASE): VisitState.OPEN,
        (VisitState.CLAIMED, VisitAction.CHECK_IN): VisitState.CHECKED_IN,
        (VisitState.CLAIMED, VisitAction.REFUSE): VisitState.REFUSED,
        (VisitState.CLAIMED, VisitAction.MISS): VisitState.NO_SHOW,
        (VisitState.CLAIMED, VisitAction.CANCEL): VisitState.CANCELLED,
        (VisitState.CHECKED_IN, VisitAction.CHECK_OUT): VisitState.DONE,
        (VisitState.CHECKED_IN, VisitAction.REFUSE): VisitState.REFUSED,
        # Somebody was there, and never ended it: it is not known to have been made.
        (VisitState.CHECKED_IN, VisitAction.REJECT): VisitState.REJECTED,
        (VisitState.DONE, VisitAction.VERIFY): VisitState.VERIFIED,
        (VisitState.DONE, VisitAction.REJECT): VisitState.REJECTED,
        # Who was thought not to have come was there without a network.
        (VisitState.NO_SHOW, VisitAction.CHECK_IN): VisitState.CHECKED_IN,
        (VisitState.NO_SHOW, VisitAction.REFUSE): VisitState.REFUSED,
    }
)

PERMISSION_FOR = {
    VisitAction.APPLY: Permission.VISIT_APPLY,
    VisitAction.CLAIM: Permission.VISIT_CLAIM,
    VisitAction.RELEASE: Permission.VISIT_RELEASE,
    VisitAction.CHECK_IN: Permission.VISIT_CHECK_IN,
    VisitAction.CHECK_OUT: Permission.VISIT_CHECK_OUT,
    VisitAction.REFUSE: Permission.VISIT_REFUSE,
    VisitAction.VERIFY: Permission.VISIT_VERIFY,
    VisitAction.REJECT: Permission.VISIT_VERIFY,
    VisitAction.MISS: Permission.VISIT_MISS,
    VisitAction.CANCEL: Permission.VISIT_CANCEL,
}
"""What each action asks for."""

BY_CLAIMANT = frozenset(
    {VisitAction.RELEASE, VisitAction.CHECK_IN, VisitAction.CHECK_OUT, VisitAction.REFUSE}
)
"""Only who has claimed the visit takes these."""

BY_OTHERS = frozenset({VisitAction.VERIFY, VisitAction.REJECT})
"""Anyone but who has claimed the visit: nobody confirms their own."""

"""A move that a lifecycle does not have is refused, and the refusal names those that it has."""

from enum import StrEnum
from itertools import product
from typing import Any

import pytest

from domain.admissions.lifecycle import ADMISSION_LIFECYCLE, AdmissionAction, AdmissionState
from domain.assessments.lifecycle import ASSESSMENT_LIFECYCLE, AssessmentAction, AssessmentState
from domain.beds.lifecycle import STAY_LIFECYCLE, StayAction, StayState
from domain.errors import IllegalTransition
from domain.ledger.lifecycle import HOLD_LIFECYCLE, HoldAction, HoldState
from domain.lifecycle import Lifecycle
from domain.visits.lifecycle import VISIT_LIFECYCLE, VisitAction, VisitState

# Source: the rules of care, Beds, Admission; an offer that has run out waits again.
APPLICATIONS = """
    DRAFT: SUBMIT>SUBMITTED WITHDRAW>WITHDRAWN
    SUBMITTED: ASSESS>ASSESSING REJECT>REJECTED WITHDRAW>WITHDRAWN
    ASSESSING: OFFER>OFFERED WAITLIST>WAITLISTED REJECT>REJECTED WITHDRAW>WITHDRAWN
    WAITLISTED: OFFER>OFFERED REJECT>REJECTED WITHDRAW>WITHDRAWN
    OFFERED: ACCEPT>ACCEPTED ADMIT>ADMITTED EXPIRE>OFFER_EXPIRED WITHDRAW>WITHDRAWN
    OFFER_EXPIRED: WAITLIST>WAITLISTED REJECT>REJECTED WITHDRAW>WITHDRAWN
    ACCEPTED: ADMIT>ADMITTED WITHDRAW>WITHDRAWN
    ADMITTED: DISCHARGE>DISCHARGED
    DISCHARGED:
    REJECTED:
    WITHDRAWN:
"""
WAYS = {
    state.strip(): set(moves.split())
    for state, _, moves in (line.partition(":") for line in APPLICATIONS.strip().splitlines())
}


@pytest.mark.parametrize("state", list(AdmissionState))
def test_an_application_moves_as_the_rules_say(state: AdmissionState) -> None:
    moves = {
        f"{action}>{ADMISSION_LIFECYCLE.next(state, action)}"
        for action in ADMISSION_LIFECYCLE.actions(state)
    }
    assert moves == WAYS[state]


@pytest.mark.parametrize(
    ("lifecycle", "states", "actions"),
    [
        (ASSESSMENT_LIFECYCLE, AssessmentState, AssessmentAction),
        (ADMISSION_LIFECYCLE, AdmissionState, AdmissionAction),
        (STAY_LIFECYCLE, StayState, StayAction),
        (VISIT_LIFECYCLE, VisitState, VisitAction),
        (HOLD_LIFECYCLE, HoldState, HoldAction),
    ],
    ids=["assessment", "application", "stay", "visit", "hold"],
)
def test_every_illegal_move_names_from_to_and_allowed(
    lifecycle: Lifecycle[Any, Any], states: type[StrEnum], actions: type[StrEnum]
) -> None:
    for state, action in product(states, actions):
        offered = lifecycle.actions(state)
        if action in offered:
            continue
        with pytest.raises(IllegalTransition) as refusal:
            lifecycle.next(state, action)
        assert refusal.value.facts == {
            "from": state.value,
            "to": action.value,
            "allowed": ", ".join(offered),
        }

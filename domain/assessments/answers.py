"""What was found in detail, sealed to the elder."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from domain.assessments.models import Assessment
from domain.assessments.scale import BY_NAME
from domain.assessments.scoring import Answers, RiskEvent, RiskEventKind
from domain.crypto import Vault, place

_COLUMN = "assessment.answers_cipher"


def sealed(vault: Vault, elder_id: UUID, answers: Answers) -> bytes:
    """Answers as an elder's row keeps them."""
    text = json.dumps(
        {
            "items": answers.points,
            "diagnoses": answers.diagnoses,
            "risk_events": [[event.kind.value, event.on.isoformat()] for event in answers.events],
        }
    )
    return vault.seal(text, place(_COLUMN, elder_id))


def opened(vault: Vault, assessment: Assessment) -> Answers:
    """Answers as they were given.

    Parameters:
        assessment: its elder, scale, day and cipher.
    """
    text = vault.open(assessment.answers_cipher, place(_COLUMN, assessment.elder_id))
    found: dict[str, Any] = json.loads(text)
    return Answers(
        BY_NAME[assessment.scale],
        assessment.assessed_on,
        found["items"],
        tuple(found["diagnoses"]),
        tuple(
            RiskEvent(RiskEventKind(kind), date.fromisoformat(on))
            for kind, on in found["risk_events"]
        ),
    )

"""What an elder shows one of the family, as clients see it."""

from collections.abc import Iterable
from datetime import datetime

from api.describe import enumeration, output
from domain.access import ConsentScope
from domain.family.models import WITHOUT_END

enumeration(
    ConsentScope,
    "What an elder consents to that one of the family sees.",
    ALARMS="警报 their alarms and devices, and the alarms as they come.",
    VITALS="生命体征 what is measured of them.",
    LOCATION="位置 their address down to the door, and where visits to it began.",
    MEALS_ORDERS="餐食与订单 their meals and orders, with what is subsidised and why, and to order "
    "for them.",
    HEALTH_RECORD="健康档案 their ability level and assessments, tags, diagnoses, allergies and "
    "medication, what they need help with and what advisors noted and suggest, and to answer that; "
    "their applications for a bed, and to apply for them.",
    FINANCE="经济状况 their assistance cases, and to apply for them; their happiness points and "
    "what made them so.",
)


@output
class Consent:
    """What an elder lets one of the family see now."""

    scope: ConsentScope
    """What."""
    until: datetime | None
    """Until when; null for until it is withdrawn."""


def shown(consents: Iterable[tuple[ConsentScope, datetime]]) -> list[Consent]:
    """Scopes and their ends, for clients."""
    return [
        Consent(scope=scope, until=None if until == WITHOUT_END else until)
        for scope, until in consents
    ]

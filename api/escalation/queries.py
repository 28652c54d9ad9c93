"""How soon alarms pass on where one works."""

import strawberry

from api.escalation.types import EscalationPolicy
from api.plan.criteria import one_of, under
from api.plan.declare import ascending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.alarms.models import AlarmSeverity
from domain.escalation import models


@filter_input
class EscalationPolicyFilter(Filter):
    """Which times."""

    region: str | None = under(models.EscalationPolicy.region_code)
    """Only those of the subtree of the division with this code."""
    severity: list[AlarmSeverity] | None = one_of(models.EscalationPolicy.severity)
    """Only those of alarms of one of these severities; one alone needs no brackets."""


@strawberry.type
class EscalationQueries:
    """Root fields on how soon alarms pass on."""

    escalation_policy: EscalationPolicy | None = by_id(
        models.EscalationPolicy,
        description="What a division has set, by id; null if there is none to be seen.",
    )
    escalation_policies: Connection[EscalationPolicy] = listing(
        models.EscalationPolicy,
        order=ascending(models.EscalationPolicy.id),
        filter=EscalationPolicyFilter,
        description="What your region's divisions, and those above them, have set instead of the "
        "rules' times.",
    )

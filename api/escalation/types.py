"""How soon alarms pass on, as clients see it."""

from api.accounts.types import Account
from api.plan.declare import node, one
from api.regions.types import Region
from api.relay import Node
from domain.alarms.models import AlarmSeverity
from domain.escalation import models
from domain.escalation.visibility import escalation_policy_visible


@node(models.EscalationPolicy, visible=escalation_policy_visible)
class EscalationPolicy(Node):
    """How soon alarms of one severity pass on in a division and below it; the most specific one
    counts, and without any the rules: 60 s, 180 s and 10 minutes."""

    severity: AlarmSeverity
    """Of which alarms."""
    street_after_seconds: int
    """When an alarm that nobody has acknowledged passes to the street's dispatcher."""
    district_after_seconds: int
    """When it passes to the district, and a critical one to the emergency service."""
    rearm_after_seconds: int
    """How long an alarm may be acknowledged before its level's clock begins again."""
    region: Region = one(models.EscalationPolicy.region_code)
    """Where."""
    set_by: Account | None = one(models.EscalationPolicy.set_by)
    """Who set it last; null where you may not see them."""
    version: int
    """How often it has been written."""

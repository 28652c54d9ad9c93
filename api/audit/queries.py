"""Who did and saw what."""

from datetime import datetime

import strawberry

from api.audit.types import AuditEntry
from api.plan.criteria import equal, equal_id, since, until
from api.plan.declare import descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import listing
from api.relay import Connection
from domain.audit import models
from domain.audit.visibility import sight_visible


@filter_input
class AuditFilter(Filter):
    """Which rows of the audit trail."""

    account: strawberry.ID | None = equal_id(models.AuditEntry.actor_id, "account")
    """Only what this account did."""
    elder: strawberry.ID | None = equal_id(models.AuditEntry.elder_id, "elder")
    """Only what concerns this elder."""
    action: str | None = equal(models.AuditEntry.action)
    """Only this action, for example `visit_claim`."""
    outcome: models.Outcome | None = equal(models.AuditEntry.outcome)
    """Only what was done, or what was refused."""
    since: datetime | None = since(models.AuditEntry.at)
    """Only from this moment on."""
    until: datetime | None = until(models.AuditEntry.at)
    """Only before this moment."""


@filter_input
class SightFilter(Filter):
    """Whose data, and when it was shown."""

    elder: strawberry.ID | None = equal_id(models.AuditEntry.elder_id, "elder")
    """Whose data."""
    since: datetime | None = since(models.AuditEntry.at)
    """Only from this moment on."""
    until: datetime | None = until(models.AuditEntry.at)
    """Only before this moment."""


@strawberry.type
class AuditQueries:
    """Root fields on the audit trail."""

    audit_trail: Connection[AuditEntry] = listing(
        models.AuditEntry,
        order=descending(models.AuditEntry.id),
        filter=AuditFilter,
        description="The rows of the audit trail that you may see, newest first: an auditor's are "
        "those on the region's elders.",
    )
    who_has_seen: Connection[AuditEntry] = listing(
        models.AuditEntry,
        order=descending(models.AuditEntry.id),
        filter=SightFilter,
        listed=sight_visible,
        needs="elder",
        description="Who was shown something sensitive of an elder, what, when and why, newest "
        "first: for the elder, the guardian, the family, auditors and administrators.",
    )

"""Rows of the audit trail as clients see them."""

from datetime import datetime

import strawberry

from api.accounts.types import Account
from api.context import Context
from api.describe import enumeration
from api.elders.types import Elder
from api.plan.declare import computed, one, record
from domain.access import Permission, Role
from domain.audit import models
from domain.audit.visibility import audit_entry_visible
from domain.ids import public_id

enumeration(
    models.Outcome,
    "What came of it.",
    name="AuditEntryOutcome",
    DONE="完成 it was done, or shown.",
    DENIED="拒绝 it was refused, and nothing was done or shown.",
)


def _object(entry: models.AuditEntry, _: Context) -> strawberry.ID | None:
    if entry.object_type is None or entry.object_id is None:
        return None
    return strawberry.ID(public_id(entry.object_type, entry.object_id))


def _account_id(entry: models.AuditEntry, _: Context) -> strawberry.ID | None:
    if entry.actor_id is None:
        return None
    return strawberry.ID(public_id("account", entry.actor_id))


@record(models.AuditEntry, visible=audit_entry_visible)
class AuditEntry:
    """One thing that somebody did, or one elder of whom somebody was shown something sensitive. It
    was in the trail before the answer left."""

    at: datetime
    """When."""
    account: Account | None = one(models.AuditEntry.actor_id)
    """Who; null where you may not see the account, and for parts of the system."""
    account_id: strawberry.ID | None = computed(
        _account_id,
        needs=[models.AuditEntry.actor_id],
        permission=Permission.AUDIT_SOURCE_READ,
    )
    """The id of who it was, seen or not; for auditors and administrators, null for others."""
    role: Role | None
    """What they were; null for parts of the system."""
    action: str
    """What they did, for example `alarm_acknowledge`; `read` for what an answer showed."""
    outcome: models.Outcome
    """What came of it."""
    object_id: strawberry.ID | None = computed(
        _object, needs=[models.AuditEntry.object_type, models.AuditEntry.object_id]
    )
    """Of what it was done to; an id that nobody has where somebody guessed."""
    elder: Elder | None = one(models.AuditEntry.elder_id)
    """Whom it concerns; null where no elder, and where you may not see them."""
    fields: list[str] = computed(lambda entry, _: entry.fields, needs=[models.AuditEntry.fields])
    """What was shown, as `Type.field`, or the names of what was given; never a value."""
    purpose: str | None
    """Why, where they had to say."""
    request_id: str | None = computed(
        lambda entry, _: entry.request_id,
        needs=[models.AuditEntry.request_id],
        permission=Permission.AUDIT_SOURCE_READ,
    )
    """Of the request, as its errors name it; for auditors and administrators, null for others."""
    address: str | None = computed(
        lambda entry, _: entry.address,
        needs=[models.AuditEntry.address],
        permission=Permission.AUDIT_SOURCE_READ,
    )
    """From where: the client's address; for auditors and administrators, null for others."""

"""Which rows of the audit trail a role sees."""

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import col

from domain.access import Actor, Role
from domain.audit.models import READ, AuditEntry, Outcome
from domain.elders.visibility import of_linked_elders, of_regions_elders, own
from domain.row_access import EVERY_ROW, RowAccess, RowRule

_ELDER = col(AuditEntry.elder_id)


def _reads(rule: RowRule, words: str) -> RowRule:
    """Of a rule's rows those that say who was shown what: these are the elder's business, unlike
    what else those do who work here."""

    def predicate(actor: Actor) -> ColumnElement[bool]:
        shown = func.cardinality(col(AuditEntry.fields)) > 0
        read = col(AuditEntry.action) == READ
        done = col(AuditEntry.outcome) == Outcome.DONE
        return and_(rule.predicate(actor), read, done, shown)

    return RowRule(words, predicate)


_OWN = _reads(own(_ELDER), "who was shown one's own data")
_LINKED = _reads(of_linked_elders(_ELDER), "who was shown linked elders' data")
_REGION = RowRule("of the region's elders", of_regions_elders(_ELDER).predicate)
_FAMILY = {Role.ELDER: _OWN, Role.GUARDIAN: _LINKED, Role.FAMILY: _LINKED}

audit_entry_visible = RowAccess({**_FAMILY, Role.AUDITOR: _REGION, Role.ADMIN: EVERY_ROW})

sight_visible = RowAccess(
    {
        **_FAMILY,
        Role.AUDITOR: _reads(_REGION, "who was shown data of the region's elders"),
        Role.ADMIN: _reads(EVERY_ROW, "who was shown elders' data"),
    }
)
"""Of these the rows that say who was shown what."""

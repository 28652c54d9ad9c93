"""Which accounts, transfers and holds a role sees."""

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import col

from domain.access import Actor, ConsentScope, Role
from domain.elders.visibility import family, of_regions_elders
from domain.ledger.models import LedgerAccount, LedgerHold, LedgerPosting, LedgerTransfer
from domain.row_access import EVERY_ROW, RowAccess, RowRule, Rules, in_region, region_staff
from domain.visits.models import Volunteer
from domain.visits.visibility import volunteer_visible

_in_book = in_region(col(LedgerAccount.region_code))
_elders_here = of_regions_elders(col(LedgerAccount.elder_id))


def _of_region(actor: Actor) -> Any:
    """A district's own accounts are for who works for the district: a street's staff do not."""
    volunteers = select(col(Volunteer.id)).where(volunteer_visible(actor))
    districts = and_(
        col(LedgerAccount.volunteer_id).is_(None),
        col(LedgerAccount.elder_id).is_(None),
        _in_book.predicate(actor),
    )
    return or_(
        col(LedgerAccount.volunteer_id).in_(volunteers), _elders_here.predicate(actor), districts
    )


_ACCOUNTS: Rules = {
    **family(col(LedgerAccount.elder_id), ConsentScope.FINANCE),
    **region_staff(
        RowRule("of the region's elders and volunteers, and of its districts", _of_region)
    ),
    Role.VOLUNTEER: RowRule("one's own", lambda actor: col(LedgerAccount.volunteer_id) == actor.id),
    Role.AUDITOR: _in_book,
    Role.ADMIN: EVERY_ROW,
}

ledger_account_visible = RowAccess(_ACCOUNTS)

ledger_posting_visible = ledger_account_visible.through(
    col(LedgerPosting.account_id), col(LedgerAccount.id)
)

ledger_hold_visible = ledger_account_visible.through(
    col(LedgerHold.account_id), col(LedgerAccount.id)
)


def _of_postings(rule: RowRule) -> RowRule:
    """Transfers that touch an account of a rule."""
    if rule is EVERY_ROW:
        return rule

    def predicate(actor: Actor) -> ColumnElement[bool]:
        touching = (
            select(col(LedgerPosting.transfer_id))
            .join(LedgerAccount, col(LedgerAccount.id) == col(LedgerPosting.account_id))
            .where(rule.predicate(actor))
        )
        return col(LedgerTransfer.id).in_(touching)

    return RowRule(rule.words, predicate)


ledger_transfer_visible = RowAccess({role: _of_postings(rule) for role, rule in _ACCOUNTS.items()})
"""Seen with any of the accounts that it touches; of its postings only those of accounts seen."""

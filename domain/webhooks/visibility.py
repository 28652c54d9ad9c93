"""Which webhooks a role sees."""

from typing import Any

from sqlalchemy import ARRAY, Text, and_, literal, or_, select
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.row_access import EVERY_ROW, RowAccess, RowRule
from domain.webhooks.models import Webhook, WebhookDelivery


def _of_own_company(actor: Actor) -> Any:
    own = select(col(Account.vendor_id)).where(col(Account.id) == actor.id).scalar_subquery()
    colleagues = select(col(Account.id)).where(col(Account.vendor_id) == own)
    owner = col(Webhook.account_id)
    # Who is of no company has no colleagues: null is equal to nothing.
    of_company = or_(owner == actor.id, owner.in_(colleagues))
    if actor.scopes is None:
        return of_company
    # Whoever may change the address is told what the webhook is told.
    own_scopes = literal(sorted(actor.scopes), ARRAY(Text))
    return and_(of_company, col(Webhook.scopes).op("<@", is_comparison=True)(own_scopes))


webhook_visible = RowAccess(
    {
        Role.VENDOR: RowRule(
            "of one's own company; for its clients those with no scope but theirs", _of_own_company
        ),
        Role.ADMIN: EVERY_ROW,
    }
)

webhook_delivery_visible = webhook_visible.through(col(WebhookDelivery.webhook_id), col(Webhook.id))

"""Which webhooks a role sees."""

from typing import Any

from sqlalchemy import or_, select
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
    return or_(owner == actor.id, owner.in_(colleagues))


webhook_visible = RowAccess(
    {Role.VENDOR: RowRule("of one's own company", _of_own_company), Role.ADMIN: EVERY_ROW}
)

webhook_delivery_visible = webhook_visible.through(col(WebhookDelivery.webhook_id), col(Webhook.id))

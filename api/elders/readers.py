"""Who may see an elder, as clients see it."""

from typing import Any

from api.accounts.types import Account
from api.context import Context
from api.describe import output
from api.family.consents import Consent, shown
from api.plan.shapes import row_type_of
from api.plan.values import later
from domain.access import Role
from domain.elders.access_list import readers_of


@output
class ElderReader:
    """Somebody who may see an elder now."""

    account: Account | None
    """Who; null where you may not see the account."""
    name: str
    """The person's or the organisation's name."""
    role: Role
    """What they are."""
    rule: str
    """Which elders the role sees, in the words of `docs/access.md`."""
    consents: list[Consent]
    """What the elder shows one of the family, and until when; others need no consent."""


async def access_list(elder: Any, context: Context) -> list[ElderReader]:
    """Who may see the elder now."""
    found = await readers_of(context.database, elder.id, context.now)
    return [
        ElderReader(
            account=later(context, row_type_of(Account), one.account_id),
            name=one.name,
            role=one.role,
            rule=one.rule,
            consents=shown(one.consents),
        )
        for one in found
    ]

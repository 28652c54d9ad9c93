"""Whether a person can be pushed to, and when to ask for their consent again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import col

from domain.access import Actor
from domain.accounts.models import Account, Person
from domain.database import Database
from domain.notifications.models import PushPermission
from domain.notifications.sending import PushTemplate
from domain.notifications.visibility import push_permission_visible
from domain.sessions.models import WechatIdentity

ASK_BELOW = 3
"""With fewer messages left it is time to ask: one alarm may need several."""


@dataclass(frozen=True, slots=True)
class TemplateHealth:
    """Of one template.

    Parameters:
        left: messages; of a template of devices, devices.
    """

    template: PushTemplate
    left: int
    last_code: str | None
    failed_at: datetime | None

    @property
    def ask_again(self) -> bool:
        """Whether to ask for consent."""
        return self.left < (1 if self.template.lasting else ASK_BELOW)


@dataclass(frozen=True, slots=True)
class Health:
    """How a person can be told of alarms."""

    templates: Sequence[TemplateHealth]
    phone_known: bool
    wechat_known: bool


async def health(database: Database, actor: Actor, templates: Sequence[PushTemplate]) -> Health:
    """How the actor can be told; nobody knows how those can who are no person."""
    known = (
        select(
            col(Person.phone_cipher).is_not(None),
            func.coalesce(func.bool_or(col(WechatIdentity.openid_cipher).is_not(None)), False),
        )
        .join(Account, col(Account.person_id) == col(Person.id))
        .outerjoin(WechatIdentity, col(WechatIdentity.person_id) == col(Person.id))
        .where(col(Account.id) == actor.id)
        .group_by(col(Person.id))
    )
    reached = await database.fetch(known, primary=True)
    phone, wechat = reached[0] if reached else (False, False)
    held = select(
        col(PushPermission.app_id),
        col(PushPermission.template_id),
        col(PushPermission.messages_left),
        col(PushPermission.last_code),
        col(PushPermission.failed_at),
    ).where(push_permission_visible(actor))
    rows = await database.fetch(held.order_by(col(PushPermission.failed_at)), primary=True)
    return Health([_of(one, rows) for one in templates], phone, wechat)


def _of(template: PushTemplate, rows: Sequence[Row[*tuple[Any, ...]]]) -> TemplateHealth:
    left, last = 0, (None, None)
    for app_id, template_id, messages_left, code, failed_at in rows:
        if (app_id, template_id) == (template.app_id, template.template_id):
            # Null is without end, about one device.
            left += 1 if messages_left is None else messages_left
            last = (code, failed_at) if code is not None else last
    return TemplateHealth(template, left, *last)

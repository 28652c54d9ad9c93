"""The ledger of what WeChat's users have let us send: one message for each consent (一次性订阅), or
all about one device (设备消息, 长期订阅).

WeChat tells nobody how many are left, so we count: up at each consent that the mini-program
reports, down at each message, to none when WeChat says that the user refuses (43101).
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.accounts.models import Account
from domain.calendar import now
from domain.crypto import Vault
from domain.devices.models import Device
from domain.devices.visibility import device_visible
from domain.errors import InvalidInput, NotFound, PermissionDenied
from domain.notifications.models import NotificationChannel, NotificationReason, PushPermission
from domain.notifications.sending import Outcome, PushAddress, PushTemplate
from domain.reasons import Reason
from domain.sessions.models import WechatIdentity
from domain.sessions.wechat import OPENID

MOST_LEFT = 50
"""Consents that are kept in store; further ones are believed, and not counted."""


async def person_of(session: AsyncSession, actor: Actor, asks: Permission) -> UUID:
    """The person who acts.

    Parameters:
        asks: what it takes.
    Raises: PermissionDenied, also for what is no person.
    """
    if not actor.may(asks):
        raise PermissionDenied(action=asks.value)
    found = await session.scalar(select(col(Account.person_id)).where(col(Account.id) == actor.id))
    if found is None:
        raise PermissionDenied(action=asks.value)
    return found


async def grant(
    session: AsyncSession,
    actor: Actor,
    templates: Sequence[PushTemplate],
    template_id: str,
    device_id: UUID | None,
) -> PushPermission:
    """Note that the actor has consented to one more message, or to all about a device.

    Parameters:
        templates: those that we have.
        device_id: for a template that is lasting, and only for one.
    Raises: InvalidInput(template, device), NotFound(device), PermissionDenied.
    """
    person_id = await person_of(session, actor, Permission.PUSH_PERMISSION_GRANT)
    known = [one for one in templates if one.template_id == template_id]
    if not known:
        raise InvalidInput("template", reason=Reason.PUSH_TEMPLATE)
    (template,) = known[:1]
    if template.lasting is not (device_id is not None):
        raise InvalidInput("device", reason=Reason.PUSH_DEVICE)
    if device_id is not None:
        seen = select(col(Device.id)).where(col(Device.id) == device_id, device_visible(actor))
        if await session.scalar(seen) is None:
            raise NotFound("device")
    return await _counted(session, person_id, template, device_id)


async def _counted(
    session: AsyncSession, person_id: UUID, template: PushTemplate, device_id: UUID | None
) -> PushPermission:
    new = insert(PushPermission).values(
        person_id=person_id,
        app_id=template.app_id,
        template_id=template.template_id,
        device_id=device_id,
        messages_left=None if template.lasting else 1,
    )
    left = (
        None if template.lasting else func.least(col(PushPermission.messages_left) + 1, MOST_LEFT)
    )
    stored = new.on_conflict_do_update(
        constraint="push_permission_once",
        set_={"messages_left": left, "granted_at": func.now()},
    ).returning(PushPermission)
    return (await session.scalars(stored, execution_options={"populate_existing": True})).one()


def _usable(templates: Sequence[PushTemplate], device_id: UUID | None) -> ColumnElement[bool]:
    """Permissions that are good for one message more."""
    ours = [
        and_(
            col(PushPermission.app_id) == one.app_id,
            col(PushPermission.template_id) == one.template_id,
            col(PushPermission.device_id) == device_id
            if one.lasting
            else col(PushPermission.device_id).is_(None),
        )
        for one in templates
    ]
    left = col(PushPermission.messages_left)
    return and_(or_(*ours), or_(left.is_(None), left > 0))


def _is_of(held: PushPermission, template: PushTemplate) -> bool:
    return (held.app_id, held.template_id) == (template.app_id, template.template_id)


async def addresses(
    session: AsyncSession,
    vault: Vault,
    person_id: UUID,
    templates: Sequence[PushTemplate],
    device_id: UUID | None,
) -> dict[NotificationChannel, PushAddress]:
    """Where a person can be pushed to now, by channel.

    Parameters:
        device_id: the device that the message is about, if any.
    """
    if not templates:
        return {}
    found = (
        select(PushPermission, WechatIdentity)
        .join(
            WechatIdentity,
            and_(
                col(WechatIdentity.person_id) == col(PushPermission.person_id),
                col(WechatIdentity.app_id) == col(PushPermission.app_id),
            ),
        )
        .where(col(PushPermission.person_id) == person_id, _usable(templates, device_id))
        .where(col(WechatIdentity.openid_cipher).is_not(None))
        .order_by(col(PushPermission.granted_at).desc())
    )
    reached: dict[NotificationChannel, PushAddress] = {}
    for held, identity in await session.execute(found):
        template = next(one for one in templates if _is_of(held, one))
        openid = vault.open(identity.openid_cipher or b"", OPENID)
        lasting = template.lasting
        channel = NotificationChannel.WECHAT_DEVICE if lasting else NotificationChannel.WECHAT
        reached.setdefault(channel, PushAddress(template, openid, held.device_id))
    return reached


async def spend(
    session: AsyncSession, person_id: UUID, address: PushAddress, outcome: Outcome
) -> None:
    """Count a message that was sent, or what WeChat said instead."""
    device_id = address.device_id
    held = update(PushPermission).where(
        col(PushPermission.person_id) == person_id,
        col(PushPermission.app_id) == address.template.app_id,
        col(PushPermission.template_id) == address.template.template_id,
        col(PushPermission.device_id).is_not_distinct_from(device_id),
    )
    left = col(PushPermission.messages_left)
    if outcome.reason is None:
        fewer = case((left > 0, left - 1), else_=left)
        await session.execute(held.values(messages_left=fewer, last_code=None))
        return
    failed: dict[str, Any] = {"last_code": outcome.code, "failed_at": now()}
    if outcome.reason is NotificationReason.REFUSED:
        failed["messages_left"] = 0
    await session.execute(held.values(failed))

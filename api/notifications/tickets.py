"""Tickets by which WeChat believes a mini-program that it speaks of a device of ours."""

import logging

from sqlalchemy import select
from sqlmodel import col

from api.context import Context
from api.notifications.types import DevicePushTicket
from api.relay import key_of
from domain.devices.models import Device
from domain.devices.visibility import device_visible
from domain.sessions.wechat import WechatRefusal

log = logging.getLogger("yiyang.wechat")


async def ticket(context: Context, device: str, template_id: str) -> DevicePushTicket | None:
    """One for a device that the actor sees; None where there is none to be had.

    Parameters:
        device: its global id.
    Raises: InvalidInput(device).
    """
    key = key_of(device, "device", field="device")
    models = {one.template_id: one for one in context.push_templates if one.model is not None}
    template = models.get(template_id)
    seen = select(col(Device.id)).where(col(Device.id) == key, device_visible(context.actor))
    if template is None or template.model is None or context.wechat is None:
        return None
    if not await context.database.fetch(seen):
        return None
    try:
        found = await context.wechat.device_ticket(template.app_id, template.model, device)
    except WechatRefusal as refusal:
        log.warning("request %s: WeChat gives no ticket: %s", context.request_id, refusal)
        return None
    return DevicePushTicket(sn=device, model_id=template.model, sn_ticket=found)

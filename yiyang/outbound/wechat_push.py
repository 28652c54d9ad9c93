"""Tells of alarms by WeChat: subscribe messages (订阅消息) and messages of devices (设备消息).

By its documentation of the server's side: ``sendMessage`` and ``sendHardwareDeviceMessage``.
Neither takes a name for a message: what is sent twice arrives twice, if the consents last.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

from domain.ids import public_id
from domain.notifications.models import NotificationLanguage, NotificationReason
from domain.notifications.sending import Notice, Outcome, PushAddress, PushTemplate
from domain.sessions.wechat import WechatRefusal
from yiyang.outbound.notice_words import words
from yiyang.outbound.wechat import WechatClient

_ONE = "/cgi-bin/message/subscribe/send"
_OF_DEVICE = "/cgi-bin/message/device/subscribe/send"

_REASONS: Mapping[int, NotificationReason] = {
    -1: NotificationReason.AWAY,
    43101: NotificationReason.REFUSED,
    40003: NotificationReason.ADDRESS,
    45009: NotificationReason.LIMITED,
    45011: NotificationReason.LIMITED,
}
"""Every other errcode is a fault of ours: 47003 (an argument), 40037 (the template), …"""

_LANGUAGES: Mapping[NotificationLanguage, str] = {
    NotificationLanguage.ZH_CN: "zh_CN",
    NotificationLanguage.ZH_TW: "zh_TW",
    NotificationLanguage.EN: "en_US",
}


class WechatTemplate(BaseModel):
    """A template as the setting has it.

    Parameters:
        app: our mini-program's id.
        id: the template's.
        fields: of the template, such as ``thing1`` -> ``who``, ``what`` or ``when``, or a text of
            its own after ``=``: a device's templates have values that WeChat has fixed.
        page: what a tap opens.
        model: of a device's template: the model's id at WeChat.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    app: str
    id: str
    fields: dict[str, Annotated[str, StringConstraints(pattern="^(who|what|when|=.*)$")]]
    page: str = "pages/home/home"
    model: str | None = None

    @property
    def template(self) -> PushTemplate:
        """As the domain knows it."""
        return PushTemplate(self.app, self.id, self.model)


class WechatPush:
    """Both channels of WeChat; a message's address says which.

    Parameters:
        client: closed with this.
    """

    def __init__(self, client: WechatClient, templates: Sequence[WechatTemplate]) -> None:
        self._client = client
        self._templates = {(one.app, one.id): one for one in templates}

    async def send(self, notice: Notice) -> Outcome:
        """As ``Messenger``."""
        assert notice.push is not None
        template = self._templates[notice.push.template.app_id, notice.push.template.template_id]
        message = _message(notice, notice.push, template)
        try:
            path = _ONE if template.model is None else _OF_DEVICE
            await self._client.message(template.app, path, message)
        except WechatRefusal as refusal:
            return _outcome(refusal)
        return Outcome()

    async def close(self) -> None:
        """As ``Messenger``."""
        await self._client.close()


def _message(notice: Notice, push: PushAddress, template: WechatTemplate) -> dict[str, Any]:
    said = words(notice)
    common = {
        "template_id": template.id,
        "page": f"{template.page}?alarm={public_id('alarm', notice.alarm_id)}",
        "lang": _LANGUAGES[notice.language],
        "data": {name: {"value": _value(what, said)} for name, what in template.fields.items()},
    }
    if template.model is None or push.device_id is None:
        return {**common, "touser": push.openid}
    serial = public_id("device", push.device_id)
    return {**common, "to_openid_list": [push.openid], "sn": serial, "modelId": template.model}


def _value(what: str, said: Mapping[str, str]) -> str:
    return what[1:] if what.startswith("=") else said[what]


def _outcome(refusal: WechatRefusal) -> Outcome:
    if refusal.code is None:
        return Outcome(NotificationReason.AWAY, "NO_ANSWER")
    # After a stale token a fresh one was tried: that is an outage of theirs.
    unknown = NotificationReason.MESSAGE
    if refusal.code in (40001, 40014, 42001):
        unknown = NotificationReason.AWAY
    return Outcome(_REASONS.get(refusal.code, unknown), str(refusal.code))

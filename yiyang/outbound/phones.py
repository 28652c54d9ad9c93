"""Tells of alarms by SMS (Dysmsapi, ``SendSms``) and by a call that reads them out (Dyvmsapi,
``SingleCallByTts``), both of 2017-05-25.

``OutId`` is given back in the vendor's receipts; it makes nothing unique: what is sent twice
arrives twice.
"""

from collections.abc import Mapping
from typing import Annotated

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict

from domain.notifications.models import NotificationLanguage
from domain.notifications.sending import Notice, Outcome
from yiyang.outbound.aliyun import AliyunClient
from yiyang.outbound.notice_words import words

VERSION = "2017-05-25"


def _with_chinese(given: dict[NotificationLanguage, str]) -> dict[NotificationLanguage, str]:
    if NotificationLanguage.ZH_CN not in given:
        raise ValueError("none in zh-CN, which stands in for every other")
    return given


Templates = Annotated[dict[NotificationLanguage, str], AfterValidator(_with_chinese)]
"""A template's code by its language."""


class SmsSettings(BaseModel):
    """How SMS are sent.

    Parameters:
        sign: the signature (签名) that the vendor has approved.
        templates: language -> code of a template with ``${who}``, ``${what}`` and ``${when}``; a
            language that has none is written in simplified Chinese.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sign: str
    templates: Templates
    url: str = "https://dysmsapi.aliyuncs.com"


class VoiceSettings(BaseModel):
    """How calls are made.

    Parameters:
        shown: the number that is shown to who is called; the vendor's public ones if None.
        templates: as for SMS; they are read out, in the language that they are written in.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    shown: str | None = None
    templates: Templates
    url: str = "https://dyvmsapi.aliyuncs.com"


class Sms:
    """Sends SMS."""

    def __init__(self, client: AliyunClient, settings: SmsSettings) -> None:
        self._client, self._settings = client, settings

    async def send(self, notice: Notice) -> Outcome:
        """As ``Messenger``."""
        language, template = _template(self._settings.templates, notice)
        asked = {
            "PhoneNumbers": notice.phone or "",
            "SignName": self._settings.sign,
            "TemplateCode": template,
            "TemplateParam": _parameters(notice, language),
            "OutId": notice.id.hex,
        }
        return await self._client.call("SendSms", asked)

    async def close(self) -> None:
        """As ``Messenger``."""
        await self._client.close()


class Voice:
    """Makes calls."""

    def __init__(self, client: AliyunClient, settings: VoiceSettings) -> None:
        self._client, self._settings = client, settings

    async def send(self, notice: Notice) -> Outcome:
        """As ``Messenger``: the call has been taken on; whether somebody answers is not known."""
        language, template = _template(self._settings.templates, notice)
        asked = {
            "CalledNumber": notice.phone or "",
            "TtsCode": template,
            "TtsParam": _parameters(notice, language),
            "PlayTimes": "3",
            "OutId": notice.id.hex[:15],
        }
        if self._settings.shown:
            asked["CalledShowNumber"] = self._settings.shown
        return await self._client.call("SingleCallByTts", asked)

    async def close(self) -> None:
        """As ``Messenger``."""
        await self._client.close()


def _template(
    templates: Mapping[NotificationLanguage, str], notice: Notice
) -> tuple[NotificationLanguage, str]:
    """The template, and the language that it is in."""
    if notice.language in templates:
        return notice.language, templates[notice.language]
    return NotificationLanguage.ZH_CN, templates[NotificationLanguage.ZH_CN]


def _parameters(notice: Notice, language: NotificationLanguage) -> str:
    return orjson.dumps(words(notice, language)).decode()

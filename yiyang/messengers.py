"""The channels by which people are told of alarms, as the settings have them."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, SecretStr, TypeAdapter, ValidationError

from domain.notifications.models import NotificationChannel
from domain.notifications.sending import Messenger, PushTemplate
from yiyang.outbound.aliyun import AliyunClient
from yiyang.outbound.phones import VERSION, Sms, SmsSettings, Voice, VoiceSettings
from yiyang.outbound.wechat import WechatClient
from yiyang.outbound.wechat_push import WechatPush, WechatTemplate
from yiyang.setting_values import SettingsError, faults

if TYPE_CHECKING:
    from yiyang.settings import Settings


class AliyunSettings(BaseModel):
    """Alibaba Cloud's services; one that is not there is not used."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key_id: str
    secret: SecretStr
    sms: SmsSettings | None = None
    voice: VoiceSettings | None = None


@dataclass(frozen=True, slots=True)
class Messengers:
    """What tells people.

    Parameters:
        templates: of push messages.
    """

    by_channel: Mapping[NotificationChannel, Messenger]
    templates: tuple[PushTemplate, ...] = ()


def wechat_templates(settings: "Settings") -> tuple[WechatTemplate, ...]:
    """The templates of push messages; none where there are none. Raises: SettingsError."""
    if settings.wechat_templates is None:
        return ()
    known = settings.wechat_secrets()
    try:
        kinds = TypeAdapter(tuple[WechatTemplate, ...])
        found = kinds.validate_json(settings.wechat_templates)
    except ValidationError as error:
        raise SettingsError(f"YIYANG_WECHAT_TEMPLATES: {faults(error)}.") from None
    for one in found:
        if one.app not in known:
            raise SettingsError(f"YIYANG_WECHAT_TEMPLATES: {one.app} is not in YIYANG_WECHAT_APPS.")
    return found


def push_templates(settings: "Settings") -> tuple[PushTemplate, ...]:
    """The same as the domain knows them. Raises: SettingsError."""
    return tuple(one.template for one in wechat_templates(settings))


def _aliyun(settings: "Settings") -> AliyunSettings | None:
    if settings.aliyun is None:
        return None
    try:
        return AliyunSettings.model_validate_json(settings.aliyun.get_secret_value())
    except ValidationError as error:
        # Not `from error`: its text shows the secret.
        raise SettingsError(f"YIYANG_ALIYUN: {faults(error)}.") from None


@asynccontextmanager
async def messengers_of(settings: "Settings") -> AsyncGenerator[Messengers | None, None]:
    """The channels that are set up; None where none is. They are closed at the end.

    Raises: SettingsError.
    """
    found = {**_wechat(settings), **_phones(settings)}
    async with AsyncExitStack() as open_ones:
        for messenger in {id(one): one for one in found.values()}.values():
            open_ones.push_async_callback(messenger.close)
        yield Messengers(found, push_templates(settings)) if found else None


def _wechat(settings: "Settings") -> dict[NotificationChannel, Messenger]:
    templates = wechat_templates(settings)
    if not templates:
        return {}
    push = WechatPush(WechatClient(settings.wechat_secrets(), settings.wechat_url), templates)
    of_kind = {True: NotificationChannel.WECHAT_DEVICE, False: NotificationChannel.WECHAT}
    return {of_kind[one.template.lasting]: push for one in templates}


def _phones(settings: "Settings") -> dict[NotificationChannel, Messenger]:
    given = _aliyun(settings)
    if given is None:
        return {}
    key = given.key_id, given.secret.get_secret_value()
    found: dict[NotificationChannel, Messenger] = {}
    if given.sms is not None:
        client = AliyunClient(*key, given.sms.url, VERSION)
        found[NotificationChannel.SMS] = Sms(client, given.sms)
    if given.voice is not None:
        client = AliyunClient(*key, given.voice.url, VERSION)
        found[NotificationChannel.VOICE] = Voice(client, given.voice)
    return found

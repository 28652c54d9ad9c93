"""What a message about an alarm is, and what comes of it; who sends it is an adapter."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from domain.alarms.models import AlarmSeverity, AlarmType
from domain.notifications.models import NotificationLanguage, NotificationReason


@dataclass(frozen=True, slots=True)
class PushTemplate:
    """A template by which one of our mini-programs may send messages.

    Parameters:
        model: of a template of devices: the model's id at WeChat; None for others.
    """

    app_id: str
    template_id: str
    model: str | None = None

    @property
    def lasting(self) -> bool:
        """Whether one consent is for all messages about a device; else each is for one message."""
        return self.model is not None


@dataclass(frozen=True, slots=True)
class PushAddress:
    """Where a push message goes.

    Parameters:
        device_id: the device that it is about, of a template that is lasting.
    """

    template: PushTemplate
    openid: str = field(repr=False)
    device_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """One alarm told to one person: the least that helps, since a locked phone shows it to whoever
    looks. Where the elder lives, and what her body says, is behind the sign-in.

    Parameters:
        id: of the notification; the same at each try.
        surname: of the elder; None where the alarm is no elder's.
        phone: eleven digits, for channels that call by it.
        push: for channels that push.
    """

    id: UUID
    alarm_id: UUID
    type: AlarmType
    severity: AlarmSeverity
    drill: bool
    raised_at: datetime
    language: NotificationLanguage
    surname: str | None = None
    phone: str | None = field(default=None, repr=False)
    push: PushAddress | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a try.

    Parameters:
        reason: None where the channel has taken it.
        code: the channel's own word.
        retry_after: how long it wants to be left alone.
    """

    reason: NotificationReason | None = None
    code: str | None = None
    retry_after: timedelta | None = None


class Messenger(Protocol):
    """One channel."""

    async def send(self, notice: Notice) -> Outcome:
        """Try once; whatever goes wrong outside is an outcome."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


LATER = frozenset({NotificationReason.LIMITED, NotificationReason.AWAY})
"""After these the same may be tried again; after the others never."""

"""A webhook is active until its owner, its failures or lost rights stop it; a delivery is tried
until it has arrived or is given up."""

from datetime import timedelta
from enum import StrEnum

from domain.lifecycle import Lifecycle


class WebhookState(StrEnum):
    """Whether a webhook is sent anything."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    DISABLED = "DISABLED"


class WebhookAction(StrEnum):
    """What may happen to a webhook; its owner pauses and resumes, answers of 410 disable."""

    PAUSE = "PAUSE"
    RESUME = "RESUME"
    DISABLE = "DISABLE"


class DeliveryState(StrEnum):
    """Where a delivery has got to."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    DEAD = "DEAD"
    WITHHELD = "WITHHELD"


class DeliveryAction(StrEnum):
    """What may happen to a delivery; its owner replays, a worker does the rest."""

    DELIVER = "DELIVER"
    GIVE_UP = "GIVE_UP"
    WITHHOLD = "WITHHOLD"
    REPLAY = "REPLAY"


WEBHOOK_LIFECYCLE = Lifecycle(
    {
        (WebhookState.ACTIVE, WebhookAction.PAUSE): WebhookState.PAUSED,
        (WebhookState.PAUSED, WebhookAction.RESUME): WebhookState.ACTIVE,
        (WebhookState.DISABLED, WebhookAction.RESUME): WebhookState.ACTIVE,
        (WebhookState.ACTIVE, WebhookAction.DISABLE): WebhookState.DISABLED,
    }
)

DELIVERY_LIFECYCLE = Lifecycle(
    {
        (DeliveryState.PENDING, DeliveryAction.DELIVER): DeliveryState.DELIVERED,
        (DeliveryState.PENDING, DeliveryAction.GIVE_UP): DeliveryState.DEAD,
        (DeliveryState.PENDING, DeliveryAction.WITHHOLD): DeliveryState.WITHHELD,
        (DeliveryState.DELIVERED, DeliveryAction.REPLAY): DeliveryState.PENDING,
        (DeliveryState.DEAD, DeliveryAction.REPLAY): DeliveryState.PENDING,
        (DeliveryState.WITHHELD, DeliveryAction.REPLAY): DeliveryState.PENDING,
    }
)

RETRIES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""How long after each attempt that failed comes the next, as Standard Webhooks 1.0.0 recommends;
after the last a delivery is dead. Together three days: less than changes are kept to be read."""

KEPT = timedelta(days=7)
"""How long a delivery is remembered, arrived or dead: as long as there is something to replay."""

BOTH_SIGN = timedelta(hours=24)
"""How long after a new secret the one before it still signs."""

FAILING_FOR = timedelta(days=3)
"""A webhook that has answered nothing but failures for so long is paused."""

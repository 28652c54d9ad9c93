"""Webhooks and their deliveries as their owners see them."""

from datetime import datetime

from api.accounts.types import Account
from api.context import Context
from api.describe import enumeration
from api.plan.declare import column, computed, connection, descending, node, one
from api.relay import Connection, Node, encode_cursor
from api.scalars import JsonObject
from domain.webhooks import models
from domain.webhooks.lifecycle import DeliveryState, WebhookAction, WebhookState
from domain.webhooks.service import available_actions
from domain.webhooks.visibility import webhook_delivery_visible, webhook_visible

enumeration(
    WebhookState,
    "Whether a webhook is sent anything.",
    ACTIVE="启用 it is sent what happens.",
    PAUSED="暂停 it is sent nothing until it is resumed; then it goes on where it stood.",
    DISABLED="停用 its address answered 410: it is gone. It may be resumed.",
)

enumeration(
    WebhookAction,
    "What may happen to a webhook.",
    PAUSE="暂停 send nothing for a while.",
    RESUME="恢复 go on where it stands.",
    DISABLE="停用 its address is gone; nobody asks for this.",
)

enumeration(
    models.WebhookStop,
    "Why a webhook is sent nothing.",
    OWNER="Its owner has paused it.",
    FAILING="Every attempt of three days has failed.",
    GONE="Its address answered 410.",
    RIGHTS_WITHDRAWN="The account that made it has ended, or may have no webhooks any more.",
    QUERY_REFUSED="Its query is no longer answered; the schema may have changed since.",
    CLIENT_DISABLED="The OAuth client that made it is disabled; it goes on by itself once that is "
    "enabled again.",
)

enumeration(
    DeliveryState,
    "Where a delivery has got to.",
    name="WebhookDeliveryState",
    PENDING="待发送 to be tried, for the first time or once more.",
    DELIVERED="已送达 the address has answered with a 2xx.",
    DEAD="已放弃 given up after its last attempt; it may be replayed.",
    WITHHELD="未发送 you no longer saw the change when it was to be sent.",
)

enumeration(
    models.WebhookFault,
    "Why an attempt to deliver failed.",
    STATUS="The answer was no 2xx; `lastStatus` says which. Redirects are not followed.",
    TIMEOUT="There was no answer within 15 seconds.",
    UNREACHABLE="There was no connection, or no good certificate.",
    ADDRESS_REFUSED="The name leads to an address that is not public.",
    TOO_LARGE="The message would be larger than 256 KiB: ask for less.",
    EXPIRED="The change is older than seven days, and no longer kept.",
    INTERNAL="The message could not be made, by a fault of ours; it is tried again as any other.",
)


def _cursor(webhook: models.Webhook, _: Context) -> str:
    return encode_cursor([webhook.position])


def _secret(webhook: models.Webhook, context: Context) -> str | None:
    return context.shown_once.get(webhook.id)


def _variables(webhook: models.Webhook, _: Context) -> JsonObject:
    return JsonObject(webhook.variables)


def _actions(webhook: models.Webhook, context: Context) -> list[WebhookAction]:
    return available_actions(context.actor, webhook.state)


@node(models.WebhookDelivery, visible=webhook_delivery_visible)
class WebhookDelivery(Node):
    """One change that a webhook is told of. Its id is the message's `webhook-id`, the same at each
    attempt and replay. What it says is not kept: it is read anew at each attempt, as the webhook's
    account may see it then."""

    state: DeliveryState
    """Where it has got to."""
    happened_at: datetime
    """When the change was recorded; of a test, when it was asked for."""
    attempts: int
    """How often it has been tried, since its last replay."""
    next_attempt_at: datetime = column(models.WebhookDelivery.next_at)
    """When it is tried next, while it is PENDING."""
    last_attempt_at: datetime | None
    """When it was last tried."""
    last_status: int | None
    """The HTTP status of the last answer; null where there was none."""
    last_fault: models.WebhookFault | None
    """Why the last attempt failed; null where it did not."""


@node(models.Webhook, visible=webhook_visible)
class Webhook(Node):
    """An address of yours that is told of changes: each result of a subscription is a message,
    signed as Standard Webhooks says, sent at least once."""

    url: str
    """Where to."""
    query: str = column(models.Webhook.document)
    """The subscription whose results are sent."""
    variables: JsonObject = computed(_variables, needs=[models.Webhook.variables])
    """Its variables."""
    state: WebhookState
    """Whether it is sent anything."""
    stop_reason: models.WebhookStop | None = column(models.Webhook.stop)
    """Why it is sent nothing; null while it is ACTIVE."""
    cursor: str = computed(_cursor, needs=[models.Webhook.position])
    """How far it has got: what comes after this cursor has not been looked at yet."""
    failing_since: datetime | None
    """When the first of the failures began that no success has followed; null where there is
    none."""
    previous_secret_until: datetime | None = column(models.Webhook.previous_until)
    """Until when the secret before this one signs too; null where there has been one only."""
    created_at: datetime
    """When it was made."""
    account: Account | None = one(models.Webhook.account_id)
    """On whose behalf it is told; null where you may not see the account."""
    secret: str | None = computed(_secret, needs=[models.Webhook.id])
    """What messages are signed with, `whsec_…`: in the answers of `webhookCreate` and
    `webhookRotateSecret`, and never again."""
    deliveries: Connection[WebhookDelivery] = connection(
        models.WebhookDelivery.webhook_id, order=descending(models.WebhookDelivery.id)
    )
    """What it has been told of in the last seven days, or will be, newest first."""
    available_actions: list[WebhookAction] = computed(_actions, needs=[models.Webhook.state])
    """What you may do with it now."""

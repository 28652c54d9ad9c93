"""Webhooks of one's own company."""

import strawberry

from api.plan.criteria import equal_id, one_of
from api.plan.declare import descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from api.webhooks.types import Webhook, WebhookDelivery
from domain.webhooks import models
from domain.webhooks.lifecycle import DeliveryState, WebhookState


@filter_input
class WebhookFilter(Filter):
    """Which webhooks."""

    state: list[WebhookState] | None = one_of(models.Webhook.state)
    """Only those in one of these states; one alone needs no brackets."""


@filter_input
class WebhookDeliveryFilter(Filter):
    """Which deliveries."""

    webhook: strawberry.ID | None = equal_id(models.WebhookDelivery.webhook_id, "webhook")
    """Only those of one webhook."""
    state: list[DeliveryState] | None = one_of(models.WebhookDelivery.state)
    """Only those in one of these states, such as DEAD; one alone needs no brackets."""


@strawberry.type
class WebhookQueries:
    """Root fields on webhooks."""

    webhook: Webhook | None = by_id(
        models.Webhook, description="A webhook by id; null if there is none to be seen."
    )
    webhooks: Connection[Webhook] = listing(
        models.Webhook,
        order=descending(models.Webhook.id),
        filter=WebhookFilter,
        description="Your company's webhooks, newest first.",
    )
    webhook_deliveries: Connection[WebhookDelivery] = listing(
        models.WebhookDelivery,
        order=descending(models.WebhookDelivery.id),
        filter=WebhookDeliveryFilter,
        description="What your company's webhooks have been told of in the last seven days, or "
        "will be, newest first.",
    )

"""What vendors do about webhooks: one transaction, one verb, one payload."""

from datetime import datetime
from functools import partial
from typing import Any

import strawberry

from api.mutations import (
    Change,
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import decode_cursor, key_of
from api.scalars import JsonObject
from api.webhooks.types import Webhook
from domain.access import Permission
from domain.errors import InvalidInput
from domain.reasons import Reason
from domain.webhooks import models, service
from domain.webhooks.service import From


@mutation_input
class WebhookCreateInput(MutationInput):
    """Where to, and what of."""

    url: str
    """A public https address, on port 443 or one from 1024."""
    query: str | None = None
    """A subscription of one field that takes `after`: `subscription { alarmChanged { change alarm {
    id state } } }`. Each of its results is a message. Where it begins is ours to say: its own
    `after` has no effect."""
    document_id: str | None = None
    """Instead of `query`: the id of a document, as over HTTP."""
    operation_name: str | None = None
    """Which operation of the document; needed where it has several."""
    variables: JsonObject | None = None
    """The operation's variables, an object; at most 16384 characters as JSON."""


@mutation_input
class WebhookUpdateInput(MutationInput):
    """What of a webhook to change; what is null stays."""

    id: strawberry.ID
    """The webhook."""
    url: str | None = None
    """As for `webhookCreate`."""
    query: str | None = None
    """As for `webhookCreate`; with a query, or a document, its variables are given anew."""
    document_id: str | None = None
    """Instead of `query`: the id of a document, as over HTTP."""
    operation_name: str | None = None
    """Which operation of the document; needed where it has several."""
    variables: JsonObject | None = None
    """The operation's variables, an object; only with a query or a document."""


@mutation_input
class WebhookPauseInput(MutationInput):
    """Which webhook to pause."""

    id: strawberry.ID
    """The webhook."""


@mutation_input
class WebhookResumeInput(MutationInput):
    """Which webhook to resume."""

    id: strawberry.ID
    """The webhook."""


@mutation_input
class WebhookDeleteInput(MutationInput):
    """Which webhook to delete."""

    id: strawberry.ID
    """The webhook."""


@mutation_input
class WebhookRotateSecretInput(MutationInput):
    """Which webhook gets a new secret."""

    id: strawberry.ID
    """The webhook."""


@mutation_input
class WebhookTestInput(MutationInput):
    """Which webhook to test."""

    id: strawberry.ID
    """The webhook."""


@mutation_input
class WebhookReplayInput(MutationInput):
    """From where to deliver once more: exactly one of the four is given."""

    id: strawberry.ID
    """The webhook."""
    after: str | None = None
    """Every change after this cursor: a `Webhook.cursor`, or one of a stream."""
    since: datetime | None = None
    """Every change that has been recorded since."""
    delivery_id: strawberry.ID | None = None
    """This delivery."""
    dead: bool = False
    """Every delivery that is DEAD."""


@mutation_payload
class WebhookPayload(MutationPayload):
    """What every webhook mutation answers."""

    webhook: Webhook | None
    """The webhook after the change; null if there is none to be seen."""


@mutation_payload
class WebhookCreatePayload(WebhookPayload):
    """The webhook, with the secret that is shown once."""


@mutation_payload
class WebhookUpdatePayload(WebhookPayload):
    """The webhook as it is now."""


@mutation_payload
class WebhookPausePayload(WebhookPayload):
    """The webhook that is paused."""


@mutation_payload
class WebhookResumePayload(WebhookPayload):
    """The webhook that goes on."""


@mutation_payload
class WebhookDeletePayload(WebhookPayload):
    """Null: the webhook is gone."""


@mutation_payload
class WebhookRotateSecretPayload(WebhookPayload):
    """The webhook, with the new secret that is shown once."""


@mutation_payload
class WebhookTestPayload(WebhookPayload):
    """The webhook, with a test among its deliveries."""


@mutation_payload
class WebhookReplayPayload(WebhookPayload):
    """The webhook, with its deliveries to come."""


async def _create(change: Change, given: WebhookCreateInput) -> models.Webhook:
    # The documents are checked against the schema, and the schema holds this mutation.
    from api.webhooks.asking import wanted

    service.check_may(change.actor)
    asked = wanted(change.context, given)
    made = await service.create(change.session, change.actor, change.vault, asked)
    return _showing(change, *made)


async def _update(change: Change, given: WebhookUpdateInput) -> models.Webhook:
    from api.webhooks.asking import changes  # as above

    look = partial(changes, change.context, given)
    return await service.change(change.session, change.actor, change.key, look)


async def _rotate(change: Change, _: WebhookRotateSecretInput) -> models.Webhook:
    made = await service.rotate_secret(change.session, change.actor, change.vault, change.key)
    return _showing(change, *made)


async def _replay(change: Change, given: WebhookReplayInput) -> models.Webhook:
    return await service.replay(change.session, change.actor, change.key, _start(given))


def _showing(change: Change, webhook: models.Webhook, secret: str) -> models.Webhook:
    change.context.shown_once[webhook.id] = secret
    return webhook


def _start(given: WebhookReplayInput) -> From:
    starts: list[Any] = [given.after, given.since, given.delivery_id, given.dead or None]
    if sum(start is not None for start in starts) != 1:
        raise InvalidInput("after", reason=Reason.ONE_START)
    delivery = given.delivery_id
    return From(
        position=decode_cursor(given.after, [int])[0] if given.after is not None else None,
        since=given.since,
        delivery_id=None if delivery is None else key_of(delivery, "webhook_delivery"),
        dead=given.dead,
    )


@strawberry.type
class WebhookMutations:
    """Root fields that change webhooks."""

    webhook_create = mutation(
        WebhookCreatePayload,
        "Have an address told of what happens from now on. At most twenty an account.",
        node=Webhook,
        asks=Permission.WEBHOOK_MANAGE,
        given=WebhookCreateInput,
        which="Where to, and what of.",
        verb=_create,
    )
    webhook_update = mutation(
        WebhookUpdatePayload,
        "Have another address told, or of something else; the webhook goes on where it stands, "
        "with the rights of whoever changes it.",
        node=Webhook,
        asks=Permission.WEBHOOK_MANAGE,
        given=WebhookUpdateInput,
        which="What to change.",
        verb=_update,
    )
    webhook_pause = mutation(
        WebhookPausePayload,
        "Send nothing for a while. What happens meanwhile is sent once the webhook is resumed, as "
        "far as it is not older than seven days then.",
        node=Webhook,
        asks=Permission.WEBHOOK_MANAGE,
        given=WebhookPauseInput,
        which="Which webhook.",
        verb=lambda change, _: service.pause(change.session, change.actor, change.key),
    )
    webhook_resume = mutation(
        WebhookResumePayload,
        "Go on where the webhook stands.",
        node=Webhook,
        asks=Permission.WEBHOOK_MANAGE,
        given=WebhookResumeInput,
        which="Which webhook.",
        verb=lambda change, _: service.resume(change.session, change.actor, change.key),
    )
    webhook_delete = mutation(
        WebhookDeletePayload,
        "Forget a webhook and its deliveries.",
        node=Webhook,
        asks=Permission.WEBHOOK_MANAGE,
        given=WebhookDeleteInput,
        which="Which webhook.",
        verb=lambda change, _: service.remove(change.session, change.actor, change.key),
    )
    webhook_rotate_secret = mutation(
        WebhookRotateSecretPayload,
        "Have a new secret. For 24 hours messages are signed with the old one too.",
        node=Webhook,
        asks=Permission.WEBHOOK_MANAGE,
        given=WebhookRotateSecretInput,
        which="Which webhook.",
        verb=_rotate,
    )
    webhook_test = mutation(
        WebhookTestPayload,
        "Send a message of the type `webhook.test`.",
        node=Webhook,
        asks=Permission.WEBHOOK_MANAGE,
        given=WebhookTestInput,
        which="Which webhook.",
        verb=lambda change, _: service.test(change.session, change.actor, change.key),
    )
    webhook_replay = mutation(
        WebhookReplayPayload,
        "Deliver once more, each change by the `webhook-id` that it had, as it is to be seen now.",
        node=Webhook,
        asks=Permission.WEBHOOK_MANAGE,
        given=WebhookReplayInput,
        which="From where.",
        verb=_replay,
    )

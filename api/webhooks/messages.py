"""What a webhook's message says: a subscription's result for one change, executed as for any other
subscriber, with the rights of the moment."""

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import FieldNode
from strawberry.utils.str_converters import to_snake_case

from api.context import Context
from api.documents import prepared
from api.execution import Answer, streamed
from api.feed import Feed
from api.relay import decode_cursor, encode_cursor
from api.requests import Request
from api.texts import Language
from domain.access import Actor
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from domain.webhooks.models import Webhook, WebhookDelivery

MOST_BYTES = 256 * 1024
"""Of a message's body."""

MOST_READ = 100
"""Changes that are noted at a time."""

TEST = "webhook.test"


class Refused(Exception):
    """The webhook's document is not answered (any more)."""


class Expired(Exception):
    """The change is kept no longer."""


class Away(Exception):
    """Not now: the database is busy."""


class Defect(Exception):
    """Something of ours is broken; what it is stands in the log."""


@dataclass(frozen=True)
class Reader:
    """Reads for one webhook.

    Parameters:
        actor: on whose behalf.
    """

    database: Database
    vault: Vault
    feed: Feed
    webhook: Webhook
    actor: Actor

    async def changes(self, after: int) -> tuple[list[int], int]:
        """Some changes that the webhook is to be told of, and how far was read.

        Parameters:
            after: the position to begin after.
        Raises: Refused, Expired, Away, Defect.
        """
        context, found = self._context(after), list[int]()
        async with aclosing(streamed(self._request(), context, counted=True)) as answers:
            async for answer in answers:
                _check(answer)
                found.append(_position(context.cursor))
                if len(found) == MOST_READ:
                    return found, found[-1]
        # It has ended, so it has read as far as there was anything.
        return found, after if context.reached is None else context.reached

    async def body(self, delivery: WebhookDelivery) -> bytes | None:
        """A message; None where the change is not to be seen, or no longer what is asked for.

        Raises: Refused, Expired, Away, Defect.
        """
        if delivery.position is None:
            said: Mapping[str, Any] = {"data": {"id": public_id("webhook", self.webhook.id)}}
            return _written(TEST, delivery, said)
        context = self._context(delivery.position - 1)
        async with aclosing(streamed(self._request(), context)) as answers:
            async for answer in answers:
                _check(answer)
                if context.cursor != encode_cursor([delivery.position]):
                    return None
                return _written(self._type(), delivery, answer.body)
        return None

    def _type(self) -> str:
        """``alarm.changed`` for ``alarmChanged``."""
        operation = prepared(self.webhook.document).operation(None)
        (field, *_) = operation.node.selection_set.selections
        assert isinstance(field, FieldNode)
        return to_snake_case(field.name.value).replace("_", ".")

    def _request(self) -> Request:
        return Request(self.webhook.document, self.webhook.variables)

    def _context(self, after: int) -> Context:
        return Context(
            database=self.database,
            actor=self.actor,
            language=Language(self.webhook.language),
            request_id=public_id("webhook", self.webhook.id),
            feed=self.feed,
            vault=self.vault,
            resume_after=encode_cursor([after]),
            to_head=True,
        )


def _check(answer: Answer) -> None:
    """Raises: Refused, Expired, Away or Defect for an answer that is no event's."""
    errors = answer.body.get("errors")
    if not errors:
        return
    code = errors[0]["extensions"]["code"]
    if code == "UNAVAILABLE":
        raise Away(code)
    if code == "INTERNAL":
        raise Defect(code)
    if code == "CURSOR_EXPIRED":
        raise Expired
    if answer.body.get("data") is None:
        raise Refused(code)


def _position(cursor: str | None) -> int:
    assert cursor is not None  # a stream that ends, or delivers, says where it is
    (position,) = decode_cursor(cursor, [int])
    return position


def _written(kind: str, delivery: WebhookDelivery, answer: Mapping[str, Any]) -> bytes:
    """Standard Webhooks' payload: type, timestamp, data; what else an answer has is beside."""
    return orjson.dumps({"type": kind, "timestamp": delivery.happened_at, **answer})

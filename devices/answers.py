"""Tells devices what became of their calls: an elder who has pressed sees on the button that
somebody has seen it, and that somebody is on the way.

It has a connection of its own, so that neither waits for the other: messages that come in are
stored, and answers go out at QoS 1. One of a tenant's bridges tells at a time, whichever is there.
"""

import asyncio
import logging
import time
from typing import Final

import aiomqtt

from devices import topics
from devices.address import BrokerAddress
from devices.device_side import device_client
from devices.receipts import Receipt, encode
from devices.topics import Down
from domain.database import Database
from domain.devices.answers import Answer, answers_after, hold_cursor, move_cursor
from domain.ids import public_id
from domain.outage import cause_of
from domain.outbox import head

_LOG = logging.getLogger(__name__)

_LOOK_S: Final = 0.5
"""How long a button may show the old; people take longer than this to answer."""

_EVENTS: Final = 500
"""Events looked through at a time."""

_SENT_S: Final = 5.0
"""For the broker to confirm the answers of one look: less than what a transaction may idle."""

_PAUSE_S: Final = 2.0


async def keep_answering(database_url: str, address: BrokerAddress, tenant: str) -> None:
    """Until cancelled; a broker or a database that is away is waited for, and nothing is left out
    meanwhile.

    Parameters:
        address: of the bridge's listener, which speaks MQTT 5, and an account that may publish
            receipts.
    """
    # Of its own: an answer waits for the broker, and no batch may wait for that.
    database = Database(database_url, pool_size=1)
    try:
        await _keep_answering(database, address, tenant)
    finally:
        await database.close()


async def _keep_answering(database: Database, address: BrokerAddress, tenant: str) -> None:
    while True:
        try:
            async with device_client(address, aiomqtt.ProtocolVersion.V5) as client:
                while True:
                    await _answer(database, client, tenant)
                    await asyncio.sleep(_LOOK_S)
        except Exception as failure:
            _LOG.warning("Buttons are not told of answers yet (%s).", cause_of(failure))
        await asyncio.sleep(_PAUSE_S)


async def _answer(database: Database, client: aiomqtt.Client, tenant: str) -> None:
    """Tell what has happened since the last look, as far as nobody else is telling it."""
    told = -1
    async with database.reading(primary=True) as connection:
        newest = await head(connection)
    while told < newest:
        async with database.transaction("bridge") as session:
            position = await hold_cursor(session, tenant)
            if position is None or position >= newest:
                return
            told, answers = await answers_after(session, position, _EVENTS)
            async with asyncio.timeout(_SENT_S):
                for answer in answers:
                    await client.publish(*_message(tenant, answer), qos=1)
            await move_cursor(session, tenant, told)


def _message(tenant: str, answer: Answer) -> tuple[str, bytes]:
    """An answer as (topic, payload): a receipt, as the first one was, with a newer status."""
    now_ms = time.time_ns() // 1_000_000
    to = topics.topic(tenant, public_id("device", answer.device_id), Down.RECEIPT)
    return to, encode(Receipt(answer.event_id, answer.progress, now_ms))

"""What a server keeps of those who attack it: nothing."""

import random
from contextlib import closing

import orjson

from domain.access import Role
from tests.conformance.hostile.frames import frame, message
from tests.conformance.hostile.http_bytes import request
from tests.conformance.hostile.rules import EXAMPLES
from tests.conformance.hostile.sockets import RawSocket
from tests.conformance.hostile.test_http_bytes import everything_from
from tests.conformance.served import Served

ROUND = EXAMPLES or 300
"""Requests; a tenth as many sockets."""

ROUNDS = 4
ROOM = 24 * 2**20
"""Bytes by which the later rounds together may grow; they send more than twice as much. The first
round fills caches and pools. Of 8,000 requests and 800 sockets 5 MB were seen."""

HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}


def test_memory_stays_flat(server: Served) -> None:
    chance = random.Random(1)
    attacked(server, chance)
    before = server.memory()
    for _ in range(ROUNDS):
        attacked(server, chance)
    grown = server.memory() - before
    print(f"\n{ROUNDS * ROUND} requests, {ROUNDS * ROUND // 10} sockets: {grown / 2**20:+.1f} MB")
    assert grown < ROOM
    server.assert_well()


def attacked(server: Served, chance: random.Random) -> None:
    """One round: every body and every frame is another, and large."""
    token = server.token(Role.FAMILY)
    for number in range(ROUND):
        body = large(chance, number)
        with server.connect() as connection:
            connection.sendall(request("POST", "", HEADERS, body, token))
            everything_from(connection)
    for number in range(ROUND // 10):
        with closing(RawSocket.admitted(server, Role.FAMILY)) as raw:
            for id in range(20):
                payload = {"query": "{ viewer { name } }", "variables": {"x": "y" * 2000}}
                raw.send(message({"id": f"{number} {id}", "type": "subscribe", "payload": payload}))
            raw.send(frame(2, chance.randbytes(60_000)))
            raw.ending()


def large(chance: random.Random, number: int) -> bytes:
    """A body of 16 to 64 KB: no JSON, JSON that is no request, or a request.

    Its document is short: the server keeps a thousand documents, and is meant to.
    """
    ballast = chance.randbytes(chance.randrange(8_000, 32_000))
    field = ("viewer { id }", f"no{chance.randrange(2**32)}")[number // 3 % 2]
    request = {"query": f"{{ {field} }}", "variables": {"x": ballast.hex()}}
    return [ballast, orjson.dumps([ballast.hex()]), orjson.dumps(request)][number % 3]

"""How often a client may try the doors where tokens are given out.

A try is counted by the client's address and by what is attacked, before anything is looked at; one
that succeeds is given back, so that a house of phones behind one address is not kept out::

    async def answer(self, request: Request) -> Response:
        tried = await self.attempts.spend(request, f"client {client_id}")
        …check; leave by a refusal where something is wrong…
        await tried.forgive()
        return JSONResponse(tokens)
"""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from starlette.requests import Request

from api.refusals import rate_limited
from api.requests import address_of
from domain.accounts.attempts import Limit, give_back, spend
from domain.crypto import Vault
from domain.database import Database

FROM_AN_ADDRESS = Limit(at_once=60, seconds=1)
"""A network of phones has one address for thousands of them; only failures stay counted."""

AT_ONE_SUBJECT = Limit(at_once=20, seconds=3)
"""From everywhere together."""

AT_ONE_SUBJECT_FROM_AN_ADDRESS = Limit(at_once=15, seconds=6)
"""Fewer at once and later again than a subject takes: a stranger who fails on purpose, at a single
address, never shuts the owner out."""

_COLUMN = "auth_attempt.key"
_NETWORK_BITS = 64
"""Of an IPv6 address: whoever has one has all that begin so."""


@dataclass(frozen=True)
class Attempts:
    """Counts tries.

    Parameters:
        vault: addresses and subjects are kept as keyed hashes.
    """

    database: Database
    vault: Vault
    from_an_address: Limit = FROM_AN_ADDRESS
    at_one_subject: Limit = AT_ONE_SUBJECT
    at_one_subject_from_an_address: Limit = AT_ONE_SUBJECT_FROM_AN_ADDRESS

    async def spend(self, request: Request, subject: str | None = None) -> "Tried":
        """Count a try before it is made.

        Parameters:
            subject: what is attacked, with its kind: ``client 019a…``; None where only the address
                is known yet.
        Raises: Refusal (429, ``retry_after``); asyncpg's errors where there is no database, and
            then nobody gets in.
        """
        tried, network = Tried(self), client_network(request)
        await tried.count(f"address {network}", self.from_an_address)
        if subject is not None:
            limit = self.at_one_subject_from_an_address
            await tried.count(f"{subject} from {network}", limit)
            await tried.count(subject)
        return tried


class Tried:
    """A try that has been counted."""

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts
        self._spent: list[tuple[bytes, Limit]] = []

    async def count(self, subject: str, limit: Limit | None = None) -> None:
        """Count it under one more subject too, which has come out on the way.

        Parameters:
            limit: of the subject; that of all subjects if None.
        Raises: as ``Attempts.spend``; what has been counted before stays so.
        """
        key = self._attempts.vault.digest(subject, _COLUMN)
        limit = limit or self._attempts.at_one_subject
        wait = await spend(self._attempts.database, key, limit)
        if wait is not None:
            raise rate_limited(wait)
        self._spent.append((key, limit))

    async def forgive(self) -> None:
        """It has succeeded: it is counted no longer. Raises: asyncpg's errors."""
        await give_back(self._attempts.database, self._spent)
        self._spent.clear()


def client_network(request: Request) -> str:
    """The client's address; of IPv6 the network's part."""
    host = address_of(request.scope) or ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        # As a socket for both kinds, or a proxy with one, writes it: of these /64 would be all.
        address = address.ipv4_mapped
    elif isinstance(address, IPv6Address):
        address = IPv6Address(int(address) >> _NETWORK_BITS << _NETWORK_BITS)
    return str(address)

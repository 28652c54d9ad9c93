"""Sends webhooks' messages by HTTPS to servers that are not ours, and never to one that is.

A name is resolved once an attempt; each of its addresses must be public, and the connection goes to
that very address, with the certificate checked against the name. So no answer of DNS that changes
in between leads inside. Redirects are not followed, proxies not asked, bodies not read.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from domain.errors import InvalidInput
from domain.webhooks.address import checked, is_public
from domain.webhooks.models import WebhookFault
from domain.webhooks.sending import Message, Outcome

ATTEMPT_SECONDS = 15.0
"""From the name's resolution to the answer's status: Standard Webhooks says 15 to 30."""

_CONNECT_SECONDS = 5.0

_ALWAYS = {
    "content-type": "application/json",
    "user-agent": "yiyang-webhooks/1",
    "accept-encoding": "identity",
}

Resolver = Callable[[str, int], Awaitable[list[str]]]
"""The IP addresses of a host, as text. Raises: OSError."""


async def resolved(host: str, port: int) -> list[str]:
    """As the system resolves names."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[4][0]) for address in found]


class HttpSender:
    """Sends by HTTP.

    Parameters:
        anywhere: http and private addresses too, for development.
        resolver: finds a host's addresses.
        trust: authorities of certificates; the system's if None.
        seconds: for a whole attempt.
    """

    def __init__(
        self,
        *,
        anywhere: bool = False,
        resolver: Resolver = resolved,
        trust: ssl.SSLContext | None = None,
        seconds: float = ATTEMPT_SECONDS,
    ) -> None:
        self._anywhere = anywhere
        self._resolver = resolver
        self._trust = trust or httpx.create_ssl_context()
        self._seconds = seconds

    async def send(self, message: Message) -> Outcome:
        """Try once; whatever goes wrong outside is an outcome."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._send(message)
        except (TimeoutError, httpx.TimeoutException):
            return Outcome(fault=WebhookFault.TIMEOUT)
        except InvalidInput:
            return Outcome(fault=WebhookFault.ADDRESS_REFUSED)
        except (OSError, UnicodeError, httpx.HTTPError, httpx.InvalidURL):
            return Outcome(fault=WebhookFault.UNREACHABLE)

    async def _send(self, message: Message) -> Outcome:
        url = httpx.URL(checked(message.url, anywhere=self._anywhere))
        addresses = await self._resolver(url.host, url.port or _PORTS[url.scheme])
        if not self._anywhere and not all(map(is_public, addresses)):
            return Outcome(fault=WebhookFault.ADDRESS_REFUSED)
        for address in addresses:
            try:
                return await self._post(message, url, address)
            except httpx.ConnectError:
                continue  # nothing has been sent yet: another address may answer
        return Outcome(fault=WebhookFault.UNREACHABLE)

    async def _post(self, message: Message, url: httpx.URL, address: str) -> Outcome:
        headers = {**_ALWAYS, **message.headers, "host": url.netloc.decode()}
        # A client of its own: a connection that is kept would belong to an address, not to a name.
        async with (
            httpx.AsyncClient(
                verify=self._trust,
                trust_env=False,
                follow_redirects=False,
                timeout=httpx.Timeout(self._seconds, connect=_CONNECT_SECONDS),
            ) as client,
            client.stream(
                "POST",
                url.copy_with(host=address),
                content=message.body,
                headers=headers,
                extensions={"sni_hostname": url.host},
            ) as response,
        ):
            return Outcome.of_status(response.status_code, _retry_after(response))


_PORTS = {"https": 443, "http": 80}


def _retry_after(response: httpx.Response) -> timedelta | None:
    """The header, in seconds or as a date; None where it is neither."""
    said = response.headers.get("retry-after", "")
    if said.isascii() and said.isdigit():
        return timedelta(seconds=min(int(said[:9]), 10**8))
    try:
        at = parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(at - datetime.now(UTC), timedelta(0))

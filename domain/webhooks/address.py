"""Where a webhook may lead: to somebody else's public server, never into our own network.

An address is looked at twice: as text when it is given, and as what its name resolves to at each
attempt, since a name that was public yesterday may resolve to 127.0.0.1 today.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from domain.errors import InvalidInput
from domain.reasons import Reason

MOST_CHARACTERS = 2_000

_HTTPS = 443
_UNPRIVILEGED = range(1024, 65_536)
"""Ports beside 443: below them live mail, shells and other services that are no webhook's."""

_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All that has been given out (RFC 4291); NAT64, ULA, link-local and mapped ones lie outside."""


_PROTOCOLS = IPv4Network("192.0.0.0/24")
"""Of protocols' own use (RFC 6890), of which Python calls a part global: a cloud keeps the secrets
of its machines at 192.0.0.192."""


def checked(url: str, *, anywhere: bool) -> str:
    """An address that a webhook may have.

    Parameters:
        anywhere: http and private addresses are admitted, for development.
    Raises: InvalidInput("url").
    """
    if len(url) > MOST_CHARACTERS:
        raise InvalidInput("url", reason=Reason.TOO_LONG, most=MOST_CHARACTERS)
    parts = _parts(url)
    if parts is None or not _is_admitted(parts, anywhere):
        raise InvalidInput("url", reason=Reason.WEBHOOK_ADDRESS)
    return url


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public Internet, and to no one's inner network.

    Parameters:
        address: as text; with a zone it never is.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return _is_public_v4(parsed)
    return _is_public_v6(parsed)


def _is_public_v4(address: IPv4Address) -> bool:
    # CGNAT's 100.64.0.0/10 is not global either.
    special = address.is_multicast or address.is_reserved or address in _PROTOCOLS
    return address.is_global and not special


def _is_public_v6(address: IPv6Address) -> bool:
    tunnelled = address.sixtofour is not None or address.teredo is not None
    return (
        address in _GLOBAL_UNICAST
        and address.scope_id is None
        and address.is_global
        and not tunnelled  # they carry an IPv4 address of anybody's choice
    )


def _parts(url: str) -> SplitResult | None:
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _is_admitted(parts: SplitResult, anywhere: bool) -> bool:
    host = parts.hostname
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        return False
    if anywhere:
        return parts.scheme in ("https", "http")
    port = _HTTPS if parts.port is None else parts.port
    if parts.scheme != "https" or not (port == _HTTPS or port in _UNPRIVILEGED):
        return False
    return is_public(host) if _is_literal(host) else "." in host.rstrip(".")


def _is_literal(host: str) -> bool:
    """Whether a host is an address: also as 0x7f.1 or 2130706433, which resolvers take for one."""
    last = host.rstrip(".").rpartition(".")[2]
    return ":" in host or last.isdigit() or last.startswith("0x")

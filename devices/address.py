"""Where the MQTT broker is, and as whom to sign in, from one URL."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

_PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """A broker and an account on it.

    Parameters:
        tls: whether to speak TLS, checked against the system's certificates.
    """

    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def broker_address(url: str) -> BrokerAddress:
    """Read ``mqtt[s]://[user:password@]host[:port]``; user and password are percent-encoded.

    Raises: ValueError, with a sentence for whoever set it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in _PORTS or not parts.hostname:
        # The URL itself may hold a password: it is not repeated.
        raise ValueError("mqtt_url must look like mqtt://user:password@host:1883 (or mqtts://)")
    return BrokerAddress(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password is not None else None,
        tls=parts.scheme == "mqtts",
    )

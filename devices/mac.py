"""The optional ``mac`` of a message: proof that its device made it.

On a broker with access rules a device can speak only for itself, and needs none. Elsewhere:
the device writes its message without ``mac``, computes HMAC-SHA256 over exactly those bytes
with its MQTT password as the key, and puts the digest in as the last member, so that

    {"v":1,"id":"7-42",…,"m":{}}    becomes    {"v":1,"id":"7-42",…,"m":{},"mac":"<64 hex>"}

No canonical form of JSON is needed, and no number can be written in two ways.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field

from domain.devices.credentials import device_password
from domain.devices.service import DeviceCard

_LAST_MEMBER = re.compile(rb',\s*"mac"\s*:\s*"([0-9a-fA-F]{64})"\s*}\s*\Z')


@dataclass(frozen=True, slots=True)
class Trust:
    """What it takes to believe a message.

    Parameters:
        master_key: the district's device key, 32 bytes.
        require_mac: whether a message without a ``mac`` is refused.
    """

    master_key: bytes = field(repr=False)
    require_mac: bool = False

    def believes(self, payload: bytes, card: DeviceCard) -> bool:
        """Whether a payload's ``mac`` is its device's."""
        password = device_password(self.master_key, card.id, card.secret_version)
        return verify(payload, password)


def sign(payload: bytes, password: str) -> bytes:
    """Put the ``mac`` into a JSON object.

    Parameters:
        payload: the object, with at least one member and without ``mac``.
        password: the device's MQTT password.
    """
    return payload.rstrip()[:-1] + b',"mac":"' + _digest(payload.rstrip(), password) + b'"}'


def verify(payload: bytes, password: str) -> bool:
    """Whether the last member is a ``mac`` of the rest."""
    found = _LAST_MEMBER.search(payload)
    if found is None:
        return False
    rest = payload[: found.start()] + b"}"
    return hmac.compare_digest(_digest(rest, password), found[1].lower())


def _digest(rest: bytes, password: str) -> bytes:
    return hmac.digest(password.encode(), rest, hashlib.sha256).hex().encode()

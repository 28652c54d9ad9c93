"""A device's MQTT password and signing key, derived so that none is stored."""

import base64
import hashlib
import hmac
from uuid import UUID

from domain.ids import public_id


def device_name(device_id: UUID) -> str:
    """The device's id on the wire, which is its MQTT user name and its GraphQL id."""
    return public_id("device", device_id)


def device_password(master: bytes, device_id: UUID, version: int) -> str:
    """The password of a device.

    Parameters:
        master: the district's device key, 32 bytes.
        version: the device's ``secret_version``; counting it up revokes the old password.
    Returns: 26 characters of base32 (128 bits).
    """
    message = f"mqtt:{device_id.hex}:{version}".encode()
    digest = hmac.digest(master, message, hashlib.sha256)
    return base64.b32encode(digest[:16]).decode().rstrip("=").lower()

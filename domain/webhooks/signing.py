"""Secrets and signatures of Standard Webhooks 1.0.0 (standardwebhooks.com), symmetric."""

import base64
import hashlib
import hmac
import os

PREFIX = "whsec_"

_SECRET_BYTES = 32


def new_secret() -> bytes:
    """A key to sign with."""
    return os.urandom(_SECRET_BYTES)


def shown_secret(secret: bytes) -> str:
    """As the owner gets it: ``whsec_`` and base64."""
    return PREFIX + base64.b64encode(secret).decode()


def signatures(secrets: list[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """The header ``webhook-signature``: one signature for each secret that is good now.

    Parameters:
        message_id: the header ``webhook-id``.
        timestamp: the header ``webhook-timestamp``, in seconds since 1970.
        body: the request's, byte for byte.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    digests = (hmac.digest(secret, signed, hashlib.sha256) for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)

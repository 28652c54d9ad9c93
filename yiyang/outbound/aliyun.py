"""Calls Alibaba Cloud's APIs of the RPC style, signed as V3 wants it (ACS3-HMAC-SHA256).

Documentation: "V3 request structure and signature method". The example there is a test of ours.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import quote

import httpx
import orjson

from domain.notifications.models import NotificationReason
from domain.notifications.sending import Outcome

PATIENCE_SECONDS = 5.0

_ALGORITHM = "ACS3-HMAC-SHA256"
_NO_BODY = hashlib.sha256(b"").hexdigest()
_OK = "OK"

_ADDRESS = ("isv.MOBILE_NUMBER_ILLEGAL", "isv.INVALID_PHONE", "isv.NUMBER_BLACK")
_LIMITED = (
    "isv.BUSINESS_LIMIT",
    "isv.DAY_LIMIT_CONTROL",
    "isv.MONTH_LIMIT_CONTROL",
    "Throttling",
)
_AWAY = ("isp.", "InternalError", "ServiceUnavailable", "SignatureNonceUsed")
"""Beginnings of codes; whatever begins otherwise is a fault of ours: template, signature, money."""


def canonical_query(parameters: Mapping[str, str]) -> str:
    """Sorted, and percent-encoded by RFC 3986."""
    return "&".join(
        f"{quote(name, safe='~')}={quote(value, safe='~')}"
        for name, value in sorted(parameters.items())
    )


def authorization(
    key_id: str, secret: str, method: str, query: str, headers: Mapping[str, str]
) -> str:
    """The header of that name, for a call of path ``/`` without a body.

    Parameters:
        query: canonical.
        headers: host and all ``x-acs-…``, in lower case.
    """
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    request = "\n".join((method, "/", query, lines, names, _NO_BODY))
    digest = hashlib.sha256(request.encode()).hexdigest()
    signed = hmac.digest(secret.encode(), f"{_ALGORITHM}\n{digest}".encode(), hashlib.sha256)
    return f"{_ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signed.hex()}"


class AliyunClient:
    """Calls one service.

    Parameters:
        url: of the service's endpoint, such as ``https://dysmsapi.aliyuncs.com``.
        version: of its API.
    """

    def __init__(
        self,
        key_id: str,
        secret: str,
        url: str,
        version: str,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._key_id, self._secret, self._version = key_id, secret, version
        # Only a connection that was not made is tried again: nothing has been sent by it.
        transport = httpx.AsyncHTTPTransport(retries=1)
        self._http = httpx.AsyncClient(base_url=url, timeout=patience_seconds, transport=transport)

    async def call(self, action: str, parameters: Mapping[str, str]) -> Outcome:
        """Ask once for something to be sent; whatever goes wrong outside is an outcome."""
        query = canonical_query(parameters)
        try:
            headers = self._headers(action, query)
            response = await self._http.post(f"/?{query}", headers=headers)
            answer = orjson.loads(response.content)
        except (httpx.HTTPError, ValueError):
            return Outcome(NotificationReason.AWAY, "NO_ANSWER")
        code = cast(dict[str, Any], answer).get("Code") if isinstance(answer, dict) else None
        if not isinstance(code, str):
            return Outcome(NotificationReason.AWAY, f"HTTP {response.status_code}")
        return Outcome() if code == _OK else _outcome(code, response.status_code)

    async def close(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    def _headers(self, action: str, query: str) -> dict[str, str]:
        signed = {
            "host": self._http.base_url.netloc.decode(),
            "x-acs-action": action,
            "x-acs-version": self._version,
            "x-acs-date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-content-sha256": _NO_BODY,
        }
        word = authorization(self._key_id, self._secret, "POST", query, signed)
        return {**signed, "authorization": word}


def _outcome(code: str, status: int) -> Outcome:
    if code.startswith(_ADDRESS):
        return Outcome(NotificationReason.ADDRESS, code)
    if code.startswith(_LIMITED):
        return Outcome(NotificationReason.LIMITED, code)
    if code.startswith(_AWAY) or status >= 500:
        return Outcome(NotificationReason.AWAY, code)
    return Outcome(NotificationReason.MESSAGE, code)
